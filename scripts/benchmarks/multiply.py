"""A register of any size from a small one: multiply.py FROM-DIRECTORY TO-DIRECTORY ROWS

Repeats the schools of FROM's establishments.csv, each copy with a URN, UKPRN and name of its own, until there are ROWS; group-links.csv
follows. Both keep the register's encoding and line ends. Rows are written as they are made, so ROWS may be large (900,000 at most: a URN
has six digits).
"""

import csv
import sys
from pathlib import Path

REGISTER = {"encoding": "cp1252", "newline": ""}


def main(source, target, rows):
    source, target, rows = Path(source), Path(target), int(rows)
    if rows > 900_000:
        sys.exit("multiply.py: a URN has six digits; 900,000 rows at most")
    target.mkdir(parents=True, exist_ok=True)
    with open(source / "establishments.csv", **REGISTER) as file:
        schools = list(csv.DictReader(file))
        columns = list(schools[0])
    links = {}
    with open(source / "group-links.csv", **REGISTER) as file:
        reader = csv.DictReader(file)
        link_columns = reader.fieldnames
        for link in reader:
            links.setdefault(link["URN"], []).append(link)
    with open(target / "establishments.csv", "w", **REGISTER) as out, open(target / "group-links.csv", "w", **REGISTER) as link_out:
        writer = csv.DictWriter(out, columns)
        link_writer = csv.DictWriter(link_out, link_columns)
        writer.writeheader()
        link_writer.writeheader()
        for number in range(rows):
            school = dict(schools[number % len(schools)])
            original = school["URN"]
            school["URN"] = str(100_000 + number)
            school["UKPRN"] = str(10_000_000 + number)
            school["EstablishmentName"] += f" {number // len(schools) + 1}"
            writer.writerow(school)
            for link in links.get(original, []):
                link_writer.writerow({**link, "URN": school["URN"], "EstablishmentName": school["EstablishmentName"]})


if __name__ == "__main__":
    main(*sys.argv[1:])
