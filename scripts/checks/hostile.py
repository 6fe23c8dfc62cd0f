"""What strangers do to take the service away from others: floods, answers that nobody reads, connections that say nothing.

    hostile.py PROGRAM DIRECTORY TLS-DIRECTORY [--thorough]

Meanwhile somebody else asks for /livez on a new connection, again and again: every time it has to be answered. Prints what each
attack cost: memory before, during and after, connections, the longest wait of that somebody. Bounded, it takes less than a minute; --thorough plays
the whole: 10,000 idle connections of each protocol, and clients that wait for the limits of a minute.
"""

import os
import resource
import select
import socket
import ssl
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from service import Program, Service, expect, finish

program, directory, tls = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
LONG = "--thorough" in sys.argv[4:]
# The service's limits, as ServerLimits has them.
HEAD_SECONDS, IDLE_SECONDS, LINGER_SECONDS, STALL_SECONDS, DRAIN_SECONDS = 10, 60, 5, 60, 25
# Seconds after which somebody else counts as not answered: a busy machine is slow, and an attack that works keeps them for a minute.
MOST_WAIT = 5.0
# Seconds until an attacker gives up.
PATIENCE = 20.0

# --- The service ---------------------------------------------------------------------------------------------------------------------


class Target(Service):
    """One with a data directory to itself, whose memory and connections are looked at."""

    def __init__(self, name, *options):
        super().__init__(program, f"{directory}/{name}", "--log-level", "error", *options, tls=tls, ready="/livez", timeout=PATIENCE)
        program.done("migrate", "--data", self.data)
        self.start()

    def memory(self):
        """Anonymous memory in MiB: what it holds of its own."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1024

    def connections(self):
        """Sockets it has open, in the kernel's words: connections, and a few of its own."""
        files, count = f"/proc/{self.process.pid}/fd", 0
        for name in os.listdir(files):
            try:
                count += os.readlink(f"{files}/{name}").startswith("socket")
            except FileNotFoundError:
                pass
        return count

    def settled(self, at_most, seconds=15):
        """Its memory, once it is back at that or the time is over."""
        deadline = time.monotonic() + seconds
        while self.memory() > at_most and time.monotonic() < deadline:
            time.sleep(0.2)
        return self.memory()

    def end(self):
        """The seconds that takes."""
        began = time.monotonic()
        status = self.stop(90)
        expect(status == 0, f"the service ended with status {status}")
        return time.monotonic() - began


def context(protocol):
    trust = ssl.create_default_context(cafile=f"{tls}/ca.pem")
    trust.set_alpn_protocols([protocol])
    return trust


CONTEXTS = {protocol: context(protocol) for protocol in ("h2", "http/1.1")}


def connect(port, protocol="http/1.1", source="127.0.0.1", buffer=None, timeout=PATIENCE):
    plain = socket.socket()
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    plain.settimeout(timeout)
    plain.bind((source, 0))
    plain.connect(("127.0.0.1", port))
    return CONTEXTS[protocol].wrap_socket(plain, server_hostname="localhost")


def ask(port, source="127.0.0.1", path="/livez"):
    """The status, on a connection of its own."""
    with connect(port, source=source) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while b" " not in answer or len(answer) < 12:
            piece = connection.recv(4096)
            if not piece:
                raise OSError("no answer")
            answer += piece
        return int(answer.split(b" ", 2)[1])


class Bystander(threading.Thread):
    """Somebody else, who comes anew every time."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.longest, self.answers, self.lost, self.done = port, 0.0, 0, 0, False
        self.start()

    def run(self):
        while not self.done:
            began = time.monotonic()
            try:
                if ask(self.port, source="127.0.0.200") == 200:
                    self.answers += 1
                else:
                    self.lost += 1
            except OSError:
                self.lost += 1
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.02)

    def end(self):
        self.done = True
        self.join()
        return f"{self.answers} others answered, longest wait {self.longest * 1000:.0f} ms"


class Attack:
    """Measures around what happens inside, and says so in one line."""

    def __init__(self, service, name, most_more=None, most_kept=None):
        self.service, self.name, self.most_more, self.most_kept = service, name, most_more, most_kept
        self.peak, self.open, self.notes = 0.0, 0, []

    def __enter__(self):
        self.before = self.service.memory()
        self.bystander = Bystander(self.service.port)
        return self

    def note(self, text):
        self.notes.append(text)

    def measure(self):
        self.peak, self.open = max(self.peak, self.service.memory()), max(self.open, self.service.connections())

    def watch(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.measure()
            time.sleep(0.1)

    def __exit__(self, kind, *_):
        if kind:
            return
        self.measure()
        waits = self.bystander.end()
        after = self.service.settled(self.before + (self.most_kept or 0)) if self.most_kept else self.service.memory()
        print(f"   {self.name}: memory {self.before:.0f} MiB before, {self.peak:.0f} during, {after:.0f} after; {self.open} connections; {waits}"
              + "".join(f"; {note}" for note in self.notes), flush=True)
        expect(self.bystander.lost == 0, f"{self.name}: {self.bystander.lost} others weren't answered")
        expect(self.bystander.longest < MOST_WAIT, f"{self.name}: somebody waited {self.bystander.longest:.1f} s")
        if self.most_more:
            expect(self.peak - self.before < self.most_more, f"{self.name}: {self.peak - self.before:.0f} MiB more")
        if self.most_kept:
            expect(after - self.before < self.most_kept, f"{self.name}: {after - self.before:.0f} MiB not given back")


# --- HTTP/2, made by hand ------------------------------------------------------------------------------------------------------------

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def settings(**values):
    numbers = {"table": 1, "streams": 3, "window": 4, "frame": 5}
    return frame(SETTINGS, payload=b"".join(numbers[name].to_bytes(2, "big") + value.to_bytes(4, "big") for name, value in values.items()))


def text(value):
    value = value.encode()
    assert len(value) < 127
    return bytes([len(value)]) + value


def head(path, method="GET", **fields):
    """A header block without compression: :method, :scheme https, :authority, :path, and what else is given."""
    block = b"\x82" if method == "GET" else b"\x83"
    block += b"\x87\x01" + text("localhost") + b"\x04" + text(path)
    return block + b"".join(b"\x00" + text(name.replace("_", "-")) + text(value) for name, value in fields.items())


def request(stream, path, flags=END_STREAM | END_HEADERS, **fields):
    return frame(HEADERS, flags, stream, head(path, **fields))


def frames(connection, seconds):
    """What the service sends, until it closes or the time is over."""
    received, deadline = b"", time.monotonic() + seconds
    connection.settimeout(0.2)
    while time.monotonic() < deadline:
        try:
            piece = connection.recv(65536)
            if not piece:
                return
            received += piece
        except TimeoutError:
            continue
        except OSError:
            return
        while len(received) >= 9 and len(received) >= 9 + int.from_bytes(received[:3], "big"):
            length = int.from_bytes(received[:3], "big")
            yield received[3], received[4], int.from_bytes(received[5:9], "big"), received[9:9 + length]
            received = received[9 + length:]


def closes_within(connection, seconds):
    """Seconds until the service ends the connection, whatever it sends before; None when it doesn't."""
    began = time.monotonic()
    connection.settimeout(0.2)
    while time.monotonic() - began < seconds:
        try:
            if not connection.recv(65536):
                return time.monotonic() - began
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began
    return None


# --- The attacks ---------------------------------------------------------------------------------------------------------------------


def unread(service):
    """Answers that are asked for and not read."""
    for path, note in [("/openapi.yaml", "the same for all"), ("/v1/meta", "made for each")]:
        for encoding in ["identity", "gzip"] if LONG else ["identity"]:
            name = f"30 connections × 100 unread streams of {path} ({encoding}, {note})"
            with Attack(service, name, most_more=100, most_kept=50) as attack:
                held = []
                for number in range(30):
                    connection = connect(service.port, "h2", source=f"127.0.0.{2 + number % 8}")
                    connection.sendall(PREFACE + settings(window=0))
                    connection.sendall(b"".join(request(1 + 2 * n, path, accept_encoding=encoding) for n in range(100)))
                    held.append(connection)
                attack.watch(3)
                for connection in held:
                    connection.close()
    with Attack(service, "60 connections of HTTP/1.1 that ask for /openapi.yaml over and over and don't read", most_more=60, most_kept=40) as attack:
        held = []
        for number in range(60):
            connection = connect(service.port, source=f"127.0.0.{2 + number % 8}", buffer=4096)
            connection.sendall(b"GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
            held.append(connection)
        attack.watch(2)
        for connection in held:
            connection.close()


def floods(service):
    """Frames without end. Each kind has to end its connection, and nobody else's."""
    kinds = {
        "RST_STREAM": lambda n: request(1 + 2 * n, "/livez") + frame(RST_STREAM, stream=1 + 2 * n, payload=b"\0\0\0\x08"),
        "PING": lambda n: frame(PING, payload=n.to_bytes(8, "big")),
        "SETTINGS": lambda n: settings(window=n % 65536),
        "one SETTINGS of everything": lambda n: frame(SETTINGS, payload=b"".join((1000 + 2000 * n % 60000 + i).to_bytes(2, "big") + b"\0\0\0\1" for i in range(2000))),
        "WINDOW_UPDATE": lambda n: frame(WINDOW_UPDATE, payload=b"\0\0\0\1"),
        "PRIORITY": lambda n: frame(PRIORITY, stream=1, payload=b"\0\0\0\x03\x10"),
        "unknown frames": lambda n: frame(0xBE, payload=b"x"),
        "CONTINUATION": lambda n: (frame(HEADERS, stream=1, payload=head("/livez")) if n == 0 else frame(CONTINUATION, stream=1, payload=b"\x00\x01a\x01b")),
        "empty DATA": lambda n: (request(1, "/v1/me", END_HEADERS, method="POST") if n == 0 else frame(DATA, stream=1)),
        "HEADERS without end": lambda n: frame(HEADERS, stream=1 + 2 * n, payload=head("/livez") + b"\x00\x01a\x7f\x80\x7f" + b"b" * 16000),
    }
    with Attack(service, f"floods ({', '.join(kinds)})", most_more=30, most_kept=25) as attack:
        most = 0
        for name, make in kinds.items():
            connection = connect(service.port, "h2", source="127.0.0.3")
            connection.settimeout(5)
            sent, was_ended = 0, False
            try:
                connection.sendall(PREFACE + settings())
                while sent < 100_000 and not was_ended:
                    connection.sendall(b"".join(make(n) for n in range(sent, sent + 50)))
                    sent += 50
                    if sent % 1000 == 0:
                        attack.measure()
                    while select.select([connection], [], [], 0)[0] or connection.pending():
                        if not connection.recv(65536):
                            was_ended = True
                            break
            except OSError:
                was_ended = True
            expect(was_ended, f"a flood of {name}: the connection went on after {sent:,} frames")
            most = max(most, sent)
            connection.close()
        attack.note(f"each ended after {most:,} at most")


def slow():
    """Clients that begin and don't go on. Those that are past their time have to be gone; the others wait for their minute in --thorough."""
    service = Target("slow")
    def http2(*parts):
        return "h2", parts

    def http1(*parts):
        return "http/1.1", parts

    opened = PREFACE + settings()
    soon, late = HEAD_SECONDS + LINGER_SECONDS + 3, IDLE_SECONDS + 3 * LINGER_SECONDS + 3
    clients = {
        "h2: nothing": (http2(), soon),
        "h2: half a preface": (http2(PREFACE[:10]), soon),
        "h2: a preface alone": (http2(PREFACE), soon),
        "h2: half a frame": (http2(opened, frame(HEADERS, 0x5, 1, head("/livez"))[:20]), soon),
        "h2: HEADERS that go on": (http2(opened, frame(HEADERS, END_STREAM, 1, head("/livez"))), soon),
        "h2: a body that doesn't come": (http2(opened, request(1, "/v1/tokens", END_HEADERS, method="POST", content_length="100")), late),
        "h2: SETTINGS alone": (http2(opened), late),
        "h2: SETTINGS, then PING for ever": (http2(opened, *([frame(PING, payload=b"12345678")] * 200)), late),
        "h2: SETTINGS for ever": (http2(opened, *([settings()] * 200)), late),
        "http/1.1: nothing": (http1(), late),
        "http/1.1: half a head": (http1(b"GET / HTTP/1.1\r\nHost: lo"), soon),
        "http/1.1: a head byte by byte": (http1(*[bytes([byte]) for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Y: " + b"z" * 200]), soon),
        "http/1.1: empty lines for ever": (http1(*([b"\r\n"] * 200)), late),
        "http/1.1: a body that doesn't come": (http1(b"POST /v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"), late),
        "http/1.1: a body byte by byte": (http1(b"POST /v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", *([b"x"] * 200)), late),
    }

    def play(entry):
        name, ((protocol, parts), limit) = entry
        limit = limit if LONG or limit == soon else soon
        connection = connect(service.port, protocol, source="127.0.0.4")
        began = time.monotonic()
        took = None
        for part in parts:
            if time.monotonic() - began > limit:
                break
            try:
                connection.sendall(part)
            except OSError:
                took = time.monotonic() - began
                break
            took = closes_within(connection, 0.5)
            if took is not None:
                took = time.monotonic() - began
                break
        if took is None:
            took = closes_within(connection, max(0.1, limit - (time.monotonic() - began)))
            took = None if took is None else time.monotonic() - began
        connection.close()
        return name, took, clients[name][1]

    with Attack(service, f"{len(clients)} slow clients, each in a way of its own", most_more=20) as attack:
        with ThreadPoolExecutor(len(clients)) as pool:
            playing = [pool.submit(play, entry) for entry in clients.items()]
            while not all(one.done() for one in playing):
                attack.watch(0.5)
            results = [one.result() for one in playing]
        gone = [took for _, took, _ in results if took is not None]
        attack.note(f"{len(gone)} ended, the last after {max(gone, default=0):.1f} s")
    for name, took, limit in results:
        if LONG or limit == soon:
            expect(took is not None, f"{name}: still connected after {limit} s")
        if LONG:
            print(f"      {name}: {'not ended' if took is None else f'{took:.1f} s'}")
    service.end()


def never_reads(service):
    """Whoever opens no window loses the connection after the stall limit, however small the answers are."""
    with Attack(service, "a client that opens no window") as attack:
        connection = connect(service.port, "h2", source="127.0.0.5")
        connection.sendall(PREFACE + settings(window=0) + b"".join(request(1 + 2 * n, "/livez") for n in range(10)))
        took = closes_within(connection, STALL_SECONDS + 2 * LINGER_SECONDS + 5)
        expect(took is not None, f"a client that opens no window: still connected after {STALL_SECONDS + 15} s")
        attack.note(f"ended after {took or 0:.1f} s")


def many_idle(service, number):
    """Connections that say nothing; then somebody new."""
    for protocol in ("http/1.1", "h2"):
        with Attack(service, f"{number:,} idle connections of {protocol}") as attack:
            def open_one(n):
                connection = connect(service.port, protocol, source=f"127.0.1.{1 + n % 40}", timeout=60)
                # One request each, so that it is idle and not late.
                if protocol == "h2":
                    connection.sendall(PREFACE + settings() + frame(SETTINGS, ACK) + request(1, "/livez"))
                else:
                    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                connection.recv(65536)
                return connection

            before, began = service.connections(), time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                held = list(pool.map(open_one, range(number)))
            opened = time.monotonic() - began
            attack.measure()
            still = service.connections()
            wait = time.monotonic()
            expect(ask(service.port, source="127.0.0.6") == 200, "a newcomer isn't answered")
            wait = time.monotonic() - wait
            # Of a slow machine's, the first have been idle for too long before the last is there.
            there = max(1, attack.open - before)
            attack.note(f"{(attack.peak - attack.before) * 1024 / there:.0f} KiB each of {there:,}; opened in {opened:.0f} s; a newcomer waited {wait * 1000:.0f} ms")
            if opened < IDLE_SECONDS - 10:
                expect(still >= number, f"only {still} of {number} connections are still there")
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda connection: connection.close(), held))
        time.sleep(1)


def no_place(number):
    """When all places are taken by idle connections the one idle longest makes room; an address has its own limit."""
    service = Target("few", "--maximum-connections", str(number), "--connections-per-address", "20")
    try:
        with Attack(service, f"{number} places, all taken by connections that say nothing") as attack:
            held = [connect(service.port, ["h2", "http/1.1"][n % 2], source=f"127.0.2.{1 + n // 20}") for n in range(number)]
            attack.measure()
            for n in range(30):
                expect(ask(service.port, source=f"127.0.3.{1 + n}") == 200, "a newcomer isn't answered when all places are taken")
            expect(closes_within(held[0], 2) is not None, "the connection idle longest stayed")
            expect(service.connections() <= number + 20, f"{service.connections()} sockets for {number} places")
            same = [connect(service.port, source="127.0.4.1") for _ in range(60)]
            left = sum(closes_within(connection, 0.1) is None for connection in same)
            expect(left <= 20, f"{left} connections of one address, where 20 may be")
            attack.note(f"{left} of 60 from one address stay")
            for connection in held + same:
                connection.close()
    finally:
        took = service.end()
    print(f"      stopped within {took:.1f} s")


def stopping():
    """A stop waits for nobody who doesn't answer."""
    service = Target("stopping")
    held = [connect(service.port, "h2"), connect(service.port, "h2"), connect(service.port)]
    held[0].sendall(PREFACE + settings() + frame(SETTINGS, ACK))
    held[1].sendall(PREFACE + settings(window=0) + frame(SETTINGS, ACK) + request(1, "/livez"))
    time.sleep(0.5)
    took = service.end()
    expect(took < DRAIN_SECONDS + 10, f"the stop took {took:.0f} s")
    print(f"   stopped within {took:.1f} s with a client that doesn't acknowledge the final PING and one that reads nothing")


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    service = Target("service")
    # Those that mostly wait do so meanwhile, each with a service of its own.
    waiting = [threading.Thread(target=stopping), threading.Thread(target=slow)]
    for thread in waiting:
        thread.start()
    unread(service)
    floods(service)
    if LONG:
        never_reads(service)
    many_idle(service, min(10_000, hard - 500) if LONG else 500)
    service.end()
    no_place(100)
    for thread in waiting:
        thread.join()
    finish()


if __name__ == "__main__":
    main()
