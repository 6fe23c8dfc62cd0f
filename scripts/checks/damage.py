"""Damages a database, its backup and its log in every way a disk can, and asks whether anybody notices.

    damage.py PROGRAM DIRECTORY [FLIPS]

FLIPS bytes are changed in a backup and as many in a database (30 unless said otherwise), one at a time, anywhere in what belongs to them. Each has to be
found: in a backup by `check` and `restore`, in a database by `check` and `backup`; in its database file by `serve` as well. Then the log a killed service
left: damaged in the middle it is refused, torn at the end it is not. Then what is missing: the end of the audit trail, the database itself.
"""

import concurrent.futures
import pathlib
import random
import shutil
import sys
import time

from service import DEMO, Program, Service, expect, finish

program, directory = Program(sys.argv[1]), pathlib.Path(sys.argv[2])
flips = int(sys.argv[3]) if len(sys.argv) > 3 else 30
data = directory / "data"
# The same places every time.
chance = random.Random(31)
PAGE, FRAME, HEADER = 4096, 4096 + 24, 32


def serve(where):
    """Whether `serve` takes what is there, and what it said until it was stopped."""
    service = Service(program, where, ready="/livez")
    started = service.starts()
    service.stop()
    return started, service.said()


def refused(where, *words):
    """Whether `serve` refuses what is there, with these words."""
    started, said = serve(where)
    return not started and all(word in said for word in words), said


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
    program.make_trust(data)
    program.done("import", "people", "--data", data, DEMO / "people.csv")
    program.done("import", "catalogue", "--data", data)
    token = program.done("token", "create", "--data", data, "--name", "damage", "--role", "trustAdmin")
    service = Service(program, data, ready="/livez", token=token).start()
    for number in range(40):
        service.made("/v1/people", {"name": f"Person {number}", "jobTitle": "Teacher"})
        service.made("/v1/shared-resources", {
            "kind": "practice", "title": f"Practice {number}", "summary": "reading " * 50, "keywords": ["reading"]})
    service.made("/v1/files", chance.randbytes(200_000), "application/octet-stream", Content_Disposition='attachment; filename="a.bin"')
    expect(service.process.poll() is None, "the service ended by itself")
    service.stop()
    return token


def in_backup(job):
    number, path, place = job
    copy = directory / f"b{number}"
    shutil.copytree(directory / "backup", copy)
    flip(copy / path.relative_to(directory / "backup"), place)
    checked = program.run("check", copy / "copy.sqlite").returncode
    restored = program.run("restore", copy / "copy.sqlite", "--data", copy / "data").returncode
    was_made = (copy / "data" / "partnership.db").exists()
    shutil.rmtree(copy)
    if checked == 0 or restored == 0 or was_made:
        return f"byte {place} of {path.name} in a backup: check {checked}, restore {restored}"


def in_database(job):
    number, path, place = job
    copy = directory / f"d{number}"
    shutil.copytree(data, copy)
    flip(copy / path.relative_to(data), place)
    checked = program.run("check", "--data", copy).returncode
    backed = program.run("backup", copy / "b.sqlite", "--data", copy).returncode
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
    service = Service(program, killed, ready="/livez", token=token).start()
    for number in range(12):
        service.made("/v1/people", {"name": f"Late {number}"})
    service.kill()
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
        expect(program.run("check", "--data", copy).returncode != 0, f"check passes a log damaged at frame {number + 1}")
        tried += 1
        if tried == 1:
            accepted = program.run("accept-loss", "--data", copy)
            expect(accepted.returncode == 0 and (copy / "partnership.db-wal.torn").exists(), f"accept-loss: {accepted.stdout}{accepted.stderr}")
            started, said = serve(copy)
            expect(started, f"after accept-loss it isn't served: {said}")
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
        started, said = serve(copy)
        expect(started, f"a log torn at its end ({name}) isn't served: {said}")
        expect(program.run("check", "--data", copy).returncode == 0, f"a log torn at its end ({name}) is found fault with")
    print(f"{tried + 1} logs damaged before their end refused, 4 torn at their end or whole served")


def missing():
    shorter = directory / "shorter"
    shutil.copytree(data, shorter)
    token = program.done("token", "create", "--data", data, "--name", "later", "--role", "trustAdmin")
    expect(token.startswith("ptn_"), "no token")
    # An older database under a newer note of where its trail had come to, as when a disk forgot what it had confirmed.
    shutil.copy(data / "partnership.anchor", shorter)
    expect(refused(shorter, "audit trail", "accept-loss")[0], "a database that lost the end of its audit trail is served")
    expect(program.run("check", "--data", shorter).returncode != 0, "check passes a database that lost the end of its audit trail")
    expect(program.run("backup", shorter / "b.sqlite", "--data", shorter).returncode != 0, "a database that lost the end of its audit trail is backed up")
    program.done("backup", directory / "newer.sqlite", "--data", data)
    program.done("accept-loss", "--data", shorter)
    expect(program.run("check", "--data", shorter).returncode == 0, "after accept-loss check finds something")
    expect(program.run("check", "--data", shorter, "--since", directory / "newer.sqlite").returncode != 0, "a trail shorter than a backup's passes")
    expect(program.run("check", "--data", data, "--since", directory / "backup" / "copy.sqlite").returncode == 0, "a trail that goes on doesn't pass")

    nowhere, empty = directory / "nowhere", directory / "empty"
    expect(refused(nowhere, "mounted")[0] and not nowhere.exists(), "serve makes a database where there is none")
    empty.mkdir()
    (empty / "partnership.db").touch()
    expect(refused(empty, "mounted")[0], "serve fills an empty database")
    for verb in (["token", "list"], ["check"], ["purge"], ["import", "people", DEMO / "people.csv"], ["migrate", "--no-create"]):
        expect(program.run(*verb, "--data", nowhere).returncode != 0 and not nowhere.exists(), f"{verb[0]} makes a database where there is none")


token = fill()
(directory / "backup").mkdir()
program.done("backup", directory / "backup" / "copy.sqlite", "--data", data)
expect(program.run("check", directory / "backup" / "copy.sqlite").returncode == 0, "a whole backup doesn't pass")
each(in_backup, places(belongings(directory / "backup"), flips))
each(in_database, places(belongings(data), flips))
damaged_logs(token)
missing()
finish()
