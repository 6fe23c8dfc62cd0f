"""How long after the answer to a write each of many readers of the stream has its event: the median, in milliseconds.

Usage: events.py URL TOKEN CA READERS WRITES
"""

import http.client
import json
import ssl
import statistics
import sys
import threading
import time
from urllib.parse import urlsplit

url, token, authority, readers, writes = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
bearer = {"Authorization": f"Bearer {token}"}


def connect():
    context = ssl.create_default_context(cafile=authority)
    return http.client.HTTPSConnection(urlsplit(url).netloc, context=context, timeout=60)


def main():
    arrived, lock, ready = {}, threading.Lock(), threading.Semaphore(0)

    def read():
        connection = connect()
        connection.request("GET", "/v1/events/stream?type=person.created", headers=bearer)
        stream, seen = connection.getresponse(), 0
        ready.release()
        while seen < writes:
            line = stream.readline()
            if line.startswith(b"data: "):
                now = time.monotonic()
                seen += 1
                with lock:
                    arrived.setdefault(json.loads(line[6:])["resource"]["id"], []).append(now)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for _ in threads:
        ready.acquire()
    time.sleep(1)
    writer, committed = connect(), {}
    for number in range(writes):
        writer.request("POST", "/v1/people", json.dumps({"name": f"P {number}"}), bearer | {"Content-Type": "application/json"})
        answer = json.load(writer.getresponse())
        committed[answer["id"]] = time.monotonic()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    # Negative where a reader had it before the writer had its answer.
    delays = [moment - committed[person] for person, moments in arrived.items() for moment in moments]
    print(f"{max(0, statistics.median(delays)) * 1000:.1f}")


main()
