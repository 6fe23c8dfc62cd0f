"""A school asks for help with a recruitment and gets it: the form, triage, question and answer, what is due when and why, resolved, rated.

Run by scripts/test. Reads CHECK_URL, CHECK_TOKEN and CURL_CA_BUNDLE from the environment. The service has to hold the demo trust.
"""

import datetime
import json
import os
import ssl
import urllib.error
import urllib.request

URL = os.environ["CHECK_URL"]
TRUSTED = ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"])


def request(method, path, body=None):
    sent = {"Accept": "application/json", "Authorization": "Bearer " + os.environ["CHECK_TOKEN"]}
    if body is not None:
        sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
    if method in ("PATCH", "DELETE"):
        sent["If-Match"] = "*"
    asked = urllib.request.Request(URL + path, data=None if body is None else json.dumps(body).encode(), headers=sent, method=method)
    try:
        with urllib.request.urlopen(asked, context=TRUSTED, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def done(method, path, body=None, status=200):
    code, content = request(method, path, body)
    assert code == status, f"{method} {path}: {code} instead of {status}: {content[:800]}"
    return json.loads(content) if content else None


def get(path):
    return done("GET", path)


def made(path, body):
    return done("POST", path, body, 201)


def refused(method, path, body, status, *places):
    answered, content = request(method, path, body)
    problem = json.loads(content)
    named = [error.get("pointer") for error in problem.get("errors", [])]
    assert answered == status and list(places) == named, f"{method} {path}: {answered} {problem}"
    return problem


def catalogue(person):
    team = made("/v1/business-teams", {"name": "People", "leadId": person, "memberIds": [person]})
    every_day = [
        {"weekday": day, "opensAt": opens, "closesAt": closes}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        for opens, closes in (("08:30", "12:30"), ("13:00", "17:00"))
    ]
    service = made("/v1/business-services", {"name": "Recruitment", "area": "hr", "teamId": team["id"], "hours": every_day})
    assert service["targets"]["normal"] == {"firstResponseMinutes": 480, "updateMinutes": 1440, "resolutionMinutes": 2400}
    kind = made(
        "/v1/request-types",
        {
            "serviceId": service["id"], "name": "Recruit somebody", "isConfidential": False, "defaultPriority": "high", "checklist": ["Advertise", "References"],
            "fields": [
                {"key": "post", "label": "Which post?", "kind": "text", "isRequired": True},
                {"key": "contract", "label": "For how long?", "kind": "choice", "options": ["permanent", "fixed term"], "isRequired": True},
                {"key": "until", "label": "Until when?", "kind": "date", "isRequired": True, "onlyIf": {"field": "contract", "values": ["fixed term"]}},
                {"key": "salary", "label": "Salary", "kind": "money"},
            ],
        },
    )
    refused("POST", "/v1/support-requests", {"subject": "Too early", "typeId": kind["id"]}, 422, "/typeId", "/answers/post", "/answers/contract")
    return service, done("POST", f"/v1/request-types/{kind['id']}/publish")


def check_life():
    school = get("/v1/schools/urn:999001")["id"]
    head = get("/v1/people?limit=1")["items"][0]["id"]
    service, kind = catalogue(head)
    asked = {"subject": "A teacher of history", "typeId": kind["id"], "schoolIds": [school], "requesterId": head, "messageId": "<1@fenmarch.example>"}
    refused("POST", "/v1/support-requests", asked | {"answers": {"contract": "fixed term", "salary": "30000", "extra": 1}}, 422, "/answers/extra", "/answers/post", "/answers/until", "/answers/salary")
    raised = made("/v1/support-requests", asked | {"answers": {"post": "Teacher of history", "contract": "fixed term", "until": "2027-08-31", "salary": 3200000}})
    path = "/v1/support-requests/" + raised["id"]
    assert raised["priority"] == "high" and raised["state"] == "new" and raised["reference"].startswith("BSR-") and raised["remainingMinutes"] == 240
    assert get("/v1/support-requests/" + raised["reference"])["id"] == raised["id"]
    refused("POST", "/v1/support-requests", asked | {"answers": {"post": "Again", "contract": "permanent"}}, 409, "/messageId")
    triaged = done("POST", path + "/triage", {"priority": "urgent"})
    assert triaged["state"] == "open" and triaged["dueBy"] <= raised["dueBy"]
    done("POST", path + "/assign", {"personId": head})
    waiting = done("POST", path + "/wait-on-school", {"question": "Which year groups?"})
    assert waiting["dueBy"] is None and waiting["remainingMinutes"] is not None and waiting["firstRespondedAt"] and waiting["remindsOn"]
    made("/v1/request-messages", {"requestId": raised["id"], "text": "I am away.", "isAutomatic": True, "authorId": head})
    assert get(path)["state"] == "waitingOnSchool"
    made("/v1/request-messages", {"requestId": raised["id"], "text": "Seven to nine.", "authorId": head})
    answered = get(path)
    assert answered["state"] == "open" and answered["needsAttention"] and answered["dueBy"]
    for clock in get(path + "/explanation")["clocks"]:
        assert sum(interval["workingMinutes"] for interval in clock["intervals"]) == clock["workingMinutes"]
        assert clock["metAt"] or clock["workingMinutes"] == clock["minutes"], clock
    refused("POST", path + "/rate", {"satisfaction": 5}, 409)
    resolved = done("POST", path + "/resolve", {"resolution": "Advertised, interviewed, appointed."})
    assert resolved["state"] == "resolved" and resolved["closesOn"] and resolved["dueBy"] is None and resolved["missedTargets"] == []
    made("/v1/request-messages", {"requestId": raised["id"], "text": "Thanks!", "authorId": head})
    thanked = get(path)
    assert thanked["state"] == "resolved" and thanked["needsAttention"]
    assert done("POST", path + "/reopen", {"reason": "She declined"})["reopenedCount"] == 1
    assert done("POST", path + "/close", {"reason": "done"})["state"] == "closed"
    texts = [message["text"] for message in get(f"/v1/request-messages?requestId={raised['id']}&sort=sentAt")["items"]]
    assert texts == ["Which year groups?", "I am away.", "Seven to nine.", "Advertised, interviewed, appointed.", "Thanks!"], texts


def check_belongings():
    """Two requests that belong together, the time they took, the load and the figures; then they become one."""
    service = get("/v1/business-services?area=hr")["items"][0]
    head = get("/v1/people?limit=1")["items"][0]["id"]
    first, second = [made("/v1/support-requests", {"subject": subject, "serviceId": service["id"], "requesterId": head}) for subject in ("An advert", "The same advert")]
    assert first["assigneeId"] is None
    link = made("/v1/request-links", {"fromId": second["id"], "kind": "relatedTo", "toId": first["id"]})
    refused("POST", "/v1/request-links", {"fromId": first["id"], "kind": "childOf", "toId": second["id"]}, 409)
    day = datetime.date.today().isoformat()
    made("/v1/request-time-entries", {"requestId": first["id"], "personId": head, "day": day, "minutes": 25, "kind": "phone"})
    refused("POST", "/v1/request-time-entries", {"requestId": first["id"], "personId": head, "day": "2099-01-01", "minutes": 25, "kind": "phone"}, 422, "/day")
    refused("POST", f"/v1/support-requests/{second['id']}/merge", {"intoId": second["id"]}, 422, "/intoId")
    merged = done("POST", f"/v1/support-requests/{second['id']}/merge", {"intoId": first["id"]})
    assert (merged["state"], merged["closeReason"], merged["mergedIntoId"]) == ("closed", "merged", first["id"]), merged
    refused("POST", f"/v1/support-requests/{second['id']}/reopen", {"reason": "No"}, 409)
    assert [known["id"] for known in get(f"/v1/request-links?requestId={first['id']}")["items"]] == [link["id"]]
    # Whoever's work it is gets it, or who covers while they are away.
    team = get("/v1/business-teams/" + service["teamId"])
    cover = made("/v1/people", {"name": "Cy Cover"})["id"]
    work = {"memberIds": [head, cover], "assignments": [{"personId": head, "area": "hr"}], "away": [{"personId": head, "startsOn": "2026-01-01", "coverId": cover}]}
    done("PATCH", "/v1/business-teams/" + team["id"], work)
    third = made("/v1/support-requests", {"subject": "A contract", "serviceId": service["id"]})
    assert third["assigneeId"] == cover, third
    load = get(f"/v1/business-teams/{team['id']}/load?area=hr")
    assert load["suggested"] == {"personId": cover, "insteadOfId": head}, load
    assert {member["personId"]: member["isAway"] for member in load["members"]} == {head: True, cover: False}, load
    figures = get("/v1/request-statistics?groupBy=area")
    assert sum(row["opened"] for row in figures["items"]) == figures["total"]["opened"] >= 4, figures


def check_catalogue():
    """A file of services, once and again."""
    content = b"services:\n- name: Payroll\n  area: payroll\n  team: Pay\n  types:\n  - name: A change of contract\n"

    def sent(body):
        headers = {"Authorization": "Bearer " + os.environ["CHECK_TOKEN"], "Content-Type": "application/yaml"}
        try:
            with urllib.request.urlopen(urllib.request.Request(URL + "/v1/catalogue/import", data=body, headers=headers), context=TRUSTED, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    status, report = sent(content)
    assert status == 200 and report["services"] == {"created": 1, "unchanged": 0} and report["requestTypes"]["created"] == 1, report
    status, report = sent(content)
    assert status == 200 and report["services"] == {"created": 0, "unchanged": 1} and report["requestTypes"]["unchanged"] == 1, report
    for bad in (b"", b"services: [", b"a: &a [x]\nb: *a\n", b"- 1\n", b"services:\n- name: x\n"):
        status, problem = sent(bad)
        assert status == 422 and problem["errors"], (bad, status, problem)


def check_past():
    """Opened on a Friday at 16:30 in October, local time: half an hour counts on that day, the rest after the weekend on which the clocks change."""
    service = get("/v1/business-services?area=hr")["items"][0]
    raised = made("/v1/support-requests", {"subject": "From the old system", "serviceId": service["id"], "channel": "migration", "openedAt": "2026-10-23T15:30:00Z", "externalRefs": [{"system": "old", "id": "77"}]})
    assert raised["firstResponseDueAt"] == "2026-10-26T16:30:00.000Z", raised["firstResponseDueAt"]
    assert raised["breached"] and raised["breachedByMinutes"] > 480
    clock = get(f"/v1/support-requests/{raised['id']}/explanation")["clocks"][0]
    counted = [(interval["startsAt"], interval["workingMinutes"]) for interval in clock["intervals"] if interval["counted"]][:3]
    assert counted == [("2026-10-23T15:30:00.000Z", 30), ("2026-10-26T08:30:00.000Z", 240), ("2026-10-26T13:00:00.000Z", 240)], counted
    queue = get("/v1/support-requests?breached=true&sort=dueBy&assigneeId.isNull=true")["items"]
    assert raised["id"] in [request["id"] for request in queue]
    refused("POST", "/v1/support-requests", {"subject": "Twice", "serviceId": service["id"], "externalRefs": [{"system": "old", "id": "77"}]}, 409, "/externalRefs")
    refused("POST", "/v1/support-requests", {"subject": "Tomorrow", "serviceId": service["id"], "openedAt": (datetime.date.today() + datetime.timedelta(2)).isoformat() + "T00:00:00Z"}, 422, "/openedAt")
    # The service's hours change: what is open is worked out anew, from when it was opened.
    mornings = [{"weekday": "monday", "opensAt": "09:00", "closesAt": "12:00"}]
    done("PATCH", "/v1/business-services/" + service["id"], {"hours": mornings})
    assert get("/v1/support-requests/" + raised["id"])["firstResponseDueAt"] == "2026-11-09T11:00:00.000Z"
    done("PATCH", "/v1/business-services/" + service["id"], {"hours": service["hours"]})
    assert get("/v1/support-requests/" + raised["id"])["firstResponseDueAt"] == raised["firstResponseDueAt"]


check_life()
check_past()
check_belongings()
check_catalogue()
print("desk: asked, answered and explained")
