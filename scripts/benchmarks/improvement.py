"""Activates cycles of 100 schools and 15 processes, asks for their progress, and matches a need among 1,000 offers.

Usage: improvement.py URL TOKEN CA ROUNDS. Prints medians: seconds of an activation, its activities, milliseconds of a progress and of a matching.
"""

import http.client
import json
import ssl
import statistics
import sys
import time
from urllib.parse import urlsplit

URL, TOKEN, AUTHORITY, ROUNDS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
CONNECTION = http.client.HTTPSConnection(urlsplit(URL).netloc, context=ssl.create_default_context(cafile=AUTHORITY), timeout=120)


def request(method, path, body=None, lines=None):
    headers = {"Authorization": "Bearer " + TOKEN}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body), "application/json"
    if lines is not None:
        data = "".join(json.dumps({"op": "create", "data": line}) + "\n" for line in lines)
        headers["Content-Type"] = "application/x-ndjson"
    began = time.perf_counter()
    CONNECTION.request(method, path, data, headers)
    answer = CONNECTION.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    assert answer.status < 300, (method, path, answer.status, content[:500])
    return took, content


def made(path, body):
    return json.loads(request("POST", path, body)[1])["id"]


def prepare():
    schools = [school["id"] for school in json.loads(request("GET", "/v1/schools?limit=100&sort=urn&fields=id")[1])["items"]]
    request("POST", "/v1/memberships/bulk", lines=[{"schoolId": school, "startsOn": "2020-09-01"} for school in schools])
    year = made("/v1/academic-years", {"name": "2031-32", "startsOn": "2031-09-01", "endsOn": "2032-08-31"})
    for name, first, half, last in [
        ("Autumn", "2031-09-01", "2031-10-25", "2031-12-19"),
        ("Spring", "2032-01-05", "2032-02-14", "2032-03-26"),
        ("Summer", "2032-04-12", "2032-05-29", "2032-07-21"),
    ]:
        days = {"startsOn": first, "endsOn": last, "halfTermStartsOn": half, "halfTermEndsOn": half[:8] + str(int(half[8:]) + 1)}
        made("/v1/terms", {"academicYearId": year, "name": name} | days)
    framework = made("/v1/frameworks", {"title": "Fifteen processes"})
    for number in range(15):
        # Five each of every half-term, every term and once a year: fifty a school.
        frequency = {"every": ["halfTerm", "term", "year"][number % 3], "times": 1}
        process = {"frameworkId": framework, "title": f"Process {number}", "kind": "other", "frequencies": [frequency]}
        made("/v1/processes", process | ({"kind": "peerReview", "needsPartner": True} if number == 14 else {}))
    request("POST", f"/v1/frameworks/{framework}/publish")
    return schools, framework


def median_of(path, milliseconds=1000):
    return statistics.median(request("GET", path)[0] for _ in range(20)) * milliseconds


def cycles(schools, framework):
    took, progress = [], []
    for number in range(ROUNDS):
        body = {"title": f"Cycle {number}", "academicYear": "2031-32", "frameworkId": framework, "schoolIds": schools}
        cycle = made("/v1/cycles", body)
        took.append(request("POST", f"/v1/cycles/{cycle}/activate")[0])
        progress.append(median_of(f"/v1/cycles/{cycle}/progress"))
    count = json.loads(request("GET", f"/v1/activities?cycleId={cycle}&count=exact&limit=1")[1])["total"]
    return statistics.median(took), count, statistics.median(progress)


def matching(schools):
    """Every offer is about what is needed, so that each is weighed."""
    offer = {"subject": "english", "daysPerTerm": 3, "startsOn": "2020-09-01", "evidence": [{"kind": "review", "note": "Seen."}]}
    offers = [offer | {"schoolId": schools[1 + number % 99], "title": f"Offer {number}"} for number in range(1000)]
    request("POST", "/v1/offers/bulk", lines=offers)
    finding = {"kind": "strength", "area": "Reading", "subject": "english", "narrative": "All read.", "foundOn": "2026-01-20"}
    request("POST", "/v1/findings/bulk", lines=[finding | {"schoolId": school} for school in schools[1:]])
    need = made("/v1/needs", {"schoolId": schools[0], "title": "Reading", "subject": "english"})
    return median_of(f"/v1/needs/{need}/matches")


if __name__ == "__main__":
    members, run_on = prepare()
    activation, activities, read = cycles(members, run_on)
    print(f"{activation:.3f} {activities} {read:.1f} {matching(members):.1f}")
