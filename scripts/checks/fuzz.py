"""Plays every parameter, header and body member of the contract with extreme, random and mutated values, by five roles.

    fuzz.py PROGRAM DIRECTORY [--thorough] [--seed N] [--cases N] [--only REGEX]

Starts a service of its own in DIRECTORY, fills it, reads /openapi.json from it and sends it so many cases for each operation: a request that
is right in everything the contract says, with ids, codes and days of things that are there, of which one or several places are replaced.
Which requests are sent follows from the seed, which is printed; ids follow from the run. --thorough goes on for hours.

Fails on an answer that doesn't come, on any 5xx, on one that is waited for longer than two seconds also when it is asked for alone, on a refusal
that is no problem document, and on the end of the process. Each is printed with the request that did it, and kept whole in DIRECTORY/failures.
"""

import argparse
import collections
import datetime
import gzip
import json
import os
import random
import re
import socket
import sys
import threading
import time
import traceback
import urllib.parse

from re import _constants as sre
from re import _parser as sre_parser

from service import DEMO, Program, Service

LIMIT = 2.0
# Reads the whole audit trail, and the fuzzer makes a long one.
LONGER = {"verifyAudit": 30.0}
PATIENCE = 30
ROLES = {"administrator": 40, "integration": 22, "headteacher": 16, "teacher": 10, "specialist": 12}
METHODS = ("get", "put", "post", "patch", "delete")

# --- Values nobody expects ------------------------------------------------------------------------------------------------------------

DAYS = ["0001-01-01", "0001-01-02", "9999-12-31", "9999-12-30", "0000-00-00", "0000-01-01", "-0001-01-01", "2024-02-29", "2023-02-29",
        "1900-02-29", "2000-02-29", "9999-02-29", "2026-13-01", "2026-00-10", "2026-12-32", "10000-01-01", "2026-1-1", "1582-10-10", "1970-01-01",
        "1969-12-31", "2038-01-20", "1000-01-01", "9998-12-31", "2026-09-01", "2026-03-29", "2026-10-25"]
MOMENTS = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00Z",
           "1970-01-01T00:00:00Z", "2026-12-31T23:59:60Z", "2026-03-29T01:30:00+01:00", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
           "2026-01-01T00:00:00.123456789012345678901234567890Z", "1969-12-31T23:59:59.999Z", "2000-12-31T23:59:59Z", "-0001-01-01T00:00:00Z"]
NUMBERS = [0, -1, 1, -0.0, 0.1, 1e-308, 5e-324, 2**31 - 1, 2**31, -2**31, 2**32, 2**53 - 1, 2**53, -2**53, 2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64,
           1e15, 1e18, 9.3e18, -9223372036854775808.0, 1e100, 1e308, -1e308, 99999999999999999999999, 100, 200, 201, 366, 1440, 9999]
TEXTS = ["", " ", "\t", "\n", "a" * 255, "a" * 1001, "a" * 30_000, "\x00", "a\x00b", "\u202eabc", "\u0627\u0644\u0639", "👩‍👩‍👧‍👧" * 40, "e" + "\u0301" * 500, "\ufeff",
         "\ufffe", "\U0010ffff", "null", "true", "NaN", "Infinity", "-", "*", "%", "%00", "%2e%2e%2f", "../../etc/passwd", "'", "\"", "\\", "';--",
         "=1+1", "@x", "${x}", "{{x}}", "<script>", "]]>", "\r\nX: y", "0", "-1", "1e999", "9" * 400, "urn:", "urn:999001", "urn:0", "ukprn:",
         "laestab:998/7004", "laestab:/", ":", "::", "a:b:c:d", ",", ",,", "\\,", "sch_", "sch_01h455vb4pex5vsknk084sn02q", "sch_7zzzzzzzzzzzzzzzzzzzzzzzzz",
         "sch_zzzzzzzzzzzzzzzzzzzzzzzzzz", "id", "-id", "me", "2026-27", "9998-99", "9999-00", "0000-01", "1000-01", "2026-13", "İ", "ß", "ﬃ", "\"1\"", "W/\"1\"",
         "\"9223372036854775807\"", "\"99999999999999999999\"", "AND", "NEAR(a b)", "\"a", "a*", "*a", "-a", "((((((((((", "^a", "a OR b", "a:b", "24:00", "00:00", "25:61"]
TREES = [None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"a": {"a": 1}}}, ["x"] * 500, [1] * 3000, {str(number): number for number in range(500)}]
HEADERS = {
    "If-Match": ["*", "", "\"1\"", "\"0\"", "\"-1\"", "\"9223372036854775807\"", "\"9223372036854775808\"", "W/\"1\"", "\"1\", \"2\"", "\"", ",", "\"1", "*, \"1\"",
                 "\"" + "9" * 900 + "\"", "\"1-gz\""],
    "If-None-Match": ["*", "\"1\"", "W/\"1.0\"", "\"", "\"1-gz\"", ", ,", "W/"],
    "If-Range": ["\"1\"", "W/\"1\"", "Tue, 24 Nov 2026 22:09:01 GMT", "x"],
    "Range": ["bytes=0-0", "bytes=-1", "bytes=0-", "bytes=-0", "bytes=9223372036854775807-", "bytes=-9223372036854775807", "bytes=99999999999999999999-999999999999999999999",
              "bytes=5-2", "bytes=0-9223372036854775807", "bytes=0-0,1-1", "bytes=--1", "bytes", "items=0-1", "bytes= - "],
    "Accept": ["*/*", "text/csv", "application/x-ndjson", "application/json;q=0", "text/*", "x", "text/csv;header=present", "*/*;q=nan", ",;=", "text/event-stream", "a/" + "b" * 3000],
    "Accept-Encoding": ["gzip", "gzip;q=0", "identity;q=0", "*;q=0", "br", "gzip;q=1.0000", ";;;"],
    "Content-Type": ["application/json", "text/plain", "application/merge-patch+json", "application/json; charset=utf-16", "x", "application/x-ndjson", "text/csv",
                     "multipart/form-data; boundary=x", "application/json; a=\"", "", "*/*"],
    "Content-Encoding": ["gzip", "br", "identity"],
    "Content-Disposition": ["attachment; filename=\"\"", "attachment; filename*=UTF-8''%00", "attachment; filename*=UTF-8''%ff", "attachment; filename=\"../../x\"", "x",
                            "attachment; filename*=UTF-8'", "attachment; filename=\"" + "x" * 2000 + "\""],
    "Repr-Digest": ["sha-256=:AAAA:", "sha-256=::", "x", "sha-256=:" + "A" * 43 + "=:", "md5=:AA==:", "sha-256=:=:", ","],
    "Idempotency-Key": ["a", "\"a\"", "\"", "x" * 255, "x" * 256, "", "a b"],
    "Last-Event-ID": ["0", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "x", ""],
    "Authorization": ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer ptn_" + "a" * 40, "Bearer ptn_" + "%00" * 9, "Bearer " + "x" * 4000],
    "Traceparent": ["00-" + "0" * 32 + "-" + "0" * 16 + "-00", "00-", "ff-" + "a" * 32 + "-" + "b" * 16 + "-01", "0" * 55, "-" * 60],
    "Request-Id": ["", "x" * 129, "a\tb", "é"],
    "Accept-Language": ["en", "*;q=0", ",,,"],
    "X-Forwarded-For": ["1.2.3.4", "::1", "x, y", "", "," * 100],
    "Origin": ["null", "https://x.example", "x"],
    "Host": ["", "localhost:99999", "a" * 500, "[::1]", "x:y:z", "localhost"],
}
BODIES = [b"", b" ", b"{", b"}", b"[", b"null", b"0", b"-", b"\"", b"{}", b"[]", b"{\"a\":1,\"a\":2}", b"[" * 65 + b"]" * 65, b"[" * 100_000, b"{\"a\":" * 63 + b"1" + b"}" * 63,
          b"{\"a\":" * 10_000, b"\"\\ud800\"", b"\"\\udc00\\ud800\"", b"{\"\\u0000\":1}", b"\"\xff\"", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"{} {}", b"1e999", b"-0", b"01",
          b"1E-999999999", b"{\"a\":-9223372036854775808}", b"{\"a\":-9223372036854775809}", b"\x00", b"tru", b"[1,]", b"9" * 5000, b"{\"name\":\"" + b"a" * 300_000 + b"\"}",
          b"[" + b"0," * 40_000 + b"0]", b"a,b\n1,2\n", b"\"\n", b"\"" * 5000, b"\xc3", b"a: &x [*x]", b"a: &a [b]\nc: &c [*a,*a]\nd: *c\n", b"- " * 3000, b"? " * 3000, b"%YAML 9.9\n--- x"]

# --- HTTP/1.1, as bad as it has to be ---------------------------------------------------------------------------------------------------


class Lost(Exception):
    """The connection ended before the answer did."""


class Connection:
    """One that is kept alive; sends what it is given."""

    def __init__(self, port):
        self.port, self.socket, self.buffer = port, None, b""
        # The longest we waited for anything since we asked.
        self.silence = 0

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.buffer = None, b""

    def ask(self, method, target, fields, body):
        """Status, fields and body. A kept connection may have been closed meanwhile: then once more on a new one."""
        head = [f"{method} {target} HTTP/1.1".encode("utf-8", "surrogateescape")]
        head += [name.encode() + b": " + value.encode("utf-8", "surrogateescape") for name, value in fields]
        sent = b"\r\n".join(head) + b"\r\n\r\n" + body
        self.silence = 0
        for attempt in (1, 2):
            is_new = self.socket is None
            try:
                if is_new:
                    self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
                    self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    self.socket.sendall(sent)
                except OSError:
                    # Refused before all of it was sent; the answer may be there.
                    pass
                return self.answer(method)
            except (OSError, Lost) as error:
                got = self.buffer
                self.close()
                if is_new or got or attempt == 2:
                    raise Lost(f"{error}; {len(got)} bytes of an answer") from None

    def more(self):
        begun = time.monotonic()
        chunk = self.socket.recv(65536)
        self.silence = max(self.silence, time.monotonic() - begun)
        if not chunk:
            raise Lost("closed")
        self.buffer += chunk

    def take(self, count):
        while len(self.buffer) < count:
            self.more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def answer(self, method):
        while True:
            lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            if status >= 200:
                break
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = b""
        if fields.get("content-type", "").startswith("text/event-stream"):
            self.close()
        elif method == "HEAD" or status in (204, 304):
            pass
        elif "content-length" in fields:
            body = self.take(int(fields["content-length"]))
        elif "chunked" in fields.get("transfer-encoding", ""):
            parts = []
            while size := int(self.until(b"\r\n"), 16):
                parts.append(self.take(size))
                self.take(2)
            self.take(2)
            body = b"".join(parts)
        if fields.get("connection", "").lower() == "close":
            self.close()
        if fields.get("content-encoding") == "gzip" and body:
            body = gzip.decompress(body)
        return status, fields, body


# --- The service ------------------------------------------------------------------------------------------------------------------------


class Trust(Service):
    """One of our own, with the demo trust, a catalogue, and the tokens of five roles."""

    def __init__(self, program, directory):
        super().__init__(program, f"{directory}/data", "--webhook-allow", "127.0.0.1", "--log-level", "warning")
        program.make_trust(self.data)
        program.done("import", "people", "--data", self.data, DEMO / "people.csv")
        program.done("import", "bank-holidays", "--data", self.data, DEMO / "bank-holidays.json")
        program.done("import", "term-dates", "--data", self.data, DEMO / "term-dates.json")
        program.done("import", "catalogue", "--data", self.data)
        self.scopes = ",".join(sorted(set(re.findall(r"bearer: \['([^']*)'\]", program.done("openapi")))))
        self.lock = threading.Lock()
        self.tokens, self.people = {}, {}
        self.start()
        self.reissue("administrator")
        self.appoint("teacher", "Alma Reed", {"role": "teacher", "schoolId": self.school("urn:999001")})
        self.appoint("specialist", "Noor Vale", {"role": "specialist", "areas": ["finance"]})
        self.people["headteacher"] = "ines.okafor@fenmarch.example"
        for role in ROLES:
            self.reissue(role)

    def ask(self, role, method, target, body=None):
        """Status and body, as somebody of that role."""
        return self.call(method, target, body, Authorization=f"Bearer {self.tokens[role]}")[::2]

    def processor_time(self):
        """Seconds the process has worked so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def school(self, key):
        return self.ask("administrator", "GET", f"/v1/schools/{key}")[1]["id"]

    def appoint(self, role, name, appointment):
        person = self.ask("administrator", "POST", "/v1/people", {"name": name})[1]["id"]
        status, answer = self.ask("administrator", "POST", "/v1/appointments", {"personId": person, "startsOn": "2024-01-01", **appointment})
        assert status == 201, answer
        self.people[role] = person

    def reissue(self, role):
        """Some requests revoke tokens, and end what a person is."""
        options = {"administrator": ["--role", "trustAdmin"], "integration": ["--scopes", self.scopes]}.get(role) or ["--person", self.people[role]]
        made = self.program.run("token", "create", "--data", self.data, "--name", f"fuzz {role}", *options)
        # Where the person is gone the others play on.
        if made.returncode == 0:
            self.tokens[role] = made.stdout.strip()

    def check(self, role):
        """Makes another token where the one there is was taken away."""
        with self.lock:
            if self.ask(role, "GET", "/v1/me")[0] == 401:
                self.reissue(role)


# --- What is there ----------------------------------------------------------------------------------------------------------------------


class Known:
    """Values that answers have had, by the names of their members: ids, codes, days, versions, cursors."""

    PEOPLE = re.compile(r"(person|leader|lead|requester|assignee|watcher|member|author|cover|standIn|reviewer|headOfService|subject|recordedBy)(Ids?)?$")

    def __init__(self):
        self.lock = threading.Lock()
        self.values = collections.defaultdict(dict)
        self.of_collection = collections.defaultdict(dict)

    def learn(self, tree, collection=None):
        with self.lock:
            if collection and isinstance(tree, dict):
                for item in tree.get("items") or [tree]:
                    if isinstance(item, dict) and isinstance(item.get("id"), str):
                        self.of_collection[collection][item["id"]] = None
            self.walk(tree)

    def walk(self, tree):
        if isinstance(tree, dict):
            for name, value in tree.items():
                if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                    self.note(name, value)
                elif isinstance(value, list) and value and isinstance(value[0], str):
                    for element in value[:5]:
                        self.note(name, element)
                else:
                    self.walk(value)
        elif isinstance(tree, list):
            for element in tree[:50]:
                self.walk(element)

    def note(self, name, value):
        values = self.values[name]
        if len(str(value)) <= 300:
            values[value] = None
            if len(values) > 400:
                values.pop(next(iter(values)))

    def pick(self, chance, name, collection=None):
        """One that fits the name, or None."""
        with self.lock:
            for values in (self.of_collection.get(collection), self.values.get(name), self.values.get(name.rstrip("s")), self.values.get(name + "s"),
                           self.of_collection.get("people") if self.PEOPLE.match(name) else None,
                           self.of_collection.get(self.collection_of(name))):
                if values:
                    return chance.choice(list(values))
        return None

    def collection_of(self, name):
        stem = re.sub(r"Ids?$", "", name).lower()
        return next((one for one in self.of_collection if one.replace("-", "").rstrip("s").endswith(stem)), None) if stem else None


# --- The contract -----------------------------------------------------------------------------------------------------------------------


class Contract:
    def __init__(self, document):
        self.document = document
        self.operations = []
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    self.operations.append(Operation(self, path, method, item[method], item.get("parameters", [])))

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for part in node["$ref"][2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    # A value that fits a schema, as far as a schema can say.
    def fitting(self, chance, schema, known, name="", depth=0):
        schema = self.resolve(schema)
        if schema is True or not schema or depth > 8:
            return chance.choice(["text", 1, None])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return chance.choice(schema["enum"])
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                return self.fitting(chance, chance.choice(schema[choice]), known, name, depth + 1)
        if "allOf" in schema:
            merged = {}
            for part in schema["allOf"]:
                value = self.fitting(chance, part, known, name, depth + 1)
                merged.update(value if isinstance(value, dict) else {})
            return merged
        types = schema.get("type", "object" if "properties" in schema else "string")
        types = types if isinstance(types, list) else [types]
        kind = chance.choice([one for one in types if one != "null"] or ["null"])
        if "null" in types and chance.random() < 0.15:
            return None
        if kind == "object":
            return self.fitting_object(chance, schema, known, depth)
        if kind == "array":
            least, most = schema.get("minItems", 0), min(schema.get("maxItems", 3), 3)
            elements = [self.fitting(chance, schema.get("items", {}), known, name, depth + 1) for _ in range(chance.randint(least, max(least, most)))]
            return list({json.dumps(element): element for element in elements}.values()) if schema.get("uniqueItems") else elements
        if kind == "boolean":
            return chance.random() < 0.5
        if kind in ("integer", "number"):
            least, most = schema.get("minimum", 0), schema.get("maximum", 100)
            value = chance.choice([least, most, chance.randint(int(least), max(int(most), int(least))), min(max(1, least), most)])
            return int(value) if kind == "integer" else value
        return None if kind == "null" else self.fitting_text(chance, schema, known, name)

    def fitting_object(self, chance, schema, known, depth):
        required = set(schema.get("required", []))
        members = {}
        for member, part in schema.get("properties", {}).items():
            if member in required or (chance.random() < 0.4 and not self.resolve(part).get("readOnly")):
                members[member] = self.fitting(chance, part, known, member, depth + 1)
        return members

    def fitting_text(self, chance, schema, known, name):
        form, pattern = schema.get("format"), schema.get("pattern", "")
        if form == "date":
            today = datetime.date.today()
            return str(today + datetime.timedelta(days=chance.choice([0, 0, 1, -1, 7, -30, 30, 100, -365, 365])))
        if form == "date-time":
            return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=chance.choice([-1, -24, -1000, 1, 24]))).strftime("%Y-%m-%dT%H:%M:%SZ")
        if form == "email":
            return f"a{chance.randint(1, 10**6)}@b.example"
        if form == "uri":
            return chance.choice(["https://127.0.0.1:1/x", "https://example.org/x"])
        if chance.random() < 0.85 and (value := known.pick(chance, name)) is not None and re.search(pattern, str(value)):
            return str(value)
        if pattern and not pattern.startswith("^[^"):
            return sample(chance, pattern)[:schema.get("maxLength", 10**6)]
        return f"{name or 'text'} {chance.randint(1, 10**6)}"[:schema.get("maxLength", 200)]


def sample(chance, pattern):
    """A text that a pattern of the contract matches."""

    def write(parsed):
        return "".join(one(code, what) for code, what in parsed)

    def one(code, what):
        if code is sre.LITERAL:
            return chr(what)
        if code is sre.IN:
            spans = [(value, value) if kind is sre.LITERAL else value for kind, value in what if kind in (sre.LITERAL, sre.RANGE)]
            return "x" if what[0][0] is sre.NEGATE or not spans else chr(chance.randint(*chance.choice(spans)))
        if code is sre.MAX_REPEAT:
            return "".join(write(what[2]) for _ in range(chance.randint(what[0], min(max(what[0], 2), what[1]))))
        if code is sre.SUBPATTERN:
            return write(what[3])
        if code is sre.BRANCH:
            return write(chance.choice(what[1]))
        return "" if code is sre.AT else "x"

    return write(sre_parser.parse(pattern))


class Operation:
    def __init__(self, contract, path, method, node, shared):
        self.contract, self.path, self.method, self.id = contract, path, method.upper(), node["operationId"]
        self.parameters = [contract.resolve(one) for one in shared + node.get("parameters", [])]
        body = contract.resolve(node.get("requestBody", {}))
        self.bodies = body.get("content", {})
        self.produces = sorted({kind for answer in node["responses"].values() for kind in contract.resolve(answer).get("content", {})} - {"application/problem+json"})
        self.collection = path.split("/")[2] if path.startswith("/v1/") else None
        self.is_dangerous = method == "delete" or re.search(r"revoke|rotate|erase|purge|redaction", path + self.id) is not None

    def lines_schema(self, kind):
        return self.bodies[kind].get("x-lines")


# --- Cases ------------------------------------------------------------------------------------------------------------------------------


class Case:
    """One request: what fits the contract, and what was done to it."""

    def __init__(self, operation, known, chance):
        self.operation, self.known, self.chance = operation, known, chance
        self.role = chance.choices(list(ROLES), weights=ROLES.values())[0]
        self.method = operation.method
        self.path, self.query, self.headers = {}, [], {}
        self.body, self.content_type, self.raw, self.target = None, None, None, None
        self.fill()

    def fill(self):
        chance, contract, operation = self.chance, self.operation.contract, self.operation
        for parameter in operation.parameters:
            name, schema = parameter["name"], parameter.get("schema", {})
            if parameter["in"] == "path":
                value = self.known.pick(chance, name, operation.collection if name == "id" else None) if "enum" not in contract.resolve(schema) else None
                self.path[name] = str(value if value is not None else contract.fitting(chance, schema, self.known, name))
            elif parameter["in"] == "query":
                likely = 1 if parameter.get("required") else 0.12
                if name == "dryRun":
                    likely, schema = (0.85 if operation.is_dangerous else 0.35), {"const": True}
                if chance.random() < likely:
                    self.query.append((name, shown(contract.fitting(chance, schema, self.known, name))))
            elif name == "If-Match":
                if chance.random() < 0.95:
                    self.headers[name] = "*"
            elif parameter.get("required") or chance.random() < 0.1:
                self.headers[name] = shown(contract.fitting(chance, schema, self.known, name))
        if operation.bodies:
            self.content_type = chance.choice(list(operation.bodies))
            self.body = self.fitting_body()

    def fitting_body(self):
        chance, contract, kind = self.chance, self.operation.contract, self.content_type
        if lines := self.operation.lines_schema(kind):
            return [self.line(contract.fitting(chance, lines, self.known)) for _ in range(chance.choice([1, 2, 5, 20]))]
        if "json" in kind:
            return contract.fitting(chance, self.operation.bodies[kind].get("schema", {}), self.known)
        return None

    def line(self, line):
        """What an operation of the bulk's collection would take."""
        base = self.operation.path.removesuffix("/bulk")
        wanted = {"create": "POST", "upsert": "POST", "update": "PATCH"}.get(line.get("op"))
        for other in self.operation.contract.operations:
            if other.method == wanted and other.path in (base, base + "/{id}") and other.bodies:
                schema = next(iter(other.bodies.values())).get("schema", {})
                line["data"] = self.operation.contract.fitting(self.chance, schema, self.known)
        if line.get("op") in ("update", "delete"):
            line["ifMatch"] = "*"
            line.pop("ref", None)
            line["id"] = self.known.pick(self.chance, "id", self.operation.collection) or "x"
        return line

    # Every place that can be replaced.
    def places(self):
        yield from (("path", name) for name in self.path)
        yield from (("query", parameter["name"]) for parameter in self.operation.parameters if parameter["in"] == "query")
        yield from (("body", place) for place in leaves(self.body))
        yield from (("header", parameter["name"]) for parameter in self.operation.parameters if parameter["in"] == "header")

    def mutate(self, place):
        kind, name = place
        if kind == "path":
            self.path[name] = self.text()
        elif kind == "query":
            self.query = [pair for pair in self.query if pair[0] != name] + [(name, self.parameter(name))]
        elif kind == "header":
            self.headers[name] = self.chance.choice(HEADERS.get(name) or [one for one in TEXTS if one.isascii() and one.isprintable()])
        else:
            self.body = replaced(self.body, name, self.value(name))

    def parameter(self, name):
        schema = next((self.operation.contract.resolve(one.get("schema", {})) for one in self.operation.parameters if one["name"] == name), {})
        draw = self.chance.random()
        if schema.get("format") == "date" and draw < 0.8:
            return self.chance.choice(DAYS)
        if schema.get("format") == "date-time" and draw < 0.8:
            return self.chance.choice(MOMENTS)
        if draw < 0.2 and (value := self.known.pick(self.chance, name)) is not None:
            return shown(value)
        return shown(self.chance.choice(self.chance.choice([NUMBERS, TEXTS, DAYS, MOMENTS])))

    def value(self, place):
        """In place of a member of a body: mostly of its kind, so that it isn't refused for its type alone."""
        old = at(self.body, place)
        draw = self.chance.random()
        if draw < 0.65:
            if isinstance(old, str) and re.match(r"\d{4}-\d\d-\d\d$", old):
                return self.chance.choice(DAYS)
            if isinstance(old, str) and re.match(r"\d{4}-\d\d-\d\dT", old):
                return self.chance.choice(MOMENTS)
            if isinstance(old, (int, float)) and not isinstance(old, bool):
                return self.chance.choice(NUMBERS)
            if isinstance(old, str):
                return self.chance.choice([self.text(), self.known.pick(self.chance, str(place[-1]) if place else "") or "x"])
        return self.chance.choice(self.chance.choice([NUMBERS, TEXTS, DAYS, MOMENTS, TREES]))

    def text(self):
        chance = self.chance
        if chance.random() < 0.8:
            return chance.choice(TEXTS)
        return "".join(chr(chance.choice([chance.randrange(0x20, 0x7F), chance.randrange(0xA0, 0xD800), chance.randrange(0xE000, 0x110000)])) for _ in range(chance.randrange(40)))

    def header(self):
        name = self.chance.choice(list(HEADERS))
        self.headers[name] = self.chance.choice(HEADERS[name])

    def junk(self):
        """Bytes in place of a body, or of the target."""
        chance = self.chance
        if self.operation.bodies and chance.random() < 0.7:
            self.raw = chance.choice(BODIES)
            if chance.random() < 0.5:
                whole = bytearray(self.content())
                for _ in range(chance.choice([1, 1, 3, 10])):
                    if whole:
                        spot = chance.randrange(len(whole))
                        whole[spot:spot + chance.choice([0, 1, 1, 4])] = chance.choice([b"", bytes([chance.randrange(256)]), chance.choice(BODIES[:20])])
                self.raw = bytes(whole)
        else:
            target = self.address()
            spot = chance.randrange(len(target) + 1)
            self.target = target[:spot] + chance.choice(["%", "%ff", "%00", "//", "?", "&", "=", "%2f", "%25", "..;", ";", "+", "[]", "'"]) + target[spot:]

    # What is sent.
    def address(self):
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace("{" + name + "}", quoted(value))
        query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in self.query)
        return path + ("?" + query if query else "")

    def content(self):
        if self.raw is not None:
            return self.raw
        if isinstance(self.body, list) and self.content_type and "ndjson" in self.content_type:
            return b"\n".join(encoded(line) for line in self.body)
        if self.content_type and "json" in self.content_type:
            return encoded(self.body)
        return self.file() if self.operation.bodies else b""

    def file(self):
        """Of what the demo has, with cells replaced."""
        if "csv" not in (self.content_type or ""):
            return self.chance.choice(BODIES + [b"services:\n- team: A\n  name: B\n  area: hr\n  types:\n  - name: C\n"])
        if "people" in self.operation.path:
            header, row = "name,workEmail,jobTitle,role,school,startsOn,endsOn,isLead", ["Ann", "", "T", "teacher", "urn:999001", "2024-01-01", "", ""]
        elif "indicators" in self.operation.path:
            header, row = "school,measure,period,value,source,comparisonValue,asAt", ["urn:999001", self.known.pick(self.chance, "measure") or "x", "2025-26", "1", "a", "", ""]
        else:
            header, row = "URN,Group UID,Group Name,Group Type (code)", ["999001", "1", "A", "06"]
        rows = [header]
        for _ in range(self.chance.choice([1, 3, 10])):
            cells = list(row)
            for _ in range(self.chance.choice([0, 1, 2])):
                cells[self.chance.randrange(len(cells))] = shown(self.chance.choice(self.chance.choice([NUMBERS, TEXTS, DAYS])))
            rows.append(",".join("\"" + cell.replace("\"", "\"\"") + "\"" if re.search("[\",\r\n]", cell) else cell for cell in cells))
        return "\r\n".join(rows).encode("utf-8", "surrogatepass")

    def fields(self, token):
        fields = {"Host": "localhost", "Authorization": f"Bearer {token}"}
        if self.operation.produces and "Accept" not in self.headers:
            fields["Accept"] = self.chance.choice(self.operation.produces)
        content = self.content()
        if self.content_type:
            fields["Content-Type"] = "text/plain" if self.content_type == "*/*" else self.content_type
        if content or self.operation.bodies:
            fields["Content-Length"] = str(len(content))
        for name, value in self.headers.items():
            fields[name] = re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", " ", value)
        return list(fields.items()), content


def shown(value):
    """As a parameter writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def quoted(text):
    return urllib.parse.quote(text.encode("utf-8", "surrogatepass"), safe="")


def encoded(tree):
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")


def leaves(tree, place=()):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield place + (name,)
            yield from leaves(value, place + (name,))
    elif isinstance(tree, list):
        for index, value in enumerate(tree[:4]):
            yield from leaves(value, place + (index,))


def at(tree, place):
    for step in place:
        tree = tree[step]
    return tree


def replaced(tree, place, value):
    if not place:
        return value
    copy = tree.copy()
    copy[place[0]] = replaced(tree[place[0]], place[1:], value)
    return copy


def case(operation, known, seed, number):
    """The case of this number: every third one replaces the next place, others several, some none, some are junk."""
    chance = random.Random(f"{seed}/{operation.id}/{number}")
    made = Case(operation, known, chance)
    places = list(made.places())
    kind = number % 10
    if kind < 4 and places:
        made.mutate(places[(number // 10 * 4 + kind) % len(places)])
    elif kind < 7 and places:
        for place in chance.sample(places, min(len(places), chance.choice([2, 3]))):
            try:
                made.mutate(place)
            except (KeyError, IndexError, TypeError):
                # Within what was replaced already.
                pass
        if chance.random() < 0.3:
            made.header()
    elif kind == 7:
        made.header()
    elif kind == 8:
        made.junk()
        if chance.random() < 0.1:
            made.method = chance.choice(["HEAD", "OPTIONS", "TRACE", "DELETE", "PUT", "PROPFIND"])
    return made


# --- Playing ----------------------------------------------------------------------------------------------------------------------------


class Gate:
    """Many at once, or one alone."""

    def __init__(self):
        self.condition, self.inside, self.alone = threading.Condition(), 0, False

    def enter(self):
        with self.condition:
            self.condition.wait_for(lambda: not self.alone)
            self.inside += 1

    def leave(self):
        with self.condition:
            self.inside -= 1
            self.condition.notify_all()

    def __enter__(self):
        with self.condition:
            self.condition.wait_for(lambda: not self.alone)
            self.alone = True
            self.condition.wait_for(lambda: self.inside == 0)

    def __exit__(self, *_):
        with self.condition:
            self.alone = False
            self.condition.notify_all()


class Game:
    def __init__(self, service, contract, known, directory, seed):
        self.service, self.contract, self.known, self.seed = service, contract, known, seed
        self.gate, self.lock = Gate(), threading.Lock()
        self.statuses, self.failures, self.worst = collections.Counter(), [], (0, "")
        # Requests of each role, those that weren't refused, and operations that somebody got through to.
        self.played, self.done, self.reached = collections.Counter(), collections.Counter(), set()
        self.directory = f"{directory}/failures"
        os.makedirs(self.directory, exist_ok=True)
        self.jobs, self.over = iter(()), False

    def play(self, jobs, threads):
        """(operation, number) after (operation, number), by so many at once."""
        self.jobs = iter(jobs)
        players = [threading.Thread(target=self.player, daemon=True) for _ in range(threads)]
        for player in players:
            player.start()
        for player in players:
            player.join()
        left = sum(1 for _ in self.jobs)
        if left and not self.over:
            self.failures.append(("the fuzzer", f"{left} cases weren't played"))

    def player(self):
        try:
            self.play_on()
        except Exception:  # pylint: disable=broad-except
            # One that stops unseen would play nothing and find nothing.
            with self.lock:
                self.failures.append(("the fuzzer", traceback.format_exc()))
                self.over = True

    def play_on(self):
        connection = Connection(self.service.port)
        while not self.over:
            with self.lock:
                job = next(self.jobs, None)
            if job is None:
                break
            made = case(job[0], self.known, self.seed, job[1])
            self.gate.enter()
            suspicion = None
            try:
                suspicion = self.send(connection, made)
            finally:
                self.gate.leave()
            if suspicion:
                self.again(connection, suspicion)
        connection.close()

    def send(self, connection, made):
        """Sends it and looks at the answer; returns what has to be asked for again, alone."""
        token = self.service.tokens[made.role]
        fields, content = made.fields(token)
        request = (made.method, made.target or made.address(), fields, content)
        try:
            status, answered, body = connection.ask(*request)
        except Lost as error:
            self.fail(made, request, f"no answer: {error}")
            return None
        except ValueError as error:
            self.fail(made, request, f"no HTTP: {error}")
            connection.close()
            return None
        took = connection.silence
        self.judge(made, request, status, answered, body)
        with self.lock:
            self.statuses[status] += 1
            self.played[made.role] += 1
            if status < 400:
                self.done[made.role] += 1
                self.reached.add(made.operation.id)
            self.worst = max(self.worst, (took, f"{made.method} {made.operation.path}"))
        if status == 401 and "Authorization" not in made.headers:
            self.service.check(made.role)
        if status < 300 and answered.get("content-type", "").startswith("application/json") and (made.method == "POST" or made.chance.random() < 0.1):
            try:
                self.known.learn(json.loads(body), made.operation.collection)
            except ValueError:
                self.fail(made, request, "the answer is no JSON")
        return (made, request) if took > LONGER.get(made.operation.id, LIMIT) or status == 503 else None

    def judge(self, made, request, status, answered, body):
        if status >= 500 and status != 503:
            self.fail(made, request, f"{status}: {body[:300]!r}")
        elif status >= 400 and made.method != "HEAD":
            try:
                problem = json.loads(body)
                right = answered.get("content-type") == "application/problem+json" and problem["status"] == status and problem["type"] and problem["code"]
            except (ValueError, KeyError, TypeError):
                right = False
            if not right:
                self.fail(made, request, f"{status} without a problem document: {answered.get('content-type')} {body[:200]!r}")

    def compare(self, chosen):
        """A game of nothing but refusals would find nothing: each role has to get somewhere, and most operations have to be done by somebody."""
        missed = sorted(one.id for one in chosen if one.id not in self.reached)
        print("not refused: " + ", ".join(f"{role} {self.done[role]} of {self.played[role]}" for role in ROLES)
              + f"; {len(chosen) - len(missed)} of {len(chosen)} operations done by somebody")
        if len(chosen) < len(self.contract.operations):
            return
        for role in ROLES:
            if self.done[role] < self.played[role] * 0.03:
                self.failures.append(("the fuzzer", f"the {role} is refused nearly everything"))
        if len(missed) > len(chosen) * 0.5:
            self.failures.append(("the fuzzer", "nobody does " + ", ".join(missed)))

    def again(self, connection, suspicion):
        """What is taken by others is free again, and a machine that does other things is slow: alone, the service's own time counts, and on the
        clock ten times as much."""
        made, request = suspicion
        limit = LONGER.get(made.operation.id, LIMIT)
        with self.gate:
            before = self.service.processor_time()
            try:
                status, _, body = connection.ask(*request)
            except Lost as error:
                return self.fail(made, request, f"no answer: {error}")
            worked = self.service.processor_time() - before
        if worked > limit or connection.silence > 10 * limit:
            self.fail(made, request, f"nothing comes for {connection.silence:.1f} s, alone; {worked:.1f} s of it are work")
        elif status >= 500:
            self.fail(made, request, f"{status} alone: {body[:300]!r}")
        return None

    def fail(self, made, request, what):
        method, target, fields, content = request
        dead = self.service.process.poll()
        with self.lock:
            if self.over:
                return
            self.failures.append((made.operation.id, what))
            number = len(self.failures)
            if number <= 20:
                print(f"FAILED by {made.role}: {method} {target[:600]}\n    {what}\n    {content[:600]!r}", flush=True)
            if dead is not None or number >= 200:
                self.over = True
        with open(f"{self.directory}/{number}", "wb") as file:
            head = "\r\n".join([f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields if name != "Authorization"])
            file.write(f"{what}\n\n{made.role}\n{head}\r\n\r\n".encode("utf-8", "surrogateescape") + content)
        if dead is not None:
            print(f"The process ended with {dead}.", flush=True)

    # Filling

    def harvest(self):
        """What lists have, in the eyes of an administrator and of a program that may read everything."""
        for operation in self.contract.operations:
            if operation.method == "GET" and "{" not in operation.path and operation.path.startswith("/v1/") and "stream" not in operation.path:
                limit = "?limit=200" if any(one["name"] == "limit" for one in operation.parameters) else ""
                for role in ("administrator", "integration"):
                    status, answer = self.service.ask(role, "GET", operation.path + limit)
                    if status == 200 and isinstance(answer, dict):
                        self.known.learn(answer, operation.collection)

    def populate(self, rounds):
        """Makes some of everything that can be made, in several rounds: what one makes another refers to."""
        chance = random.Random(f"{self.seed}/populate")
        connection = Connection(self.service.port)
        for _ in range(rounds):
            for operation in self.contract.operations:
                if operation.method != "POST" or operation.is_dangerous or operation.path.endswith(("/bulk", "/import")):
                    continue
                made = Case(operation, self.known, random.Random(chance.random()))
                made.role = chance.choice(["administrator", "integration"])
                made.query = []
                self.send(connection, made)
            self.harvest()
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("directory")
    parser.add_argument("--thorough", action="store_true", help="two thousand cases for each operation")
    parser.add_argument("--cases", type=int, default=30, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=6)
    parser.add_argument("--only", default="", help="operations whose id or path matches")
    options = parser.parse_args()
    cases = 2000 if options.thorough else options.cases

    os.makedirs(options.directory, exist_ok=True)
    program = Program(options.program)
    service = Trust(program, options.directory)
    try:
        document = service.ask("administrator", "GET", "/openapi.json")[1]
        contract, known = Contract(document), Known()
        game = Game(service, contract, known, options.directory, options.seed)
        game.harvest()
        game.populate(3)
        chosen = [one for one in contract.operations if re.search(options.only, f"{one.id} {one.path}")]
        begun = time.monotonic()
        print(f"seed {options.seed}: {cases} cases for each of {len(chosen)} operations, on port {service.port}", flush=True)
        jobs = [(operation, number) for number in range(cases) for operation in chosen]
        game.play(jobs, options.threads)
        took = time.monotonic() - begun
        alive = service.process.poll() is None
        sent = sum(game.statuses.values())
        print(f"{sent} requests in {took:.0f} s, the longest wait {game.worst[0]:.2f} s ({game.worst[1]}); answers: "
              + ", ".join(f"{status} {count}" for status, count in sorted(game.statuses.items())))
        game.compare(chosen)
    finally:
        status = service.stop()
    if not alive or status != 0:
        print(f"The service ended with {status}; the last of its log:")
        print("\n".join(service.said().splitlines()[-20:]))
    if game.failures:
        for (operation, what), count in collections.Counter((one, what[:100]) for one, what in game.failures).most_common(40):
            print(f"{count} × {operation}: {what}")
    sound = program.run("check", "--data", service.data, seconds=None)
    if sound.returncode:
        print(sound.stdout + sound.stderr)
    sys.exit(0 if alive and status == 0 and not game.failures and sound.returncode == 0 else 1)


if __name__ == "__main__":
    main()
