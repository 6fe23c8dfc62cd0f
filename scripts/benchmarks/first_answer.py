"""Milliseconds from starting a process to its first 200 over HTTPS: first_answer.py PORT CA-FILE PATH COMMAND…

Prints the time and ends the process again.
"""

import socket
import ssl
import subprocess
import sys
import time


def answer(port, context, path):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as raw, context.wrap_socket(raw, server_hostname="localhost") as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return tls.recv(64).startswith(b"HTTP/1.1 200")


def main(port, authority, path, *command):
    context = ssl.create_default_context(cafile=authority)
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and time.monotonic() - began < 30:
            try:
                if answer(int(port), context, path):
                    print(f"{(time.monotonic() - began) * 1000:.0f}")
                    return 0
            except OSError:
                pass
            time.sleep(0.001)
        print("no answer", file=sys.stderr)
        return 1
    finally:
        process.terminate()
        process.wait(40)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
