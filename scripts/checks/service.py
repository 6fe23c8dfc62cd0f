"""What the checks share that start a service of their own: the program, the running service, who calls it, and what was found.

Each of them is called as CHECK.py PROGRAM DIRECTORY …, calls `expect` for whatever has to hold, and ends with `finish`.
"""

import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import time

DEMO = pathlib.Path(__file__).resolve().parent.parent / "demo"
failures = []


def expect(satisfied, what):
    """Goes on after a failure: the others are worth knowing as well."""
    if not satisfied:
        failures.append(what)
        print("FAILED:", what, flush=True)


def give_up(why):
    """The end of a check that can't go on. In a thread it is that thread's end, and the failure is counted all the same."""
    expect(False, why)
    sys.exit(1)


def finish():
    """The end of a check, with the status that says whether all was as expected."""
    print(f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """The program's other verbs, each run to its end."""

    def __init__(self, path):
        self.path = os.path.abspath(path)

    def run(self, *arguments, seconds=120):
        """The ended process, whatever its status; what it said is text."""
        return subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True, timeout=seconds)

    def done(self, *arguments):
        """What it printed. Without this the check can't go on, so that a failure is its end."""
        ended = self.run(*arguments)
        if ended.returncode != 0:
            give_up(f"{arguments}: {ended.stdout}{ended.stderr}")
        return ended.stdout.strip()

    def make_trust(self, data):
        """A database with the demo trust's schools."""
        self.done("migrate", "--data", data)
        self.done("import", "gias", "--data", data, "--establishments", DEMO / "establishments.csv", "--group-links", DEMO / "group-links.csv",
                  "--groups", DEMO / "groups.csv", "--group-uid", "99901")


class Service:
    """`serve` with a port and a data directory to itself, started as often as a check wants. Its log is beside its data, or where `log` says.

    With a directory of certificates in `tls` it speaks TLS. It has started once it answers `ready` with 200, for which it has `patience` seconds;
    for an answer to anything it has `timeout`. `token` is that of whoever uses `call`.
    """

    def __init__(self, program, data, *options, tls=None, log=None, ready="/readyz", patience=30, timeout=30, token=None):
        self.program, self.data, self.ready, self.patience, self.timeout, self.token = program, str(data), ready, patience, timeout, token
        self.port, self.process = free_port(), None
        self.log = pathlib.Path(log or f"{data}.log")
        # What an earlier run said is none of this one's.
        self.log.write_bytes(b"")
        self.trust = ssl.create_default_context(cafile=f"{tls}/ca.pem") if tls else None
        transport = ["--certificate", f"{tls}/server.pem", "--private-key", f"{tls}/server-key.pem"] if tls else ["--plain-http"]
        self.command = [program.path, "serve", "--data", self.data, "--port", str(self.port), "--no-metrics", "--rate-limit", "0", *transport, *options]

    def said(self):
        return self.log.read_text(errors="replace")

    def starts(self):
        """Starts it, and returns whether it answers; False when it ends instead. One that does neither is the end of the check."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=log)
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                if self.call("GET", self.ready)[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.01)
        self.kill()
        give_up(f"the service isn't ready after {self.patience} s: {self.said()[-1500:]}")

    def start(self):
        """Starts it where nothing may keep it from that."""
        if not self.starts():
            give_up(f"the service didn't start: {self.said()[-1500:]}")
        return self

    def kill(self):
        """Ends it in the middle of whatever it does."""
        self.process.kill()
        self.process.wait(60)

    def stop(self, seconds=60):
        """Asks it to end, and returns its status. To take longer than that is a failure."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            expect(False, f"the service didn't end within {seconds} s")
            self.kill()
            return self.process.returncode

    def connection(self, timeout=None):
        """One that connects with its first request."""
        timeout = timeout or self.timeout
        if self.trust:
            return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=self.trust)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def call(self, *request, **fields):
        """As `Caller.request`, on a connection of its own; a body of JSON is returned as what it says."""
        caller = Caller(self, self.token)
        try:
            status, answered, body = caller.request(*request, **fields)
        finally:
            caller.connection.close()
        is_json = answered.get("Content-Type", "").endswith(("/json", "+json"))
        return status, answered, json.loads(body) if is_json else body

    def made(self, path, *body, **fields):
        """What a POST makes, where the check can't go on without it."""
        status, _, answer = self.call("POST", path, *body, **fields)
        if status not in (200, 201):
            give_up(f"{path}: {status} {answer}")
        return answer


class Caller:
    """Somebody with a token and a connection that is kept open."""

    def __init__(self, service, token):
        self.token, self.connection = token, service.connection()

    def request(self, method, path, body=None, kind="application/json", **fields):
        """Status, fields and body of the answer. `If_Match` is sent as If-Match, and a dictionary or list as JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Content-Type": kind} if body is not None else {}
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        self.connection.request(method, path, body=json.dumps(body) if isinstance(body, (dict, list)) else body, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()
