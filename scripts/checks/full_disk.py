"""Fills the disk of a service, and then makes it read-only.

    full_disk.py PROGRAM DIRECTORY

On a disk of its own, a tmpfs in a private mount namespace. Reads go on; every write is 503 with Retry-After, whichever way it comes; `/readyz` says so; the service
ends, starts and is checked on the full disk; when there is room again, everything works without a restart. The same read-only, after a clean end
and after a kill.

Where mounting isn't allowed it says so and passes: it takes root, or user namespaces.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

from service import DEMO, Program, Service, expect, failures, finish

program, directory = Program(sys.argv[1]), pathlib.Path(sys.argv[2])
disk = directory / "disk"
data = disk / "data"
MEBIBYTE = 1 << 20
SIZE = 160 * MEBIBYTE


def own_mounts():
    """Runs this script again where what it mounts nobody else sees."""
    if os.environ.get("FULL_DISK_INSIDE"):
        return
    wrappers = [["unshare", "--mount"], ["unshare", "--mount", "--user", "--map-root-user"]]
    for wrapper in wrappers:
        probe = [*wrapper, "sh", "-c", f"mount -t tmpfs -o size=1m none {directory} && mount -o remount,ro {directory}"]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            os.environ["FULL_DISK_INSIDE"] = "1"
            os.execvp(wrapper[0], [*wrapper, sys.executable, *sys.argv])
    print("Left out: no disk can be mounted here, which takes root or user namespaces.")
    sys.exit(0)


def fill_up():
    """Takes every byte, and what is given back meanwhile."""
    with open(disk / "filler", "ab", buffering=0) as file:
        for size in (MEBIBYTE, 4096, 512):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


def writes(service):
    """Every way to write, as (what it is, answer)."""
    merge = "application/merge-patch+json"
    line = json.dumps({"op": "create", "data": {"name": "Late", "jobTitle": "x" * 150}})
    yield "create", service.call("POST", "/v1/people", {"name": "Late", "jobTitle": "x" * 150})
    yield "create with a key", service.call("POST", "/v1/people", {"name": "Late"}, Idempotency_Key=f"k{time.monotonic_ns()}")
    yield "patch", service.call("PATCH", f"/v1/people/{person}", {"jobTitle": f"Late {time.monotonic_ns()}"}, merge, If_Match="*")
    yield "delete", service.call("DELETE", f"/v1/people/{spare}", If_Match="*")
    yield "bulk", service.call("POST", "/v1/people/bulk", "\n".join([line] * 20), "application/x-ndjson")
    yield "partial bulk", service.call("POST", "/v1/people/bulk?mode=partial", "\n".join([line] * 20), "application/x-ndjson")
    yield "upload", service.call("POST", "/v1/files", b"a" * 70_000, "application/octet-stream", Content_Disposition='attachment; filename="a"')
    yield "upload of an import", service.call("PUT", f"/v1/imports/{job}/groups", b"a,b\n" * 2000, "text/csv")
    yield "start of an import", service.call("POST", "/v1/imports", {"source": "gias"})
    yield "import of people", service.call(
        "POST", "/v1/people/import", (DEMO / "people.csv").read_bytes().replace(b"Okafor", b"Okafor%d" % time.monotonic_ns()), "text/csv")
    yield "token", service.call("POST", "/v1/tokens", {"name": "late", "scopes": ["schools:read"]})
    yield "webhook endpoint", service.call("POST", "/v1/webhook-endpoints", {"name": "Late", "url": "https://example.org/hook"})
    yield "correction", service.call("PUT", "/v1/schools/urn:999001/overrides/capacity", {"value": 100 + int(time.monotonic() * 10) % 800, "reason": "Late"})
    yield "action", service.call("POST", f"/v1/tokens/{spare_token}/rotate", {})


def is_refusal(answer):
    status, fields, body = answer
    return status == 503 and fields["Retry-After"] and fields["Content-Type"].startswith("application/problem+json") and body["code"] == "unavailable"


def check_refusing(service, state):
    """Reads go on, every write is refused as it should be, and readiness says so."""
    # Room that the log has within itself is used up first; that, too, is served as it should be.
    for _ in range(3000):
        status = service.call("PATCH", f"/v1/people/{person}", {"jobTitle": os.urandom(75).hex()}, "application/merge-patch+json", If_Match="*")[0]
        if status != 200:
            break
        fill_up() if state == "full" else None
    for what, answer in writes(service):
        # Whoever may not, or asks for what isn't there, is told so; but nothing is said to be done, and nothing fails.
        expect(is_refusal(answer), f"{state}: {what}: {answer[0]} {dict(answer[1])} {str(answer[2])[:300]}")
    for path in ("/livez", "/v1/me", "/v1/people?limit=5&count=exact", f"/v1/people/{person}", "/v1/schools?q=fenmarch", "/v1/events?limit=5",
                 "/v1/audit?limit=5", "/v1/support-requests", f"/v1/files/{stored}/content"):
        status, _, body = service.call("GET", path)
        expect(status == 200, f"{state}: GET {path}: {status} {str(body)[:300]}")
    status, _, _ = service.call("GET", "/v1/people", Accept="text/csv")
    expect(status == 200, f"{state}: export: {status}")
    # A good answer stands for five seconds.
    time.sleep(5.1)
    status, fields, body = service.call("GET", "/readyz")
    expect(status == 503 and fields["Retry-After"], f"{state}: /readyz: {status} {body}")
    checked = program.run("check", "--data", data)
    expect(checked.returncode == 0, f"{state}: check beside the service: {checked.stdout}{checked.stderr}")


def check_writing(service, state):
    for what, answer in writes(service):
        expect(answer[0] < 300 or what == "delete" and answer[0] == 404, f"{state}: {what}: {answer[0]} {str(answer[2])[:300]}")
    time.sleep(1.1)
    status, _, body = service.call("GET", "/readyz")
    expect(status == 200, f"{state}: /readyz: {status} {body}")


def new_spares(service):
    global spare
    spare = service.made("/v1/people", {"name": "Spare"})["id"]


own_mounts()
disk.mkdir(exist_ok=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(disk)], check=True)
program.make_trust(data)
token = program.done("token", "create", "--data", data, "--name", "full", "--role", "trustAdmin")
service = Service(program, data, log=directory / "service.log", ready="/livez", timeout=60, token=token).start()
person = service.made("/v1/people", {"name": "Ada"})["id"]
stored = service.made("/v1/files", b"kept", "application/octet-stream", Content_Disposition='attachment; filename="a"')["id"]
job = service.made("/v1/imports", {"source": "gias"})["id"]
spare_token = service.made("/v1/tokens", {"name": "spare", "scopes": ["schools:read"]})["id"]
new_spares(service)
check_writing(service, "with room")
new_spares(service)

fill_up()
check_refusing(service, "full")
fill_up()
expect(service.stop() == 0, "on a full disk the service doesn't end with 0")
fill_up()
checked = program.run("check", "--data", data)
expect(checked.returncode == 0, f"check on a full disk: {checked.stdout}{checked.stderr}")
fill_up()
service.start()
check_refusing(service, "started full")
(disk / "filler").unlink()
time.sleep(1.1)
check_writing(service, "with room again")
new_spares(service)
expect(service.stop() == 0, "the service doesn't end with 0")

for state, is_killed in (("read-only", False), ("read-only after a kill", True)):
    if is_killed:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        service.start()
        service.call("PATCH", f"/v1/people/{person}", {"jobTitle": "Before the kill"}, "application/merge-patch+json", If_Match="*")
        service.kill()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    checked = program.run("check", "--data", data)
    expect(checked.returncode == 0, f"check, {state}: {checked.stdout}{checked.stderr}")
    copy = directory / f"{state}.sqlite"
    copied = program.run("backup", copy, "--data", data)
    expect(copied.returncode == 0, f"backup, {state}: {copied.stdout}{copied.stderr}")
    expect(program.run("check", copy).returncode == 0, f"check of that backup, {state}")
    service.start()
    check_refusing(service, state)
    if is_killed:
        expect(service.call("GET", f"/v1/people/{person}")[2]["jobTitle"] == "Before the kill", "what was written before the kill is gone")
    expect(service.stop() == 0, f"{state}: the service doesn't end with 0")

for line in [json.loads(line) for line in service.said().splitlines() if line.startswith("{")]:
    expect("request failed" not in line.get("message", ""), f"logged as a failure of the service: {line}")
if not failures:
    print("every write refused, every read answered, on a full disk and on a read-only one")
finish()
