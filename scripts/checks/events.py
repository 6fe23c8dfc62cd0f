"""The stream of events, read as a browser's EventSource reads it: line by line, with the last id sent when it comes back.

Run by scripts/test. Reads CHECK_URL, CHECK_TOKEN and CURL_CA_BUNDLE from the environment.
"""

import json
import os
import ssl
import urllib.error
import urllib.request

URL = os.environ["CHECK_URL"]
TRUSTED = ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"])


def request(method, path, body=None, **headers):
    headers = {"Authorization": "Bearer " + os.environ["CHECK_TOKEN"]} | {name.replace("_", "-"): value for name, value in headers.items()}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    asked = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    return urllib.request.urlopen(asked, context=TRUSTED, timeout=30)


def status_of(path, **headers):
    try:
        with request("GET", path, **headers) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def fields_of(stream):
    """The fields of each block, as the HTML standard takes the stream apart."""
    fields = {}
    for line in stream:
        line = line.decode("utf-8").removesuffix("\n")
        if line == "":
            if fields:
                yield fields
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")


def add(name):
    with request("POST", "/v1/people", {"name": name}) as answer:
        return json.load(answer)["id"]


def next_event(blocks):
    block = next(block for block in blocks if "data" in block)
    event = json.loads(block["data"])
    assert block["id"] == str(event["seq"]) and block["event"] == event["type"], block
    return event


def main():
    with request("GET", "/v1/events/stream?type=person.created", Accept_Encoding="gzip") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream", stream.headers["Content-Type"]
        assert stream.headers["Content-Encoding"] is None, "a compressor would hold events back"
        blocks = fields_of(stream)
        assert int(next(blocks)["retry"]) > 0, "when to come back is said first"
        first = add("Sue Lane")
        event = next_event(blocks)
        assert event["resource"]["id"] == first, event
    missed = add("Max Hall")
    with request("GET", "/v1/events/stream?type=person.created", Last_Event_ID=str(event["seq"])) as stream:
        blocks = fields_of(stream)
        assert next_event(blocks)["resource"]["id"] == missed
        newest = add("Ann Birch")
        assert next_event(blocks)["resource"]["id"] == newest
    with request("HEAD", "/v1/events/stream") as answer:
        assert answer.status == 200 and answer.read() == b"", "HEAD never opens it"
    for path, headers, expected in [
        ("?after=1000000000", {}, 409), ("?type=nothing", {}, 400), ("", {"Last_Event_ID": "x"}, 400), ("", {"Accept": "application/json"}, 406),
        ("", {"Authorization": "Bearer nothing"}, 401),
    ]:
        assert status_of("/v1/events/stream" + path, **headers) == expected, (path, headers, expected)
    print("   events: good")


if __name__ == "__main__":
    main()
