"""Uploads and downloads as clients do them, and the service killed in the middle of uploads.

    files.py PROGRAM DIRECTORY TLS-DIRECTORY ROUNDS

Parts of every shape put together are the whole; what was acknowledged is there after each kill, what wasn't is there whole or not at all; in
the end no bytes are left that no file names; a backup restored elsewhere has them all.
"""

import base64
import hashlib
import http.client
import pathlib
import random
import socket
import sys
import threading
import time

from service import Program, Service, expect, finish

program, directory, tls, rounds = Program(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
data = f"{directory}/data"


def upload(body, name="a.bin"):
    status, _, answer = service.call(
        "POST", "/v1/files", body, "application/octet-stream", Content_Disposition=f'attachment; filename="{name}"',
        Repr_Digest=f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:")
    return status, answer


def listed():
    """All files the service shows, by id."""
    found, path = {}, "/v1/files?limit=200"
    while path:
        page = service.call("GET", path)[2]
        found.update({item["id"]: item for item in page["items"]})
        path = page["next"] and f"/v1/files?limit=200&cursor={page['next']}"
    return found


def kept():
    """Names of bytes on disk, and what is on its way."""
    root = pathlib.Path(data, "files")
    return {p.name for p in root.glob("??/*")}, list((root / "incoming").glob("*"))


def ranges(generator):
    body = generator.randbytes(3_000_017)
    status, made = upload(body, "ranges.bin")
    expect(status == 201 and made["sizeBytes"] == len(body), f"upload: {status} {made}")
    path = f"/v1/files/{made['id']}/content"
    for size in [1 << 20, 999_983, 65_536, 3_000_016]:
        parts = []
        for first in range(0, len(body), size):
            last = min(first + size, len(body)) - 1
            spelled = f"bytes={first}-{last}" if first + size < len(body) else f"bytes={first}-"
            status, headers, part = service.call("GET", path, Range=spelled, If_Range=f'"{made["sha256"]}"')
            expect(status == 206 and headers["Content-Range"] == f"bytes {first}-{last}/{len(body)}", f"{spelled}: {status} {headers}")
            parts.append(part)
        expect(hashlib.sha256(b"".join(parts)).hexdigest() == made["sha256"], f"parts of {size} aren't the whole")
    # From the end, each as long as the last but one.
    status, _, tail = service.call("GET", path, Range="bytes=-1000")
    expect(status == 206 and tail == body[-1000:], "the end by its length")
    for _ in range(100):
        first = generator.randrange(len(body))
        last = generator.randrange(first, len(body))
        status, _, part = service.call("GET", path, Range=f"bytes={first}-{last}")
        expect(status == 206 and part == body[first:last + 1], f"bytes={first}-{last}")
    status, headers, _ = service.call("GET", path, Range=f"bytes={len(body)}-")
    expect(status == 416 and headers["Content-Range"] == f"bytes */{len(body)}", f"behind the end: {status}")


def head_only(headers, bearer=None):
    """The status line that comes while the body is yet to be sent."""
    with socket.create_connection(("localhost", service.port), timeout=10) as plain, \
            service.trust.wrap_socket(plain, server_hostname="localhost") as link:
        fields = {"Host": "localhost", "Authorization": f"Bearer {bearer or service.token}", "Content-Type": "text/plain", "Content-Length": "5",
                  "Content-Disposition": 'attachment; filename="a.txt"', "Expect": "100-continue", **headers}
        link.sendall(("POST /v1/files HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v) + "\r\n").encode())
        first = link.recv(4096).decode()
        if " 100 " in first.split("\r\n")[0]:
            link.sendall(b"hello")
            return "100 then " + link.recv(4096).decode().split(" ")[1]
        return first.split(" ")[1]


def expectations():
    expect(head_only({}) == "100 then 201", "a body that is expected is asked for")
    for headers, bearer, status in [({}, "nobody", "401"), ({"Content-Length": str(65 << 20)}, None, "413"),
                                    ({"Content-Type": "multipart/form-data; boundary=x"}, None, "415"), ({"Expect": "tea"}, None, "417")]:
        expect(head_only(headers, bearer) == status, f"{status} comes before the body: {head_only(headers, bearer)}")


class Uploader(threading.Thread):
    """Uploads until the service is gone."""

    def __init__(self, seed):
        super().__init__(daemon=True)
        self.generator, self.acknowledged = random.Random(seed), {}
        self.start()

    def run(self):
        while True:
            body = self.generator.randbytes(self.generator.choice([10, 5_000, 300_000, 2_000_000, 8_000_000]))
            try:
                status, made = upload(body)
            except (OSError, http.client.HTTPException):
                return
            expect(status == 201, f"upload: {status} {made}")
            self.acknowledged[made["id"]] = hashlib.sha256(body).hexdigest()


def kills(generator):
    acknowledged, checked = {}, set()
    for number in range(rounds):
        uploaders = [Uploader(number * 10 + n) for n in range(3)]
        time.sleep(generator.uniform(0.005, 0.15))
        service.kill()
        for uploader in uploaders:
            uploader.join(30)
            acknowledged.update(uploader.acknowledged)
        service.start()
        expect(not kept()[1], "something half-written stayed")
        files = listed()
        for name in [name for name in files if name not in checked]:
            status, _, body = service.call("GET", f"/v1/files/{name}/content")
            whole = status == 200 and hashlib.sha256(body).hexdigest() == files[name]["sha256"] and len(body) == files[name]["sizeBytes"]
            expect(whole, f"{name} isn't whole: {status}, {len(body)} of {files[name]['sizeBytes']} bytes")
            checked.add(name)
        for name, digest in acknowledged.items():
            expect(name in files and files[name]["sha256"] == digest, f"{name} was acknowledged and isn't there")
        # Room for the next rounds.
        for name in sorted(files)[: len(files) - 20]:
            expect(service.call("DELETE", f"/v1/files/{name}", If_Match="*")[0] == 204, f"{name} can't be deleted")
            acknowledged.pop(name, None)
    needed = {item["sha256"] for item in listed().values()}
    for _ in range(200):
        if kept() == (needed, []):
            break
        time.sleep(0.1)
    expect(kept() == (needed, []), f"{len(needed)} digests are needed, {len(kept()[0])} are kept")
    print(f"{rounds} kills, {len(checked)} files seen whole, {len(needed)} kept")


def backup():
    program.done("backup", "--data", data, f"{directory}/copy.db")
    program.done("restore", "--data", f"{directory}/restored", f"{directory}/copy.db")
    print(program.done("check", "--data", f"{directory}/restored"))
    program.done("check", "--data", data)
    before, after = kept()[0], {p.name for p in pathlib.Path(f"{directory}/restored/files").glob("??/*")}
    expect(before == after and before, f"{len(before)} before, {len(after)} restored")


program.done("migrate", "--data", data)
token = program.done("token", "create", "--data", data, "--name", "files", "--scopes", "files:read,files:write")
service = Service(program, data, "--maximum-file-size", "64", tls=tls, patience=5, token=token).start()
random_numbers = random.Random(1)
try:
    ranges(random_numbers)
    expectations()
    kills(random_numbers)
    backup()
finally:
    expect(service.stop() == 0, "the service doesn't stop as it should")
finish()
