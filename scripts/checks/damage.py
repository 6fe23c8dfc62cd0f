"""Damages a database, its backup and its log in every way a disk can, and asks whether anybody notices.

    damage.py PROGRAM DIRECTORY [FLIPS]

FLIPS bytes are changed in a backup and as many in a database (30 unless said otherwise), one at a time, anywhere in what belongs to them. Each has to be
found: in a backup by `check` and `restore`, in a database by `check` and `backup`; in its database file by `serve` as well. Then the log a killed service
left: damaged in the middle it is refused, torn at the end it is not. Then what is missing: the end of the audit trail, the database itself.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

program, directory = sys.argv[1], pathlib.Path(sys.argv[2])
flips = int(sys.argv[3]) if len(sys.argv) > 3 else 30
demo = pathlib.Path(__file__).parent.parent / "demo"
data = directory / "data"
faults = []
# The same places every time.
chance = random.Random(31)
PAGE, FRAME, HEADER = 4096, 4096 + 24, 32


def expect(satisfied, what):
    if not satisfied:
        faults.append(what)
        print("FAILED:", what)


def run(*arguments, timeout=120):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


def done(*arguments):
    ended = run(*arguments)
    if ended.returncode != 0:
        sys.exit(f"{arguments}: {ended.stdout}{ended.stderr}")
    return ended.stdout.strip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """A running one; `started` is False where it refused."""

    def __init__(self, where):
        self.port = free_port()
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(where), "--port", str(self.port), "--no-metrics", "--plain-http", "--rate-limit", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.started = self.wait()

    def wait(self):
        for _ in range(1500):
            if self.process.poll() is not None:
                return False
            try:
                self.call("GET", "/livez", token="")
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def call(self, method, path, body=None, token=None, kind="application/json", fields=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body=json.dumps(body) if isinstance(body, dict) else body, headers={
            "Authorization": f"Bearer {token}", "Content-Type": kind, **dict(fields)})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text

    def made(self, path, body, token, **more):
        status, text = self.call("POST", path, body, token, **more)
        if status not in (200, 201):
            sys.exit(f"{path}: {status} {text}")
        return json.loads(text)

    def end(self, how=signal.SIGTERM):
        """What it said."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.communicate(timeout=60)[1]


def refused(where, *words):
    """Whether `serve` refuses what is there, with these words."""
    service = Service(where)
    said = service.end()
    return not service.started and all(word in said for word in words), said


def flip(path, place):
    with open(path, "r+b") as file:
        file.seek(place)
        old = file.read(1)[0]
        file.seek(place)
        file.write(bytes([old ^ chance_byte(place)]))


def chance_byte(place):
    return random.Random(place).randint(1, 255)


def belongings(*roots):
    """Every file below, with its size."""
    found = []
    for root in roots:
        paths = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        found += [(path, path.stat().st_size) for path in paths if path.stat().st_size and path.suffix not in (".lock", ".room", ".db-shm")]
    return found


def places(files, count):
    """So many places in them, each byte as likely as any other."""
    total = sum(size for _, size in files)
    for place in sorted(chance.sample(range(total), min(count, total))):
        for path, size in files:
            if place < size:
                yield path, place
                break
            place -= size


def fill():
    """A trust at work: people, what they share and ask for, a file."""
    done("migrate", "--data", data)
    done("import", "gias", "--data", data, "--establishments", demo / "establishments.csv", "--group-links", demo / "group-links.csv",
         "--groups", demo / "groups.csv", "--group-uid", "99901")
    done("import", "people", "--data", data, demo / "people.csv")
    done("import", "catalogue", "--data", data)
    token = done("token", "create", "--data", data, "--name", "damage", "--role", "trustAdmin")
    service = Service(data)
    for number in range(40):
        service.made("/v1/people", {"name": f"Person {number}", "jobTitle": "Teacher"}, token)
        service.made("/v1/shared-resources", {
            "kind": "practice", "title": f"Practice {number}", "summary": "reading " * 50, "keywords": ["reading"]}, token)
    service.made("/v1/files", chance.randbytes(200_000), token, kind="application/octet-stream", fields={
        "Content-Disposition": 'attachment; filename="a.bin"'})
    expect(service.process.poll() is None, "the service ended by itself")
    service.end()
    return token


def in_backup(job):
    number, path, place = job
    copy = directory / f"b{number}"
    shutil.copytree(directory / "backup", copy)
    flip(copy / path.relative_to(directory / "backup"), place)
    checked = run("check", copy / "copy.sqlite").returncode
    restored = run("restore", copy / "copy.sqlite", "--data", copy / "data").returncode
    was_made = (copy / "data" / "partnership.db").exists()
    shutil.rmtree(copy)
    if checked == 0 or restored == 0 or was_made:
        return f"byte {place} of {path.name} in a backup: check {checked}, restore {restored}"


def in_database(job):
    number, path, place = job
    copy = directory / f"d{number}"
    shutil.copytree(data, copy)
    flip(copy / path.relative_to(data), place)
    checked = run("check", "--data", copy).returncode
    backed = run("backup", copy / "b.sqlite", "--data", copy).returncode
    was_made = (copy / "b.sqlite").exists()
    serves = path.name == "partnership.db" and not refused(copy)[0]
    shutil.rmtree(copy)
    if checked == 0 or backed == 0 or was_made or serves:
        return f"byte {place} of {path.name} in a database: check {checked}, backup {backed}, serves {serves}"


def each(work, jobs):
    jobs = [(number, *job) for number, job in enumerate(jobs)]
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        missed = [fault for fault in pool.map(work, jobs) if fault]
    for fault in missed:
        expect(False, fault)
    print(f"{work.__name__}: {len(jobs)} bytes changed, {len(jobs) - len(missed)} found ({time.monotonic() - began:.0f} s)")


def commits(log):
    """The numbers of the frames that end a commit, of the frames that belong to the log's header."""
    salts, found = log[16:24], []
    for number in range((len(log) - HEADER) // FRAME):
        frame = log[HEADER + number * FRAME:][:24]
        if frame[8:16] != salts:
            break
        if int.from_bytes(frame[4:8], "big"):
            found.append(number)
    return found


def damaged_logs(token):
    """Logs of a service that was killed."""
    killed = directory / "killed"
    shutil.copytree(data, killed)
    service = Service(killed)
    for number in range(12):
        service.made("/v1/people", {"name": f"Late {number}"}, token)
    service.end(signal.SIGKILL)
    log = (killed / "partnership.db-wal").read_bytes()
    ends = commits(log)
    expect(len(ends) > 10, f"the log has {len(ends)} commits")

    def left(name, change):
        copy = directory / name
        shutil.copytree(killed, copy)
        bytes_ = bytearray(log)
        bytes_ = change(bytes_) or bytes_
        (copy / "partnership.db-wal").write_bytes(bytes_)
        return copy

    def changed(place):
        def change(log):
            log[place] ^= 0x41
        return change

    tried = 0
    for number in chance.sample(range(ends[-3]), min(8, ends[-3])):
        copy = left(f"middle{number}", changed(HEADER + number * FRAME + chance.randrange(FRAME)))
        ok, said = refused(copy, "partnership.db-wal", "accept-loss")
        expect(ok, f"a log damaged at frame {number + 1} of {ends[-1] + 1} is served: {said[-300:]}")
        expect(run("check", "--data", copy).returncode != 0, f"check passes a log damaged at frame {number + 1}")
        tried += 1
        if tried == 1:
            accepted = run("accept-loss", "--data", copy)
            expect(accepted.returncode == 0 and (copy / "partnership.db-wal.torn").exists(), f"accept-loss: {accepted.stdout}{accepted.stderr}")
            service = Service(copy)
            expect(service.started, f"after accept-loss it isn't served: {service.end()}")
            service.end()
    copy = left("header", changed(9))
    expect(refused(copy, "accept-loss")[0], "a log with a damaged header is served")
    # As a power cut leaves it: the end is missing, or frames of the newest commit are.
    last = HEADER + (ends[-2] + 1) * FRAME
    for name, change in {
        "cut": lambda log: log[:last + FRAME // 2],
        "hole": lambda log: log[:last] + bytes(FRAME) + log[last + FRAME:] if ends[-1] > ends[-2] + 1 else log[:last],
        "whole": lambda log: log,
        "zeros": lambda log: log[:last] + bytes(3 * FRAME),
    }.items():
        copy = left(f"end-{name}", change)
        service = Service(copy)
        expect(service.started, f"a log torn at its end ({name}) isn't served: {service.end()}")
        service.end()
        expect(run("check", "--data", copy).returncode == 0, f"a log torn at its end ({name}) is found fault with")
    print(f"{tried + 1} logs damaged before their end refused, 4 torn at their end or whole served")


def missing():
    shorter = directory / "shorter"
    shutil.copytree(data, shorter)
    token = done("token", "create", "--data", data, "--name", "later", "--role", "trustAdmin")
    expect(token.startswith("ptn_"), "no token")
    # An older database under a newer note of where its trail had come to, as when a disk forgot what it had confirmed.
    shutil.copy(data / "partnership.anchor", shorter)
    expect(refused(shorter, "audit trail", "accept-loss")[0], "a database that lost the end of its audit trail is served")
    expect(run("check", "--data", shorter).returncode != 0, "check passes a database that lost the end of its audit trail")
    expect(run("backup", shorter / "b.sqlite", "--data", shorter).returncode != 0, "a database that lost the end of its audit trail is backed up")
    done("backup", directory / "newer.sqlite", "--data", data)
    done("accept-loss", "--data", shorter)
    expect(run("check", "--data", shorter).returncode == 0, "after accept-loss check finds something")
    expect(run("check", "--data", shorter, "--since", directory / "newer.sqlite").returncode != 0, "a trail shorter than a backup's passes")
    expect(run("check", "--data", data, "--since", directory / "backup" / "copy.sqlite").returncode == 0, "a trail that goes on doesn't pass")

    nowhere, empty = directory / "nowhere", directory / "empty"
    expect(refused(nowhere, "mounted")[0] and not nowhere.exists(), "serve makes a database where there is none")
    empty.mkdir()
    (empty / "partnership.db").touch()
    expect(refused(empty, "mounted")[0], "serve fills an empty database")
    for verb in (["token", "list"], ["check"], ["purge"], ["import", "people", demo / "people.csv"], ["migrate", "--no-create"]):
        expect(run(*verb, "--data", nowhere).returncode != 0 and not nowhere.exists(), f"{verb[0]} makes a database where there is none")


token = fill()
(directory / "backup").mkdir()
done("backup", directory / "backup" / "copy.sqlite", "--data", data)
expect(run("check", directory / "backup" / "copy.sqlite").returncode == 0, "a whole backup doesn't pass")
each(in_backup, places(belongings(directory / "backup"), flips))
each(in_database, places(belongings(data), flips))
damaged_logs(token)
missing()
sys.exit(1 if faults else 0)
