"""Two schools share a practice: written, looked at, published, found, taken up, adapted, offered back, taken over; who is behind, what it saved.

Run by scripts/test. Reads CHECK_URL, CHECK_TOKEN and CURL_CA_BUNDLE from the environment. The service has to hold the demo trust.
"""

import hashlib
import json
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["CHECK_URL"]
TRUSTED = ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"])


def request(method, path, body=None, headers=None):
    sent = {"Accept": "application/json", "Authorization": "Bearer " + os.environ["CHECK_TOKEN"]} | (headers or {})
    data = body
    if body is not None and not isinstance(body, bytes):
        sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        data = json.dumps(body).encode()
    if method in ("PATCH", "DELETE"):
        sent["If-Match"] = "*"
    asked = urllib.request.Request(URL + path, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(asked, context=TRUSTED, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def done(method, path, body=None, status=200, headers=None):
    code, content = request(method, path, body, headers)
    assert code == status, f"{method} {path}: {code} instead of {status}: {content[:800]}"
    return json.loads(content) if content else None


def get(path):
    return done("GET", path)


def made(path, body, headers=None):
    return done("POST", path, body, 201, headers)


def refused(method, path, body, status, code=None):
    answered, content = request(method, path, body)
    problem = json.loads(content)
    named = {error["code"] for error in problem.get("errors", [])}
    assert answered == status and (code is None or code in named), f"{method} {path}: {answered} {problem}"
    return problem


def find(words, **more):
    return get("/v1/shared-resources?" + urllib.parse.urlencode({"q": words} | more))


def check_life():
    author, adopter = (get(f"/v1/schools/urn:{urn}")["id"] for urn in ("999001", "999002"))
    page = "<h1>Réciprocal reading</h1><p>Pupils take turns: predict, clarify, question, summarise.</p>".encode()
    file = made("/v1/files", page, {"Content-Type": "text/html", "Content-Disposition": 'attachment; filename="reading.html"'})
    assert file["sha256"] == hashlib.sha256(page).hexdigest()
    resource = made(
        "/v1/shared-resources",
        {
            "schoolId": author, "kind": "practice", "title": "Reading together in mixed years", "subject": "english", "keyStages": ["ks2"],
            "keywords": ["reading", "talk"], "summary": "Twenty minutes a day in groups of four.", "licence": "ccBySa",
            "authoringHours": 12, "authoringBasis": "Three teachers, two afternoons each",
        },
    )
    path = "/v1/shared-resources/" + resource["id"]
    draft = made("/v1/resource-versions", {"resourceId": resource["id"], "text": "How we do it.", "fileIds": [file["id"]]})
    version = "/v1/resource-versions/" + draft["id"]
    refused("POST", "/v1/adoptions", {"schoolId": adopter, "versionId": draft["id"], "startsOn": "2026-09-01"}, 422, "not-published")
    refused("POST", version + "/publish", {}, 409)
    assert done("POST", version + "/submit")["state"] == "inReview" and get(path)["state"] == "inReview"
    done("POST", version + "/send-back", {"reason": "Name the roles"})
    done("PATCH", version, {"text": "How we do it: four roles."})
    done("POST", version + "/submit")
    first = done("POST", version + "/publish", {"step": "major"})
    assert (first["number"], get(path)["latestNumber"]) == ("1.0", "1.0"), first
    refused("PATCH", version, {"text": "Otherwise"}, 409)
    refused("DELETE", "/v1/files/" + file["id"], None, 409)

    adoption = made("/v1/adoptions", {"schoolId": adopter, "versionId": draft["id"], "startsOn": "2026-09-01", "adaptingHours": 2})
    refused("POST", "/v1/adoptions", {"schoolId": adopter, "versionId": draft["id"], "startsOn": "2026-10-01"}, 409)
    done("PATCH", "/v1/adoptions/" + adoption["id"], {"impact": 4, "impactNarrative": "Quieter pupils speak", "evidence": [{"note": "Seen"}]})

    adaptation = made(path + "/fork", {"schoolId": adopter, "title": "Reading together with older readers"})
    assert adaptation["adaptedFromId"] == resource["id"] and adaptation["licence"] == "ccBySa"
    refused("PATCH", "/v1/shared-resources/" + adaptation["id"], {"licence": "cc0"}, 422, "share-alike")
    own = get("/v1/resource-versions?resourceId=" + adaptation["id"])["items"][0]
    adapted = "/v1/resource-versions/" + own["id"]
    refused("POST", "/v1/resource-proposals", {"versionId": own["id"]}, 422, "not-published")
    done("PATCH", adapted, {"text": "How we do it, with a reader from year 9."})
    done("POST", adapted + "/submit")
    done("POST", adapted + "/publish", {})
    proposal = made("/v1/resource-proposals", {"versionId": own["id"], "note": "Works with older readers too"})
    refused("POST", "/v1/resource-proposals", {"versionId": own["id"]}, 409)
    accepted = done("POST", f"/v1/resource-proposals/{proposal['id']}/accept", {"step": "minor"})
    taken = get("/v1/resource-versions/" + accepted["acceptedVersionId"])
    assert (taken["number"], taken["takenFromId"], taken["text"]) == ("1.1", own["id"], "How we do it, with a reader from year 9."), taken
    assert get("/v1/adoptions/" + adoption["id"])["isBehind"] is True
    assert [item["id"] for item in get("/v1/adoptions?isBehind=true&resourceId=" + resource["id"])["items"]] == [adoption["id"]]

    saved = get(path + "/saved-time")
    assert saved["savedHours"] == 10 and "12 × 1" in saved["explanation"], saved
    practice = get(f"/v1/schools/{adopter}/practice")
    assert practice["returned"][0]["versionId"] == taken["id"] and practice["adopted"][0]["resource"]["id"] == resource["id"]
    related = get(path + "/related")["items"]
    assert related[0]["resource"]["id"] == adaptation["id"] and related[0]["subject"] == "english", related
    return resource, adaptation, taken


def check_search(resource, adaptation):
    found = find("recip* predicting", facets="true")
    assert {item["id"] for item in found["items"]} == {resource["id"], adaptation["id"]}, found
    assert "<mark>" in found["items"][0]["highlights"]["snippet"], found["items"][0]["highlights"]
    assert {"value": "practice", "count": 2} in found["facets"]["kind"] and found["facets"]["keyStage"][0]["value"] == "ks2", found["facets"]
    assert [item["id"] for item in find('"reading together" -older')["items"]] == [resource["id"]]
    assert {item["id"] for item in find("read", schoolId=resource["schoolId"])["items"]} == {resource["id"]}
    for words, place in [('"open', 1), ("reading -", 9), ("re*ad", 3), ("-older", 1)]:
        problem = refused("GET", "/v1/shared-resources?" + urllib.parse.urlencode({"q": words}), None, 400, "search-syntax")
        assert f"character {place}:" in problem["errors"][0]["detail"], problem
    for words in ("' OR 1=1", "title:x", "NEAR(a b)", "a AND OR", "{}", "^x", "\U0001f600 reading", "a+b"):
        code, content = request("GET", "/v1/shared-resources?" + urllib.parse.urlencode({"q": words}))
        assert code in (200, 400), f"{words}: {code} {content[:300]}"


def check_talk(resource, adaptation):
    comment = made("/v1/comments", {"resourceId": resource["id"], "text": "Which books did you begin with?"})
    made("/v1/comments", {"resourceId": resource["id"], "replyToId": comment["id"], "text": "Short stories."})
    hidden = done("POST", f"/v1/comments/{comment['id']}/hide", {"reason": "Asked twice"})
    assert hidden["state"] == "hidden" and done("POST", f"/v1/comments/{comment['id']}/show")["state"] == "visible"
    inner = made("/v1/collections", {"title": "Reading", "itemIds": [adaptation["id"], resource["id"]]})
    outer = made("/v1/collections", {"title": "English", "itemIds": [inner["id"]]})
    refused("PATCH", "/v1/collections/" + inner["id"], {"itemIds": [outer["id"]]}, 422, "contains-itself")
    done("PATCH", "/v1/collections/" + inner["id"], {"itemIds": [resource["id"], adaptation["id"]]})
    contents = get(f"/v1/collections/{inner['id']}/contents")["items"]
    assert [item["id"] for item in contents] == [resource["id"], adaptation["id"]]
    refused("DELETE", "/v1/collections/" + inner["id"], None, 409)


def check_versions(resource, taken):
    old = get(f"/v1/resource-versions?resourceId={resource['id']}&sort=publishedAt")["items"][0]
    back = made(f"/v1/resource-versions/{old['id']}/revert", {"changeNote": "As it was"})
    rival = made("/v1/resource-versions", {"resourceId": resource["id"], "text": "Another way", "changeNote": "Another way"})
    for draft in (back, rival):
        done("POST", f"/v1/resource-versions/{draft['id']}/submit")
    assert done("POST", f"/v1/resource-versions/{back['id']}/publish", {})["number"] == "1.2"
    refused("POST", f"/v1/resource-versions/{rival['id']}/publish", {}, 409)


def check_export():
    for kind in ("application/x-ndjson", "text/csv"):
        code, content = request("GET", "/v1/shared-resources?state=published", headers={"Accept": kind})
        lines = content.decode().splitlines()
        assert code == 200 and len(lines) == (3 if kind == "text/csv" else 2), (kind, lines)


if __name__ == "__main__":
    original, adaptation, taken = check_life()
    check_search(original, adaptation)
    check_talk(original, adaptation)
    check_versions(original, taken)
    check_export()
    print("   shared, found, adopted, adapted, offered back and taken over")
