"""Every GET of the contract, in each representation and with each usual answer, under httplint: a BAD or WARN note fails.

Run by scripts/test from the environment that has httplint. Reads CHECK_URL, CHECK_TOKEN and CURL_CA_BUNDLE from the environment.
The paths come from the contract the service itself serves, so that a new GET is covered without a word here.
"""

import io
import json
import os
import subprocess
import sys
import time
from argparse import Namespace
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout

from httplint.cli.http_parser import HttpCliParser, modes
from httplint.i18n import set_locale

URL = os.environ["CHECK_URL"]
BEARER = f"Authorization: Bearer {os.environ['CHECK_TOKEN']}"


def fetch(path, *headers):
    """The answer's bytes as they came over the wire. curl takes the CA file from CURL_CA_BUNDLE."""
    options = [option for header in headers for option in ("--header", header)]
    command = ["curl", "--silent", "--show-error", "--include", "--raw", "--http1.1", "--max-time", "30", *options, URL + path]
    return subprocess.run(command, capture_output=True, check=True).stdout


def status_of(answer):
    return int(answer.split(None, 2)[1])


def header_of(answer, name):
    head = answer.split(b"\r\n\r\n", 1)[0].decode("latin-1")
    return next((line.split(":", 1)[1].strip() for line in head.split("\r\n")[1:] if line.lower().startswith(name.lower() + ":")), None)


def body_of(path, *headers):
    """A JSON body, read by a second request without --raw."""
    options = [option for header in headers for option in ("--header", header)]
    return json.loads(subprocess.run(["curl", "--silent", "--fail", *options, URL + path], capture_output=True, check=True).stdout)


def complaints(answer):
    """What httplint has to say, as its command does, without starting it for each answer: that took most of the time."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said), set_locale(None):
        linter = HttpCliParser(Namespace(mode=modes.RESPONSE), time.time())
        linter.handle_input(answer)
    notes = [note.strip() for note in said.getvalue().splitlines()]
    found = [note for note in notes if "[BAD]" in note or "[WARN]" in note]
    return found or (["httplint couldn't read the answer", *notes] if linter.failed or not notes else [])


# What the contract can't say of a query: of these one is needed.
ONE_OF = {"/v1/schools/{id}/calendar/count": "days=5"}


def items_of(collection):
    if collection == "/v1/overrides":
        # Listed by school only.
        collection = f"/v1/schools/{items_of('/v1/schools')[0]['id']}/overrides"
    return body_of(collection, BEARER, "Accept: application/json")["items"]


def concrete(template, parameters):
    """The template with real values: of the first item of the list each stands under, and the examples of what the query needs."""
    path = template
    for parameter in parameters:
        if parameter["in"] != "path":
            continue
        name = parameter["name"]
        placeholder = "{" + name + "}"
        collection = path.split("/" + placeholder)[0]
        if collection == "/problems":
            value = "validation-failed"
        else:
            items = items_of(collection)
            if not items:
                raise LookupError(f"{collection} is empty, so {template} can't be tried")
            value = items[0][name]
        path = path.replace(placeholder, value)
    query = [f"{p['name']}={p['example']}" for p in parameters if p["in"] == "query" and p.get("required")]
    query += [ONE_OF[template]] if template in ONE_OF else []
    return path + ("?" + "&".join(query) if query else "")


def absent(template, path):
    """The same address of something that isn't there."""
    first = template.split("{")[0]
    rest = path.removeprefix(first)
    kept = rest.split("/", 1)[1] if "/" in rest else rest.partition("?")[2] and "?" + rest.partition("?")[2]
    return first + "nothing" + ("/" + kept if "/" in rest else kept)


def requests_of(contract):
    """(what, path, headers, expected status) for every GET."""
    for template, item in contract["paths"].items():
        # The stream has no end to wait for, a feed is read with the secret of its link: events.py and improvement.py do.
        if "get" not in item or template in ("/v1/events/stream", "/v1/calendar-feeds/{id}/activities.ics"):
            continue
        operation = item["get"]
        parameters = [resolved(contract, p) for p in item.get("parameters", []) + operation.get("parameters", [])]
        path = concrete(template, parameters)
        secured = bool(operation.get("security", contract.get("security")))
        who = [BEARER] if secured else []
        for kind in operation["responses"]["200"]["content"]:
            yield f"{template} as {kind}", path, [*who, f"Accept: {kind}"], 200
        yield f"{template} compressed", path, [*who, "Accept-Encoding: gzip"], 200
        if header_of(fetch(path, *who), "ETag"):
            yield f"{template} unchanged", path, who, 304
        if secured:
            yield f"{template} without a token", path, [], 401
        # A file is of the one type it is, whatever else is asked for.
        if "*/*" not in operation["responses"]["200"]["content"]:
            yield f"{template} in a type nobody has", path, [*who, "Accept: image/png"], 406
        if "{" in template:
            yield f"{template} of nothing", absent(template, path), who, 404


def resolved(contract, value):
    while "$ref" in value:
        node = contract
        for step in value["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        value = node
    return value


def tried_out(request):
    """What was asked, and what is wrong with the answer."""
    what, path, headers, expected = request
    if expected == 304:
        # Asked for at once: some answers are another by the minute.
        headers = [*headers, f"If-None-Match: {header_of(fetch(path, *headers), 'ETag')}"]
    answer = fetch(path, *headers)
    found = complaints(answer)
    if status_of(answer) != expected:
        found.insert(0, f"answered {status_of(answer)}, not {expected}")
    return what, found


def main():
    tried, bad = 0, 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(tried_out, requests_of(body_of("/openapi.json"))))
    for what, found in results:
        tried += 1
        if found:
            bad += 1
            print(f"   GET {what}")
            print(*(f"      {note}" for note in found), sep="\n")
    print(f"   {tried} answers, {bad} with complaints")
    return 1 if bad or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
