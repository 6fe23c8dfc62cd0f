"""Fills the disk of a service, and then makes it read-only.

    full_disk.py PROGRAM DIRECTORY

On a disk of its own, a tmpfs in a private mount namespace. Reads go on; every write is 503 with Retry-After, whichever way it comes; `/readyz` says so; the service
ends, starts and is checked on the full disk; when there is room again, everything works without a restart. The same read-only, after a clean end
and after a kill.

Where mounting isn't allowed it says so and passes: it takes root, or user namespaces.
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

program, directory = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
demo = pathlib.Path(__file__).resolve().parent.parent / "demo"
disk = directory / "disk"
data = disk / "data"
MEBIBYTE = 1 << 20
SIZE = 160 * MEBIBYTE
faults = []


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


def expect(satisfied, what):
    if not satisfied:
        faults.append(what)
        print("FAILED:", what)


def run(*arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120)


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
    def __init__(self):
        self.port = free_port()
        self.log = open(directory / "service.log", "ab")
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(data), "--port", str(self.port), "--no-metrics", "--plain-http", "--rate-limit", "0"],
            stdout=self.log, stderr=self.log)
        for _ in range(1500):
            if self.process.poll() is not None:
                break
            try:
                self.call("GET", "/livez")
                return
            except OSError:
                time.sleep(0.02)
        self.process.kill()
        sys.exit(f"the service didn't start: {(directory / 'service.log').read_text()[-1500:]}")

    def call(self, method, path, body=None, kind="application/json", **fields):
        """Status, fields and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in fields.items()}}
        if body is not None:
            headers["Content-Type"] = kind
        connection.request(method, path, body=json.dumps(body) if isinstance(body, (dict, list)) else body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(text) if answer.headers.get("Content-Type", "").endswith(("/json", "+json")) else text

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)


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
        "POST", "/v1/people/import", (demo / "people.csv").read_bytes().replace(b"Okafor", b"Okafor%d" % time.monotonic_ns()), "text/csv")
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
    checked = run("check", "--data", data)
    expect(checked.returncode == 0, f"{state}: check beside the service: {checked.stdout}{checked.stderr}")


def check_writing(service, state):
    for what, answer in writes(service):
        expect(answer[0] < 300 or what == "delete" and answer[0] == 404, f"{state}: {what}: {answer[0]} {str(answer[2])[:300]}")
    time.sleep(1.1)
    status, _, body = service.call("GET", "/readyz")
    expect(status == 200, f"{state}: /readyz: {status} {body}")


def new_spares(service):
    global spare
    spare = service.call("POST", "/v1/people", {"name": "Spare"})[2]["id"]


own_mounts()
disk.mkdir(exist_ok=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(disk)], check=True)
token = ""
done("migrate", "--data", data)
done("import", "gias", "--data", data, "--establishments", demo / "establishments.csv", "--group-links", demo / "group-links.csv",
     "--groups", demo / "groups.csv", "--group-uid", "99901")
token = done("token", "create", "--data", data, "--name", "full", "--role", "trustAdmin")
service = Service()
person = service.call("POST", "/v1/people", {"name": "Ada"})[2]["id"]
stored = service.call("POST", "/v1/files", b"kept", "application/octet-stream", Content_Disposition='attachment; filename="a"')[2]["id"]
job = service.call("POST", "/v1/imports", {"source": "gias"})[2]["id"]
spare_token = service.call("POST", "/v1/tokens", {"name": "spare", "scopes": ["schools:read"]})[2]["id"]
new_spares(service)
check_writing(service, "with room")
new_spares(service)

fill_up()
check_refusing(service, "full")
fill_up()
expect(service.stop() == 0, "on a full disk the service doesn't end with 0")
fill_up()
checked = run("check", "--data", data)
expect(checked.returncode == 0, f"check on a full disk: {checked.stdout}{checked.stderr}")
fill_up()
service = Service()
check_refusing(service, "started full")
(disk / "filler").unlink()
time.sleep(1.1)
check_writing(service, "with room again")
new_spares(service)
expect(service.stop() == 0, "the service doesn't end with 0")

for state, how in (("read-only", signal.SIGTERM), ("read-only after a kill", signal.SIGKILL)):
    if how == signal.SIGKILL:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        service = Service()
        service.call("PATCH", f"/v1/people/{person}", {"jobTitle": "Before the kill"}, "application/merge-patch+json", If_Match="*")
        service.stop(how)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    checked = run("check", "--data", data)
    expect(checked.returncode == 0, f"check, {state}: {checked.stdout}{checked.stderr}")
    copied = run("backup", directory / f"{how}.sqlite", "--data", data)
    expect(copied.returncode == 0, f"backup, {state}: {copied.stdout}{copied.stderr}")
    expect(run("check", directory / f"{how}.sqlite").returncode == 0, f"check of that backup, {state}")
    service = Service()
    check_refusing(service, state)
    if how == signal.SIGKILL:
        expect(service.call("GET", f"/v1/people/{person}")[2]["jobTitle"] == "Before the kill", "what was written before the kill is gone")
    expect(service.stop() == 0, f"{state}: the service doesn't end with 0")

log = [json.loads(line) for line in (directory / "service.log").read_text().splitlines() if line.startswith("{")]
for line in log:
    expect("request failed" not in line.get("message", ""), f"logged as a failure of the service: {line}")
print(f"{'every write refused, every read answered' if not faults else f'{len(faults)} faults'}, on a full disk and on a read-only one")
sys.exit(1 if faults else 0)
