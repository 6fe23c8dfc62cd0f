"""A client that a generator made from openapi.yaml, put to real work: it creates, patches with If-Match and follows pages.

Run by scripts/test, which generates `partnership_client` first. Reads CHECK_URL, CHECK_TOKEN and CURL_CA_BUNDLE from the
environment. The service has to hold the demo trust.
"""

import hashlib
import json
import os
import ssl
import time
from pathlib import Path

from partnership_client import AuthenticatedClient
from partnership_client.api.changes import list_audit_entries, list_events, verify_audit
from partnership_client.api.files import get_file
from partnership_client.api.imports import create_import, get_import, start_import
from partnership_client.api.me import get_me
from partnership_client.api.people import create_person, delete_person, list_people
from partnership_client.api.schools import get_school, list_schools, lookup_schools, update_school
from partnership_client.api.tokens import create_token, get_token, revoke_token
from partnership_client.models import ImportCreate, ImportCreateSource, ListSchoolsCount, PersonCreate, SchoolLookup, SchoolPatch, TokenCreate

DEMO = Path(__file__).resolve().parent.parent / "demo"
DEMO_URNS = ["999001", "999002", "999003", "999004", "999005"]


def client_with(token):
    trusted = ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"])
    # An answer the contract doesn't declare is an exception.
    return AuthenticatedClient(
        base_url=os.environ["CHECK_URL"], token=token, verify_ssl=trusted, raise_on_unexpected_status=True, timeout=30
    )


def answered(response, status, what):
    """The decoded body of an answer that has to have this status."""
    assert response.status_code == status, f"{what}: {int(response.status_code)} instead of {status}: {response.content[:500]!r}"
    return response.parsed


def check_pages(client):
    seen, cursor = [], None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        response = list_schools.sync_detailed(client=client, sort="urn", limit=2, count=ListSchoolsCount.EXACT, **more)
        page = answered(response, 200, "a page of schools")
        assert page.total == len(DEMO_URNS), f"total is {page.total}"
        seen += [school.urn for school in page.items]
        cursor = page.next_
        if cursor is None:
            break
        assert 'rel="next"' in response.headers["link"], "a page with a next one has a Link header"
        assert len(seen) < 100, "the pages never end"
    assert seen == DEMO_URNS, f"following the pages gave {seen}"


def check_patch(client):
    school = answered(get_school.sync_detailed("urn:999001", client=client), 200, "a school by its URN")
    words = f"Every child known by name. {time.time_ns()}"
    patch = SchoolPatch(vision=words, values=["Care", "Courage"])

    missing = answered(update_school.sync_detailed(school.id, client=client, body=patch), 428, "a patch without If-Match")
    assert missing.code, "a problem has a code"

    dry = answered(update_school.sync_detailed(school.id, client=client, body=patch, if_match=school.etag, dry_run=True), 200, "a dry run")
    assert dry.vision == words
    again = answered(get_school.sync_detailed(school.id, client=client), 200, "the school after a dry run")
    assert again.to_dict() == school.to_dict(), "a dry run leaves no trace"

    patched = answered(update_school.sync_detailed(school.id, client=client, body=patch, if_match=school.etag), 200, "a patch")
    assert (patched.vision, patched.values) == (words, ["Care", "Courage"])
    assert patched.etag != school.etag and patched.name == school.name
    again = answered(get_school.sync_detailed(school.id, client=client), 200, "the patched school")
    assert again.to_dict() == patched.to_dict(), "what PATCH answered is what GET answers"

    stale = answered(update_school.sync_detailed(school.id, client=client, body=patch, if_match=school.etag), 412, "a stale tag")
    assert stale.current_etag == patched.etag and "vision" in stale.changed_members, stale.to_dict()

    renamed = SchoolPatch(name="Another Name")
    refused = answered(
        update_school.sync_detailed(school.id, client=client, body=renamed, if_match=patched.etag), 422, "a name of one's own choice"
    )
    assert any(error.pointer == "/name" for error in refused.errors), refused.to_dict()

    cleared = answered(
        update_school.sync_detailed(school.id, client=client, body=SchoolPatch(vision=None), if_match=patched.etag), 200, "clearing"
    )
    assert cleared.vision is None and cleared.values == ["Care", "Courage"]


def check_lookup(client):
    asked = ["urn:999003", "ukprn:19990002", "laestab:998/7004", "urn:000001"]
    result = answered(lookup_schools.sync_detailed(client=client, body=SchoolLookup(identifiers=asked)), 200, "a look-up")
    assert [item.school.urn if item.school else None for item in result.items] == ["999003", "999002", "999004", None]


def check_tokens(client):
    made = answered(
        create_token.sync_detailed(client=client, body=TokenCreate(name="reads only", scopes=["schools:read", "self:read"])), 201, "a token"
    )
    reader = client_with(made.token)
    assert answered(get_me.sync_detailed(client=reader), 200, "the new token itself").scopes == ["schools:read", "self:read"]
    answered(list_schools.sync_detailed(client=reader), 200, "what its scopes allow")
    answered(get_token.sync_detailed(made.id, client=reader), 403, "what its scopes do not allow")
    answered(revoke_token.sync_detailed(made.id, client=client), 200, "revoking")
    answered(list_schools.sync_detailed(client=reader), 401, "a revoked token")


def check_import(client):
    made = answered(
        create_import.sync_detailed(client=client, body=ImportCreate(source=ImportCreateSource.GIAS, group_uid="99901")), 201, "an import"
    )
    for name in ["establishments", "group-links", "groups"]:
        # Raw bytes of a file: the generated function only knows texts here.
        answer = client.get_httpx_client().put(
            f"/v1/imports/{made.id}/{name}", content=(DEMO / f"{name}.csv").read_bytes(), headers={"Content-Type": "text/csv"}
        )
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.text[:500]}"
    answered(start_import.sync_detailed(made.id, client=client), 202, "starting it")
    deadline = time.monotonic() + 60
    while (job := answered(get_import.sync_detailed(made.id, client=client), 200, "its progress")).status in ("queued", "running"):
        assert time.monotonic() < deadline, f"still {job.status} after a minute"
        time.sleep(0.05)
    assert job.status == "succeeded", job.to_dict()
    report = job.report.to_dict()
    counts = {name: report[name] for name in ("created", "updated", "unchanged", "rejected")}
    assert counts == {"created": 0, "updated": 0, "unchanged": len(DEMO_URNS), "rejected": 0}, counts


def check_people(client):
    """People, appointments and everything else that has days: made through the plain paths, since one function per resource says no more."""
    http = client.get_httpx_client()

    def made(path, body):
        answer = http.post(path, json=body)
        assert answer.status_code == 201, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    school = answered(get_school.sync_detailed("urn:999005", client=client), 200, "a school nobody leads").id
    head = answered(create_person.sync_detailed(client=client, body=PersonCreate(name="Ines Okafor")), 201, "a person")
    stand_in = answered(create_person.sync_detailed(client=client, body=PersonCreate(name="Tom Wren")), 201, "another person")
    days = {"schoolId": school, "startsOn": "2026-09-01"}
    made("/v1/appointments", days | {"personId": head.id, "role": "headteacher", "isLead": True})
    made("/v1/absences", days | {"personId": head.id, "standInId": stand_in.id, "endsOn": "2026-09-04"})
    made("/v1/delegations", days | {"chapter": "calendar"})
    made("/v1/stages", days | {"stage": "improve"})
    made("/v1/inspections", {"schoolId": school, "regime": "graded", "visitType": "full", "inspectedOn": "2023-01-10"})
    figure = {"measure": "attendance", "period": "2025-26", "value": 94.5, "source": "DfE"}
    made("/v1/indicators", {"schoolId": school} | figure)
    members = http.get("/v1/memberships", params={"schoolId": school}).json()["items"]
    if not members:
        made("/v1/memberships", days)
    for day, name in [("2026-09-04", "Tom Wren"), ("2026-09-05", "Ines Okafor")]:
        group = http.get("/v1/leadership-group", params={"asOf": day}).json()
        leaders = next(led["leaders"] for led in group["schools"] if led["schoolId"] == school)
        assert [leader["name"] for leader in leaders] == [name], (day, leaders)


def check_bulk(client):
    """Lines of every kind; sent again they change nothing, and one bad line keeps all of them out."""
    http = client.get_httpx_client()

    def sent(lines, **query):
        content = "".join(json.dumps(line) + "\n" for line in lines)
        answer = http.post("/v1/people/bulk", params=query, content=content, headers={"Content-Type": "application/x-ndjson"})
        return answer, [json.loads(line) for line in answer.text.splitlines()]

    upserts = [
        {"op": "upsert", "ref": {"system": "payroll", "id": str(number)}, "data": {"name": f"Bulk Person {number}"}} for number in range(100)
    ]
    answer, first = sent(upserts)
    assert answer.status_code == 200 and {line["status"] for line in first} <= {200, 201}, answer.text[:500]
    assert [line["line"] for line in first] == list(range(1, 101))
    answer, second = sent(upserts)
    assert [line["status"] for line in second] == [200] * 100, answer.text[:500]
    assert [(line["id"], line["etag"]) for line in second] == [(line["id"], line["etag"]) for line in first]
    some, other = second[0], second[1]
    mixed = [
        {"op": "update", "id": some["id"], "ifMatch": some["etag"], "data": {"jobTitle": "Teacher"}},
        {"op": "delete", "id": other["id"], "ifMatch": other["etag"]},
        {"op": "update", "id": some["id"], "ifMatch": some["etag"], "data": {"jobTitle": "Head"}},
    ]
    answer, _ = sent(mixed)
    assert answer.status_code == 422 and [error["pointer"] for error in answer.json()["errors"]] == ["/lines/3"], answer.text
    answer, results = sent(mixed, mode="partial")
    assert answer.status_code == 207 and [line["status"] for line in results] == [200, 204, 412], answer.text
    assert http.get(some["href"]).json()["jobTitle"] == "Teacher" and http.get(other["href"]).status_code == 404


def check_calendars(client):
    """A year with a term and an INSET day, and what the school's days come to."""
    http = client.get_httpx_client()
    year = http.post("/v1/academic-years", json={"name": "2027-28", "startsOn": "2027-09-01", "endsOn": "2028-08-31"}).json()["id"]
    term = {"academicYearId": year, "name": "Autumn", "startsOn": "2027-09-01", "endsOn": "2027-09-10"}
    assert http.post("/v1/terms", json=term).status_code == 201
    inset = {"kind": "inset", "startsOn": "2027-09-01", "endsOn": "2027-09-01"}
    assert http.post("/v1/calendar-days", json=inset).status_code == 201
    asked = {"kind": "pupilsIn", "from": "2027-09-01", "to": "2027-09-10"}
    counted = http.get("/v1/schools/urn:999001/calendar/count", params=asked).json()
    assert counted["days"] == 7, counted


def check_changes(client):
    """From the number of a list on: what was made and deleted since, as events, as a deletion, and in the audit trail."""
    seq = answered(list_people.sync_detailed(client=client, limit=1), 200, "a list").seq
    person = answered(create_person.sync_detailed(client=client, body=PersonCreate(name="Una Gray")), 201, "a person")
    answered(delete_person.sync_detailed(person.id, client=client, if_match=person.etag), 204, "deleting")
    page = answered(list_events.sync_detailed(client=client, after=seq, resource=person.id), 200, "events")
    assert [event.type_ for event in page.items] == ["person.created", "person.deleted"], page.to_dict()
    since = answered(list_people.sync_detailed(client=client, updated_since=person.created_at, include_deleted=True), 200, "deletions")
    assert person.id in [gone.id for gone in since.deleted], since.to_dict()
    trail = answered(list_audit_entries.sync_detailed(client=client, resource_id=person.id), 200, "the audit trail")
    assert [entry.operation for entry in trail.items] == ["created", "deleted"], trail.to_dict()
    assert answered(verify_audit.sync_detailed(client=client), 200, "a verification").intact


def check_privacy(client):
    """A correction of the register, a text that is taken out again, a draft of what is recorded about somebody."""
    http = client.get_httpx_client()
    # Of the school that a list names first, as the headers' check meets it.
    school = http.get("/v1/schools", params={"limit": 1}).json()["items"][0]["id"]
    override = http.put(f"/v1/schools/{school}/overrides/capacity", json={"value": 421, "reason": "Counted"})
    assert override.status_code in (200, 201), override.text
    person = http.post("/v1/people", json={"name": "Nell Ash", "jobTitle": "Said too much"}).json()["id"]
    redacted = http.post("/v1/redactions", json={"resourceId": person, "members": ["jobTitle"], "reason": "Not a title"})
    assert redacted.status_code == 201, redacted.text
    assert http.get(f"/v1/people/{person}").json()["jobTitle"] is None
    draft = http.post("/v1/subject-access-drafts", json={"personId": person})
    assert draft.status_code == 201, draft.text


def check_endpoint(client):
    """One for webhooks, at rest: its secret is shown once. What is sent, webhooks.py receives."""
    http = client.get_httpx_client()
    made = http.post("/v1/webhook-endpoints", json={"name": "Desk", "url": "https://desk.example/hook", "eventTypes": ["trust.updated"]})
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_"), made.text
    paused = http.post(made.headers["Location"] + "/pause")
    assert paused.status_code == 200 and paused.json()["status"] == "paused" and "secret" not in paused.json(), paused.text


def check_files(client):
    """A file goes up and comes back, whole and in part, with the tag and the digest it had."""
    http = client.get_httpx_client()
    content = "Ein café, two colours".encode()
    named = {"Content-Type": "text/plain", "Content-Disposition": "attachment; filename*=UTF-8''caf%C3%A9.txt"}
    made = http.post("/v1/files", content=content, headers=named)
    assert made.status_code == 201, made.text
    file = answered(get_file.sync_detailed(made.json()["id"], client=client), 200, "what is known of a file")
    assert (file.name, file.size_bytes, file.sha256) == ("café.txt", len(content), hashlib.sha256(content).hexdigest()), file.to_dict()
    whole = http.get(f"/v1/files/{file.id}/content")
    part = http.get(f"/v1/files/{file.id}/content", headers={"Range": "bytes=4-8", "If-Range": whole.headers["etag"]})
    assert (whole.content, part.status_code, part.content) == (content, 206, content[4:9]), (whole.headers, part.headers)
    assert part.headers["repr-digest"] == whole.headers["repr-digest"], "the digest is of all of it"
    refused = http.post("/v1/files", content=content, headers=named | {"Content-Disposition": 'attachment; filename="../plan.txt"'})
    assert refused.status_code == 400, refused.text


if __name__ == "__main__":
    everything = client_with(os.environ["CHECK_TOKEN"])
    checks = [check_pages, check_patch, check_lookup, check_tokens, check_import, check_people, check_bulk]
    for check in [*checks, check_calendars, check_changes, check_privacy, check_endpoint, check_files]:
        check(everything)
        print(f"   {check.__name__[6:]}: good")
