"""Searches 100,000 shared resources: a page of 20 with facets, for words from frequent to rare, phrases and beginnings.

Usage: search.py URL TOKEN CA DATABASE ROUNDS. Prints the median of all queries in milliseconds, that of the slowest query, and how many resources that one finds.
"""

import http.client
import json
import random
import sqlite3
import ssl
import statistics
import sys
import time
from urllib.parse import urlencode, urlsplit

URL, TOKEN, AUTHORITY, DATABASE, ROUNDS = *sys.argv[1:5], int(sys.argv[5])
CONNECTION = http.client.HTTPSConnection(urlsplit(URL).netloc, context=ssl.create_default_context(cafile=AUTHORITY), timeout=300)
RESOURCES = 100_000
# Text of invented words, as frequent as words are: the nth has a share of 1/n. Each text has what is usual for a title, a summary, a page.
SYLLABLES = [first + second for first in "bdfgklmnprstvw" for second in ("a", "e", "i", "o", "u", "an", "el", "in")]
CHANCE = random.Random(1)
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES[:2]]
CHANCE.shuffle(WORDS)
SHARES = [1 / (place + 10) for place in range(len(WORDS))]
KINDS = ["practice", "curriculum", "assessment", "lesson", "training", "template", "guidance"]
LICENCES = ["cc0", "ccBy", "ccBySa", "ccByNc", "ogl", "trustOnly"]
SUBJECTS = ["english", "mathematics", "science", "history", "geography", "music", None]
STAGES = ["earlyYears", "ks1", "ks2", "ks3", "ks4", "ks5"]


def words(count):
    return CHANCE.choices(WORDS, SHARES, k=count)


def request(method, path, body=None):
    headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/x-ndjson"}
    began = time.perf_counter()
    CONNECTION.request(method, path, body, headers)
    answer = CONNECTION.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    assert answer.status < 300, (method, path, answer.status, content[:500])
    return took, content


def resource(schools):
    return {
        "schoolId": CHANCE.choice(schools), "kind": CHANCE.choice(KINDS), "title": " ".join(words(6)), "summary": " ".join(words(30)),
        "subject": CHANCE.choice(SUBJECTS), "keyStages": CHANCE.sample(STAGES, CHANCE.randint(1, 3)), "keywords": list(set(words(4))),
        "licence": CHANCE.choice(LICENCES),
    }


def prepare():
    schools = [school["id"] for school in json.loads(request("GET", "/v1/schools?limit=50&sort=urn&fields=id")[1])["items"]]
    for _ in range(RESOURCES // 10_000):
        lines = (json.dumps({"op": "create", "data": resource(schools)}) + "\n" for _ in range(10_000))
        request("POST", "/v1/shared-resources/bulk", "".join(lines))
    # What versions and their files say, as publishing writes it; publishing 100,000 one by one would take longer than everything else.
    with sqlite3.connect(DATABASE, timeout=60) as database:
        # The service alone knows how to move the log into the database: each page gets a checksum.
        database.execute("PRAGMA wal_autocheckpoint = 0")
        numbers = [number for (number,) in database.execute("SELECT number FROM sharedResourceText")]
        database.executemany("UPDATE sharedResourceText SET body = ? WHERE number = ?", ((" ".join(words(150)), n) for n in numbers))
    database.close()
    # Idle for so long, the service has ended it.
    CONNECTION.close()


def main():
    prepare()
    # From a word in one of six texts to one in a thousand.
    queries = [WORDS[place] for place in (30, 60, 100, 200, 300, 500, 800, 1200, 2000, 4000)]
    queries += [f"{WORDS[40]} {WORDS[90]}", f"{WORDS[700][:5]}*", f"{WORDS[150]} -{WORDS[20]}", f'"{WORDS[12]} {WORDS[15]}"']
    medians = {}
    for query in queries:
        path = "/v1/shared-resources?" + urlencode({"q": query, "facets": "true", "limit": 20, "count": "exact"})
        times = [request("GET", path) for _ in range(max(15, ROUNDS * 3))]
        medians[query] = (1000 * statistics.median(took for took, _ in times), json.loads(times[0][1])["total"])
    for query, (took, total) in medians.items():
        print(f"{took:8.2f} ms {total:7} {query}", file=sys.stderr)
    slowest = max(medians.values())
    print(f"{statistics.median(took for took, _ in medians.values()):.1f} {slowest[0]:.1f} {slowest[1]}")


main()
