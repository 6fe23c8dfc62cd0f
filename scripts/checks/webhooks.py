"""A receiver of webhooks, over HTTPS, that checks what it gets with the standardwebhooks library.

Run by scripts/test. Reads CHECK_URL, CHECK_TOKEN, CURL_CA_BUNDLE, and CHECK_TLS: a directory with a certificate for localhost. The service has
to be allowed to reach the loopback address, and to trust that certificate's authority.
"""

import json
import os
import queue
import ssl
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

arrived = queue.Queue()
replies = []


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        status = replies.pop(0) if replies else 204
        arrived.put((self.path, {name.lower(): value for name, value in self.headers.items()}, body, status))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"https://localhost:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def listen():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CHECK_TLS"] + "/server.pem", os.environ["CHECK_TLS"] + "/server-key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


client = httpx.Client(
    base_url=os.environ["CHECK_URL"],
    headers={"Authorization": "Bearer " + os.environ["CHECK_TOKEN"]},
    verify=ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"]),
    timeout=30,
)


def call(method, path, status, body=None):
    answer = client.request(method, path, json=body)
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
    return answer.json() if answer.content else None


def refused(webhook, body, headers, what):
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError:
        return
    raise AssertionError(f"{what} passes for genuine")


def next_message():
    return arrived.get(timeout=30)


def somebody():
    return call("POST", "/v1/people", 201, {"name": f"Hook {time.time_ns()}"})["id"]


def main():
    port = listen()
    made = call("POST", "/v1/webhook-endpoints", 201, {"name": "check", "url": f"https://localhost:{port}/hook", "eventTypes": ["person.created"]})
    endpoint, secret = f"/v1/webhook-endpoints/{made['id']}", Webhook(made["secret"])

    person = somebody()
    path, headers, body, _ = next_message()
    event = secret.verify(body, headers)
    assert path == "/hook" and event["resource"]["id"] == person and event["id"] == headers["webhook-id"], event
    refused(secret, body.replace(b"person", b"parson"), headers, "a changed body")
    refused(secret, body, headers | {"webhook-id": "evt_other"}, "another id")
    refused(Webhook("whsec_" + "A" * 44), body, headers, "another secret")
    old = datetime.now(timezone.utc) - timedelta(minutes=10)
    stale = {"webhook-timestamp": str(int(old.timestamp())), "webhook-signature": secret.sign(headers["webhook-id"], old, body.decode())}
    refused(secret, body, headers | stale, "a stale message")

    rotated = Webhook(call("POST", f"{endpoint}/rotate", 200)["secret"])
    assert call("POST", f"{endpoint}/ping", 200)["state"] == "delivered"
    _, headers, body, _ = next_message()
    for webhook in (secret, rotated):
        assert webhook.verify(body, headers)["type"] == "webhookEndpoint.ping"

    # A failure, a redirect, and the next event only after the retry.
    replies.extend([503])
    first, second = somebody(), somebody()
    got = [next_message() for _ in range(3)]
    assert [message[3] for message in got] == [503, 204, 204], got
    assert [json.loads(message[2])["resource"]["id"] for message in got] == [first, first, second]
    assert got[0][1]["webhook-id"] == got[1][1]["webhook-id"] != got[2][1]["webhook-id"]
    for _, headers, body, _ in got:
        rotated.verify(body, headers)

    replies.extend([302])
    ping = call("POST", f"{endpoint}/ping", 200)
    assert ping["state"] == "failed" and "redirect" in ping["attempts"][0]["failure"], ping
    assert next_message()[0] == "/hook" and arrived.empty(), "a redirect was followed"

    replies.extend([410])
    somebody()
    next_message()
    deadline = time.monotonic() + 30
    while call("GET", endpoint, 200)["status"] != "disabled":
        assert time.monotonic() < deadline, "410 doesn't disable it"
        time.sleep(0.05)
    log = call("GET", f"{endpoint}/deliveries", 200)["items"]
    assert len(log) == 6 and log[0]["state"] == "pending", log

    inside = client.post("/v1/webhook-endpoints", json={"name": "inside", "url": "https://[::ffff:10.0.0.1]/"})
    assert inside.status_code == 422, inside.text
    etag = call("GET", endpoint, 200)["etag"]
    assert client.delete(endpoint, headers={"If-Match": etag}).status_code == 204


main()
