"""Kills the service again and again under mixed load, with a reader of the event stream and a receiver of webhooks attached.

    crashes.py PROGRAM DIRECTORY TLS-DIRECTORY ROUNDS

Afterwards the events each of them received, without repetitions, are the log, in its order; what was acknowledged is there; what was
sent again under its key was done once; the audit chain verifies.
"""

import http.client
import http.server
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

program, directory, tls, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
TIMEOUT = 10
trust = ssl.create_default_context(cafile=f"{tls}/ca.pem")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout.strip()


class Service:
    """The service on one port, started again after each kill."""

    def __init__(self):
        self.port = free_port()
        self.process = None
        self.log = open(f"{directory}/service.log", "ab")

    def start(self):
        self.process = subprocess.Popen(
            [program, "serve", "--data", f"{directory}/data", "--port", str(self.port), "--no-metrics", "--rate-limit", "0",
             "--certificate", f"{tls}/server.pem", "--private-key", f"{tls}/server-key.pem",
             "--webhook-allow", "127.0.0.1,::1", "--webhook-ca-file", f"{tls}/ca.pem"],
            stdout=self.log, stderr=self.log)
        for _ in range(300):
            try:
                if call("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        sys.exit(f"the service didn't start; see {directory}/service.log")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


service = Service()
token = None


def call(method, path, body=None, headers=(), connection=None):
    """Status, fields and body. Raises OSError or HTTPException when the connection breaks."""
    connection = connection or http.client.HTTPSConnection("localhost", service.port, timeout=TIMEOUT, context=trust)
    fields = {"Authorization": f"Bearer {token}", **dict(headers)}
    if body is not None:
        fields["Content-Type"] = "application/json"
    connection.request(method, path, body=None if body is None else json.dumps(body), headers=fields)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, answer.headers, json.loads(text) if text[:1] in (b"{", b"[") else text


class Reader(threading.Thread):
    """Follows the event stream, and takes it up again where it broke."""

    def __init__(self, after):
        super().__init__(daemon=True)
        self.last, self.ids, self.repeated, self.connections = str(after), [], 0, 0
        self.done = False
        self.start()

    def run(self):
        while not self.done:
            try:
                self.follow()
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)

    def follow(self):
        connection = http.client.HTTPSConnection("localhost", service.port, timeout=TIMEOUT * 3, context=trust)
        connection.request("GET", "/v1/events/stream", headers={
            "Authorization": f"Bearer {token}", "Accept": "text/event-stream", "Last-Event-ID": self.last})
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(answer.status)
        self.connections += 1
        seq = data = None
        while not self.done:
            line = answer.readline()
            if not line.endswith(b"\n"):
                raise ValueError("cut")
            line = line.rstrip(b"\r\n").decode()
            if line.startswith("id:"):
                seq = line[3:].strip()
            elif line.startswith("data:"):
                data = json.loads(line[5:])
            elif not line and seq is not None and data is not None:
                self.ids.append(data["id"])
                self.last = seq
                seq = data = None


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes webhooks."""

    ids = []
    repeated = 0
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        name = self.headers["webhook-id"]
        if name in Receiver.ids:
            Receiver.repeated += 1
        else:
            Receiver.ids.append(name)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """A sender that is killed cuts its connections."""


class Writer(threading.Thread):
    """Makes people and shared resources and changes them; what isn't answered it sends again under the same key."""

    def __init__(self, number):
        super().__init__(daemon=True)
        self.number, self.count, self.replayed = number, 0, 0
        # By path, the newest acknowledged version and what was changed.
        self.acknowledged = {}
        self.failures = []
        self.done = False
        self.start()

    def run(self):
        while not self.done or not self.count:
            self.count += 1
            name = f"Person {self.number}.{self.count}"
            if not self.make("/v1/people", {"name": name}, "jobTitle"):
                return
            # What is searched is written beside the row.
            resource = {"kind": "practice", "title": name, "summary": "Not yet", "keywords": ["reading"]}
            if self.count % 2 and not self.make("/v1/shared-resources", resource, "summary"):
                return

    def make(self, collection, body, member):
        made = self.send("POST", collection, body, {}, 201, collection, member)
        for change in range(2):
            if made is None:
                return False
            path = f"{collection}/{made['id']}"
            etag = self.acknowledged[path][0]
            made = self.send("PATCH", path, {member: f"Title {change}"}, {"If-Match": etag}, 200, collection, member)
        return made is not None

    def send(self, method, path, body, headers, expected, collection, member):
        key = f"{self.number}-{random.getrandbits(64):x}"
        while True:
            try:
                status, fields, answer = call(method, path, body, {**headers, "Idempotency-Key": key})
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
                continue
            if status == 503:
                time.sleep(0.05)
                continue
            if status != expected:
                self.failures.append(f"{method} {path}: {status} {answer}")
                return None
            self.replayed += fields.get("Idempotency-Replayed") == "true"
            self.acknowledged[f"{collection}/{answer['id']}"] = (answer["etag"], member, answer[member])
            return answer


def pages(path, key):
    after, found = 0, []
    while True:
        _, _, page = call("GET", f"{path}&after={after}")
        found += page["items"]
        if page["next"] == after or after >= page["seq"]:
            return found
        after = page["next"]


def wait_for(what, satisfied, seconds=60):
    end = time.monotonic() + seconds
    while not satisfied():
        if time.monotonic() > end:
            sys.exit(f"{what} didn't come to its end in {seconds} s")
        time.sleep(0.1)


os.makedirs(f"{directory}/data", exist_ok=True)
run("migrate", "--data", f"{directory}/data")
token = run("token", "create", "--data", f"{directory}/data", "--name", "crashes", "--role", "trustAdmin")
service.start()

server = Server(("127.0.0.1", 0), Receiver)
server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_context.load_cert_chain(f"{tls}/server.pem", f"{tls}/server-key.pem")
server.socket = server_context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
status, _, endpoint = call("POST", "/v1/webhook-endpoints", {
    "name": "Crashes", "url": f"https://localhost:{server.server_address[1]}/hook"})
assert status == 201, endpoint
start = call("GET", "/v1/events?limit=1")[2]["seq"]
reader = Reader(start)
writers = [Writer(number) for number in range(4)]

# The same moments every time.
generator = random.Random(1)
for _ in range(rounds):
    time.sleep(generator.uniform(0.02, 0.35))
    service.kill()
    service.start()
for writer in writers:
    writer.done = True
for writer in writers:
    writer.join(60)

log = [event["id"] for event in pages("/v1/events?limit=200", "next") if event["seq"] > start]
wait_for("the event stream", lambda: reader.ids and reader.ids[-1] == log[-1])
wait_for("the webhook receiver", lambda: Receiver.ids and log[-1] in Receiver.ids)
reader.done = True

faults = [failure for writer in writers for failure in writer.failures]
streamed = list(dict.fromkeys(reader.ids))
if streamed != log:
    faults.append(f"the stream gave {len(streamed)} events, the log has {len(log)}")
delivered = [name for name in Receiver.ids if name in set(log)]
if delivered != log:
    faults.append(f"webhooks brought {len(delivered)} events, the log has {len(log)}, or their order differs")
acknowledged = {name: last for writer in writers for name, last in writer.acknowledged.items()}
for path, (etag, member, value) in acknowledged.items():
    status, _, stored = call("GET", path)
    if status != 200 or (stored["etag"], stored[member]) != (etag, value):
        faults.append(f"{path}: {etag} was acknowledged, {stored} is stored")
for collection in ("/v1/people", "/v1/shared-resources"):
    made = sum(path.startswith(collection + "/") for path in acknowledged)
    for asked in ("", "&q=person"):
        total = call("GET", f"{collection}?count=exact&limit=1{asked}")[2]["total"]
        if total != made:
            faults.append(f"{made} of {collection} were made, {total} are found with {asked or 'no words'}")
if service.stop() != 0:
    faults.append("the service didn't end with 0")
checked = subprocess.run([program, "check", "--data", f"{directory}/data"], capture_output=True, text=True)
if checked.returncode != 0:
    faults.append(checked.stdout + checked.stderr)

print(f"{rounds} kills, {len(log)} events, {len(acknowledged)} people and resources, {sum(w.replayed for w in writers)} answers replayed, "
      f"{reader.connections} streams, {Receiver.repeated} webhooks repeated")
for fault in faults[:20]:
    print(fault)
sys.exit(1 if faults else 0)
