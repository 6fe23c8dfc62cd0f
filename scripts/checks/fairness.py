"""A teacher's bulk in each mode while the head posts: how long the head waits. Then one that is killed in the middle and sent again.

    fairness.py PROGRAM DIRECTORY TLS-DIRECTORY [LINES [SLOWNESS]]

The head of a school posts a request every 20 ms, or less often where the service can't keep up with that by itself, and waits for each answer on a
connection of its own: a post that takes long keeps none behind it from being sent. Wait is how much longer an answer takes than without
the bulk. LINES is 10,000 unless that took more than ten seconds here. Limits are 300 ms in the median and 1 s at most, times SLOWNESS: 1 on a
machine of its own, which is the usual, and 2 where the machine may be a slow one. What the answers say is checked as well.
"""

import http.client
import json
import pathlib
import statistics
import sys
import threading
import time

from service import DEMO, Caller, Program, Service, expect, finish

program, directory, tls = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
wanted = int(sys.argv[4]) if len(sys.argv) > 4 else 0
slowness = float(sys.argv[5]) if len(sys.argv) > 5 else 1
MEDIAN, LONGEST = 0.3 * slowness, 1.0 * slowness
data = f"{directory}/data"


class Posts:
    """The head's posts while something else goes on: `with Posts(period) as posts`, then `posts.waits`."""

    def __init__(self, period, threads=48):
        self.period, self.waits, self.refused = period, [], []
        self.lock, self.next, self.end, self.ready = threading.Lock(), None, threading.Event(), threading.Barrier(threads + 1)
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        # The handshakes of all of them are none of the waits.
        self.next = time.monotonic() + 0.1
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join()

    def run(self):
        caller = Caller(service, head)
        caller.connection.connect()
        self.ready.wait()
        while not self.end.is_set():
            with self.lock:
                due = self.next
                self.next += self.period
            if self.end.wait(max(0, due - time.monotonic())):
                return
            began = time.monotonic()
            status, _, answer = caller.request("POST", "/v1/support-requests", POST)
            taken = time.monotonic() - began
            with self.lock:
                self.waits.append(taken)
                if status != 201:
                    self.refused.append(answer[:300])


POST = json.dumps({"subject": "Chairs for the hall"}).encode()


def bulk(lines, mode, dry_run=False, key=None):
    body = b"".join(json.dumps({"op": "create", "data": {"subject": f"Request {line}", "tags": ["bulk"]}}).encode() + b"\n" for line in range(lines))
    began = time.monotonic()
    keys = {"Idempotency_Key": key} if key else {}
    status, _, answer = Caller(service, teacher).request(
        "POST", f"/v1/support-requests/bulk?mode={mode}&dryRun={str(dry_run).lower()}", body, "application/x-ndjson", **keys)
    return status, answer, time.monotonic() - began


def kept():
    return service.call("GET", "/v1/support-requests?tag=bulk&count=exact&limit=1")[2]["total"]


def report(name, taken, posts, usual, period):
    waits = sorted(max(0, wait - usual) for wait in posts.waits)
    median, longest = statistics.median(waits), waits[-1]
    print(f"{name:34} {taken:6.2f} s; the head posted {len(waits):4} times, waited {median * 1000:5.0f} ms in the median, {longest * 1000:5.0f} ms at most")
    expect(not posts.refused, f"{name}: the head was refused: {posts.refused[:1]}")
    expect(median <= MEDIAN and longest <= LONGEST, f"{name}: the head waited for too long")


def check(name, lines, mode, dry_run, period, usual):
    before = kept()
    with Posts(period) as posts:
        status, answer, taken = bulk(lines, mode, dry_run)
    report(name, taken, posts, usual, period)
    results = answer.count(b'"status":201')
    if status == 413:
        problem = json.loads(answer)
        expect(mode == "atomic" and not dry_run and problem["code"] == "bulk-too-large" and kept() == before, f"{name}: {answer[:300]}")
        print(f"{'':34} refused: {problem['detail']}")
        fitting = problem["fittingLines"]
        with Posts(period) as posts:
            status, answer, taken = bulk(fitting // 2 or 1, mode)
        report(f"{name}, {fitting // 2 or 1} lines", taken, posts, usual, period)
        expect(status == 200 and kept() == before + (fitting // 2 or 1), f"{name}: half of what fits is answered {status} {answer[:300]}")
        return
    expect(status == (200 if mode == "atomic" else 207) and results == lines, f"{name}: {status}, {results} of {lines}: {answer[:300]}")
    expect(kept() == before + (0 if dry_run else lines), f"{name}: {kept() - before} of {lines} were kept")


program.make_trust(data)
program.done("import", "people", "--data", data, DEMO / "people.csv")
teachers = pathlib.Path(directory, "teacher.csv")
teachers.write_text("name,workEmail,role,school,startsOn\nTess Weir,tess.weir@fenmarch.example,teacher,urn:999001,2024-09-01\n")
program.done("import", "people", "--data", data, teachers)
teacher = program.done("token", "create", "--data", data, "--name", "the teacher's", "--person", "tess.weir@fenmarch.example")
head = program.done("token", "create", "--data", data, "--name", "the head's", "--person", "ines.okafor@fenmarch.example")
reader = program.done("token", "create", "--data", data, "--name", "counting", "--role", "trustAdmin")


def interrupted(lines):
    """Killed in the middle: what was committed stays, and the same request goes on after it."""
    before = kept()
    lost = []

    def send():
        try:
            lost.append(bulk(lines, "partial", key="once")[0])
        except (OSError, http.client.HTTPException):
            pass

    sender = threading.Thread(target=send)
    sender.start()
    while kept() - before < lines // 4 and sender.is_alive():
        time.sleep(0.01)
    service.kill()
    sender.join()
    service.start()
    stayed = kept() - before
    status, answer, _ = bulk(lines, "partial", key="once")
    expect(not lost and 0 < stayed < lines, f"killed: {stayed} of {lines} stayed, and it was answered {lost}")
    expect(status == 207 and answer.count(b'"status":201') == lines, f"killed: sent again it is answered {status} {answer[:300]}")
    expect(kept() == before + lines, f"killed: {kept() - before} of {lines} are there")
    print(f"{'killed and sent again':34} {stayed} of {lines} lines stayed, all were answered and are there once")


service = Service(program, data, tls=tls, patience=60, timeout=300, token=reader).start()
try:
    alone = Caller(service, head)
    began = time.monotonic()
    for _ in range(20):
        alone.request("POST", "/v1/support-requests", POST)
    period = max(0.02, 4 * (time.monotonic() - began) / 20)
    with Posts(period) as posts:
        time.sleep(3)
    usual = statistics.median(posts.waits)
    sample = bulk(100, "partial")[2]
    lines = wanted or min(10_000, max(500, int(10 / (sample / 100))))
    print(f"{lines:,} lines; the head posts every {period * 1000:.0f} ms and waits {usual * 1000:.1f} ms when there is no bulk")
    check("partial", lines, "partial", False, period, usual)
    check("partial, dry run", lines, "partial", True, period, usual)
    check("atomic", lines, "atomic", False, period, usual)
    check("atomic, dry run", lines, "atomic", True, period, usual)
    interrupted(lines // 4)
finally:
    service.stop()
finish()
