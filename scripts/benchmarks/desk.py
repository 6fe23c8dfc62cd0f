"""Pages of the queues people work from, with 200,000 support requests stored, and the opening of more.

Usage: desk.py URL TOKEN ADMINISTRATORS-TOKEN CA DATABASE ROUNDS. Prints, in milliseconds, the median of all queues' pages, that of the slowest queue and of opening a request, then which queue was the slowest.
"""

import datetime
import http.client
import json
import random
import sqlite3
import ssl
import statistics
import sys
import time
from urllib.parse import quote, urlsplit

URL, TOKEN, ADMINISTRATOR, AUTHORITY, DATABASE, ROUNDS = *sys.argv[1:6], int(sys.argv[6])
REQUESTS = 200_000
AREAS = ["hr", "finance", "it", "estates", "payroll", "catering"]
CHANCE = random.Random(1)
NOW = datetime.datetime.now(datetime.timezone.utc)
CONNECTION = http.client.HTTPSConnection(urlsplit(URL).netloc, context=ssl.create_default_context(cafile=AUTHORITY), timeout=300)


def request(method, path, body=None, token=TOKEN, kind="application/json"):
    began = time.perf_counter()
    CONNECTION.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body), {"Authorization": "Bearer " + token, "Content-Type": kind})
    answer = CONNECTION.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    assert answer.status < 300, (method, path, answer.status, content[:500])
    return took, content


def made(path, body, token=TOKEN):
    return json.loads(request("POST", path, body, token)[1])


def appointed(name, role, **more):
    """Somebody in a role, and a token that acts as them."""
    person = made("/v1/people", {"name": name})["id"]
    made("/v1/appointments", {"personId": person, "role": role, "startsOn": "2020-01-01", **more})
    return person, made("/v1/tokens", {"name": name, "personId": person}, ADMINISTRATOR)["token"]


def instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def prepare(schools):
    """Services with a team of three each; 200,000 requests of the last three years, of which the newest and a few others aren't finished."""
    desk = []
    for area in AREAS:
        people = [appointed(f"{area} {number}", "specialist", areas=[area]) for number in range(3)]
        team = made("/v1/business-teams", {"name": area, "leadId": people[0][0], "memberIds": [person for person, _ in people]})["id"]
        service = made("/v1/business-services", {"name": area, "area": area, "teamId": team, "escalations": []})["id"]
        desk.append((service, team, people))
    for _ in range(REQUESTS // 10_000):
        lines = []
        for _ in range(10_000):
            service, _, _ = CHANCE.choice(desk)
            opened = NOW - datetime.timedelta(minutes=CHANCE.randint(10, 3 * 525_600))
            lines.append(json.dumps({"op": "create", "data": {
                "subject": f"Question {CHANCE.randint(1, 10**6)}", "serviceId": service, "schoolIds": [CHANCE.choice(schools)], "openedAt": instant(opened),
                "priority": CHANCE.choice(["low", "normal", "high", "urgent"]), "channel": "migration", "isConfidential": CHANCE.random() < 0.05,
            }}))
        request("POST", "/v1/support-requests/bulk", "\n".join(lines), kind="application/x-ndjson")
    # As the actions would have left them; 800,000 of those would take longer than everything else.
    with sqlite3.connect(DATABASE, timeout=60) as database:
        # The service alone knows how to move the log into the database: each page gets a checksum.
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("UPDATE supportRequest SET state = 'closed', closeReason = 'done', closedAt = openedAt, dueBy = NULL, needsAttention = 0 "
            "WHERE rowid % 200 <> 0 AND id NOT IN (SELECT id FROM supportRequest ORDER BY openedAt DESC LIMIT 4000)"
        )
        for service, _, people in desk:
            for number, (person, _) in enumerate(people):
                database.execute("UPDATE supportRequest SET assigneeId = ? WHERE serviceId = ? AND rowid % 7 % 4 = ?", (person, service, number))
    database.close()
    # Idle for so long, the service has ended it.
    CONNECTION.close()
    return desk


def queues(desk, schools):
    service, team, people = desk[0]
    specialist = people[1][1]
    yesterday = quote(instant(NOW - datetime.timedelta(days=1)))
    now, soon = quote(instant(NOW)), quote(instant(NOW + datetime.timedelta(hours=4)))
    running = "state=new,open,waitingOnSchool,onHold"
    _, head = appointed("A head", "headteacher", schoolId=schools[0])
    _, teacher = appointed("A teacher", "teacher", schoolId=schools[0])
    return {
        "mine, late": (f"assigneeId=me&dueBy.lt={now}&breached=true&sort=dueBy", specialist),
        "mine": (f"assigneeId=me&{running}&sort=dueBy", specialist),
        "mine, whatever became of it": ("assigneeId=me&sort=dueBy", specialist),
        "of the team": (f"teamId={team}&{running}&sort=dueBy", specialist),
        "of nobody yet": (f"assigneeId.isNull=true&{running}&sort=dueBy", specialist),
        "of nobody yet, in the team": (f"teamId={team}&assigneeId.isNull=true&sort=dueBy", specialist),
        "about to be late": (f"dueBy.gte={now}&dueBy.lt={soon}&sort=dueBy", specialist),
        "late, everywhere": ("breached=true&sort=dueBy", TOKEN),
        "held, of the team": (f"teamId={team}&state=onHold&sort=dueBy", specialist),
        "waiting, everywhere": ("state=waitingOnSchool&sort=dueBy", TOKEN),
        "to be answered": ("needsAttention=true&sort=-openedAt", specialist),
        "to be answered, by due time": ("needsAttention=true&sort=dueBy", specialist),
        "to be answered, mine": ("assigneeId=me&needsAttention=true&sort=openedAt", specialist),
        "to be answered, of the team": (f"teamId={team}&needsAttention=true&sort=openedAt", specialist),
        "to be answered, of a service": (f"serviceId={service}&needsAttention=true&sort=openedAt", specialist),
        "urgent": (f"priority=urgent&{running}", TOKEN),
        "of a service": (f"serviceId={service}&{running}&sort=dueBy", specialist),
        "of a service, newest first": (f"serviceId={service}&sort=-openedAt", specialist),
        "everything, newest first": ("sort=-openedAt", TOKEN),
        "of a school": (f"schoolId={schools[0]}&{running}", head),
        "of a school, since yesterday": (f"schoolId={schools[0]}&updatedSince={yesterday}", TOKEN),
        "of a school, closed": (f"schoolId={schools[0]}&state=closed&sort=-openedAt", head),
        "a head's": ("sort=-openedAt", head),
        "a head's, to be answered": (f"{running}&sort=dueBy", head),
        "a teacher's, who has none": ("sort=-openedAt", teacher),
    }, service, head


def main():
    schools = [school["id"] for school in json.loads(request("GET", "/v1/schools?limit=60&sort=urn&fields=id")[1])["items"]]
    for school in schools:
        request("POST", "/v1/memberships", {"schoolId": school, "startsOn": "2020-01-01"})
    asked, service, head = queues(prepare(schools), schools)
    medians = {}
    for name, (query, token) in asked.items():
        times = [request("GET", f"/v1/support-requests?{query}&limit=25", token=token) for _ in range(max(15, ROUNDS * 3))]
        medians[name] = 1000 * statistics.median(took for took, _ in times)
        print(f"{medians[name]:8.2f} ms {len(json.loads(times[0][1])['items']):4} {name}", file=sys.stderr)
    body = {"subject": "A teacher of history", "serviceId": service, "schoolIds": [schools[0]]}
    opening = statistics.median(request("POST", "/v1/support-requests", body, head)[0] for _ in range(max(100, ROUNDS * 20)))
    slowest = max(medians, key=medians.get)
    print(f"{statistics.median(medians.values()):.1f} {medians[slowest]:.1f} {1000 * opening:.1f} {slowest}")


main()
