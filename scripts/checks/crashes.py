"""Kills the service again and again under mixed load, with a reader of the event stream and a receiver of webhooks attached.

    crashes.py PROGRAM DIRECTORY TLS-DIRECTORY ROUNDS

Afterwards the events each of them received, without repetitions, are the log, in its order; what was acknowledged is there; what was
sent again under its key was done once; the audit chain verifies.
"""

import http.client
import http.server
import json
import random
import ssl
import sys
import threading
import time

from service import Program, Service, expect, finish, give_up

program, directory, tls, rounds = Program(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
TIMEOUT = 10
data = f"{directory}/data"


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
        connection = service.connection(TIMEOUT * 3)
        connection.request("GET", "/v1/events/stream", headers={
            "Authorization": f"Bearer {service.token}", "Accept": "text/event-stream", "Last-Event-ID": self.last})
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
        made = self.send("POST", collection, body, 201, collection, member)
        for change in range(2):
            if made is None:
                return False
            path = f"{collection}/{made['id']}"
            etag = self.acknowledged[path][0]
            made = self.send("PATCH", path, {member: f"Title {change}"}, 200, collection, member, If_Match=etag)
        return made is not None

    def send(self, method, path, body, expected, collection, member, **headers):
        key = f"{self.number}-{random.getrandbits(64):x}"
        while True:
            try:
                status, fields, answer = service.call(method, path, body, Idempotency_Key=key, **headers)
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
        _, _, page = service.call("GET", f"{path}&after={after}")
        found += page["items"]
        if page["next"] == after or after >= page["seq"]:
            return found
        after = page["next"]


def wait_for(what, satisfied, seconds=60):
    end = time.monotonic() + seconds
    while not satisfied():
        if time.monotonic() > end:
            give_up(f"{what} didn't come to its end in {seconds} s")
        time.sleep(0.1)


program.done("migrate", "--data", data)
token = program.done("token", "create", "--data", data, "--name", "crashes", "--role", "trustAdmin")
service = Service(program, data, "--webhook-allow", "127.0.0.1,::1", "--webhook-ca-file", f"{tls}/ca.pem",
                  tls=tls, patience=6, timeout=TIMEOUT, token=token).start()

server = Server(("127.0.0.1", 0), Receiver)
server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_context.load_cert_chain(f"{tls}/server.pem", f"{tls}/server-key.pem")
server.socket = server_context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
service.made("/v1/webhook-endpoints", {"name": "Crashes", "url": f"https://localhost:{server.server_address[1]}/hook"})
start = service.call("GET", "/v1/events?limit=1")[2]["seq"]
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

for failure in (failure for writer in writers for failure in writer.failures):
    expect(False, failure)
streamed = list(dict.fromkeys(reader.ids))
expect(streamed == log, f"the stream gave {len(streamed)} events, the log has {len(log)}")
delivered = [name for name in Receiver.ids if name in set(log)]
expect(delivered == log, f"webhooks brought {len(delivered)} events, the log has {len(log)}, or their order differs")
acknowledged = {name: last for writer in writers for name, last in writer.acknowledged.items()}
lost = []
for path, (etag, member, value) in acknowledged.items():
    status, _, stored = service.call("GET", path)
    if status != 200 or (stored["etag"], stored[member]) != (etag, value):
        lost.append(f"{path}: {etag} was acknowledged, {stored} is stored")
expect(not lost, "\n".join(lost[:20]))
for collection in ("/v1/people", "/v1/shared-resources"):
    made = sum(path.startswith(collection + "/") for path in acknowledged)
    for asked in ("", "&q=person"):
        total = service.call("GET", f"{collection}?count=exact&limit=1{asked}")[2]["total"]
        expect(total == made, f"{made} of {collection} were made, {total} are found with {asked or 'no words'}")
expect(service.stop() == 0, "the service didn't end with 0")
checked = program.run("check", "--data", data)
expect(checked.returncode == 0, checked.stdout + checked.stderr)

print(f"{rounds} kills, {len(log)} events, {len(acknowledged)} people and resources, {sum(w.replayed for w in writers)} answers replayed, "
      f"{reader.connections} streams, {Receiver.repeated} webhooks repeated")
finish()
