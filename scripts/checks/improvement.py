"""A year of improvement, as a new trust goes through it: framework, cycle, peer review, finding, need, match, deployment, three days, balance; and the
calendar of a school, read by the icalendar package.

Run by scripts/test. Reads CHECK_URL, CHECK_TOKEN and CURL_CA_BUNDLE from the environment. The service has to hold the demo trust.
"""

import csv
import io
import json
import os
import ssl
import urllib.error
import urllib.request
from datetime import date, timedelta

from icalendar import Calendar

URL = os.environ["CHECK_URL"]
TRUSTED = ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"])
TODAY = date.today()
FIRST = date(TODAY.year if TODAY.month >= 9 else TODAY.year - 1, 9, 1)
YEAR = f"{FIRST.year}-{(FIRST.year + 1) % 100:02}"


def request(method, path, body=None, accept="application/json", token=True):
    headers = {"Accept": accept} | ({"Authorization": "Bearer " + os.environ["CHECK_TOKEN"]} if token else {})
    data = None
    if body is not None:
        headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        data = json.dumps(body, default=str).encode()
    if method in ("PATCH", "DELETE"):
        headers["If-Match"] = "*"
    asked = urllib.request.Request(path if path.startswith("https:") else URL + path, data=data, headers=headers, method=method)
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


def refused(method, path, body, status, *codes):
    """An answer that names these rules, and only these."""
    code, content = request(method, path, body)
    problem = json.loads(content)
    named = {error["code"] for error in problem.get("errors", [])}
    assert code == status and named == set(codes), f"{method} {path}: {code} {problem}"


def prepare_year():
    """The year that is now, with three terms, and all demo schools as members."""
    if not get(f"/v1/academic-years?name={YEAR}")["items"]:
        made("/v1/academic-years", {"name": YEAR, "startsOn": FIRST, "endsOn": date(FIRST.year + 1, 8, 31)})
    year = get(f"/v1/academic-years?name={YEAR}")["items"][0]["id"]
    if not get(f"/v1/terms?academicYearId={year}")["items"]:
        after = FIRST.year + 1
        for name, first, last in [
            ("Autumn", FIRST, date(FIRST.year, 12, 18)),
            ("Spring", date(after, 1, 5), date(after, 3, 26)),
            ("Summer", date(after, 4, 12), date(after, 7, 21)),
        ]:
            made("/v1/terms", {"academicYearId": year, "name": name, "startsOn": first, "endsOn": last})
    schools = get("/v1/schools?sort=urn")["items"]
    for school in schools:
        if not get(f"/v1/memberships?schoolId={school['id']}")["items"]:
            made("/v1/memberships", {"schoolId": school["id"], "startsOn": "2020-09-01"})
    return [school["id"] for school in schools]


def run_cycle(schools):
    """The framework every trust begins with, published as it is, and run by all schools."""
    framework = get("/v1/frameworks")["items"][0]
    if framework["state"] == "draft":
        done("POST", f"/v1/frameworks/{framework['id']}/publish")
    priority = made("/v1/priorities", {"academicYear": YEAR, "title": "Every child a reader"})
    cycle = made("/v1/cycles", {"title": f"Our year {YEAR}", "academicYear": YEAR, "frameworkId": framework["id"]})["id"]
    plan = get(f"/v1/cycles/{cycle}/plan")
    assert plan["activityCount"] > 50 and not plan["refusals"], plan["refusals"]
    done("POST", f"/v1/cycles/{cycle}/activate")
    activities = get(f"/v1/activities?cycleId={cycle}&count=exact&limit=1")["total"]
    assert activities == plan["activityCount"], (activities, plan["activityCount"])
    code, content = request("GET", f"/v1/cycles/{cycle}/progress", accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert code == 200 and {row["schoolId"] for row in rows} == set(schools), content[:300]
    refused("POST", f"/v1/cycles/{cycle}/close", None, 409, "activity-open")
    print(f"   {activities} activities for {len(schools)} schools")
    return cycle, priority["id"]


def review_peer(cycle):
    """A peer review is held; it finds good practice and an area for development."""
    review = get(f"/v1/activities?cycleId={cycle}&kind=peerReview&state=scheduled&sort=dueOn&limit=1")["items"][0]
    assert review["partnerSchoolIds"] and review["partnerSchoolIds"] != review["schoolIds"], review
    path = f"/v1/activities/{review['id']}"
    done("POST", path + "/start")
    evidence = [{"title": "Notes of the day", "note": "Three lessons, ten books."}]
    assert done("POST", path + "/complete", {"outcome": "Reading is taught well in key stage 2.", "evidence": evidence})["state"] == "done"
    finding = {"schoolId": review["schoolIds"][0], "activityId": review["id"], "subject": "english", "foundOn": TODAY}
    made("/v1/findings", finding | {"kind": "goodPractice", "area": "Reading", "narrative": "Everybody reads aloud, every day."})
    weak = made(
        "/v1/findings", finding | {"kind": "areaForDevelopment", "area": "Reading", "narrative": "Few books in key stage 1.", "severity": 2}
    )
    return review["schoolIds"][0], review["partnerSchoolIds"][0], weak["id"]


def plan_school(school, cycle, priority, finding):
    """The school's plan answers the finding, serves the priority, and is looked at once."""
    plan = made(
        "/v1/plans", {"schoolId": school, "cycleId": cycle, "academicYear": YEAR, "title": "Reading first", "startsOn": FIRST}
    )["id"]
    done("POST", f"/v1/plans/{plan}/activate")
    objective = made(
        f"/v1/findings/{finding}/raise-objective",
        {
            "planId": plan,
            "title": "A book corner in every classroom",
            "priorityId": priority,
            "successMeasures": [{"measure": "Classrooms with one", "unit": "count", "baseline": 2, "target": 6}],
            "actions": [{"what": "Buy books", "status": "toDo"}],
        },
    )["id"]
    judgements = [{"objectiveId": objective, "rating": "amber", "narrative": "Two more."}]
    body = {"planId": plan, "reviewedOn": TODAY, "judgements": judgements}
    made("/v1/reviews", body)
    refused("POST", "/v1/reviews", body, 409, "duplicate")
    refused("DELETE", f"/v1/objectives/{objective}", None, 409, "progress-recorded")
    made("/v1/self-evaluations", {"schoolId": school, "regime": "reportCard", "asAt": max(FIRST, date(2025, 11, 10))})


def support(school, giver, finding):
    """A need is raised from the finding, matched, answered by a deployment, and three days are given."""
    need = made(f"/v1/findings/{finding}/raise-need", {"title": "Help with books", "urgency": "high"})["id"]
    offer = made(
        "/v1/offers",
        {
            "schoolId": giver,
            "title": "Reading corners",
            "subject": "english",
            "daysPerTerm": 5,
            "startsOn": FIRST,
            "evidence": [{"kind": "review", "note": "Six corners in a year."}],
        },
    )["id"]
    matches = get(f"/v1/needs/{need}/matches")["items"]
    match = next(match for match in matches if match["offerId"] == offer)
    assert match["reasons"] and all(other["schoolId"] != school for other in matches), matches
    first, last = max(FIRST, TODAY - timedelta(days=30)), TODAY + timedelta(days=30)
    body = {"needId": need, "offerId": offer, "providerSchoolId": giver, "receivingSchoolId": school, "purpose": "Reading corners"}
    days = {"startsOn": first, "endsOn": last, "daysPlanned": 4}
    refused("POST", "/v1/deployments", body | days | {"providerSchoolId": school}, 422, "supports-itself", "other-provider")
    deployment = made("/v1/deployments", body | days)["id"]
    path = f"/v1/deployments/{deployment}"
    done("POST", path + "/prepare")
    refused("POST", path + "/deploy", None, 409, "capacity-not-answered", "conflict-of-interest-not-answered")
    done("POST", path + "/confirm-capacity", {"isConfirmed": True})
    done("POST", path + "/answer-conflict", {"exists": False})
    done("POST", path + "/deploy")
    entry = {"deploymentId": deployment, "days": 1}
    refused("POST", "/v1/time-entries", entry | {"day": first - timedelta(days=1)}, 422, "outside-deployment")
    for back in range(3):
        made("/v1/time-entries", entry | {"day": max(first, TODAY - timedelta(days=back))})
    rows = [row for row in get(f"/v1/support-balance?academicYear={YEAR}")["items"] if row["term"] is None]
    balance = {row["schoolId"]: (row["daysGiven"], row["daysReceived"]) for row in rows}
    assert balance[giver] == (3, 0) and balance[school] == (0, 3), balance
    view = get(f"/v1/schools/{school}/improvement")
    assert view["plan"]["title"] == "Reading first" and view["latestReview"] and len(view["supportReceived"]) == 1, view
    assert get("/v1/support-alerts")["items"] == []


def events_of(url):
    code, content = request("GET", url, accept="text/calendar", token=False)
    assert code == 200, (code, content[:300])
    events = Calendar.from_ical(content).walk("VEVENT")
    return {str(event["UID"]): event for event in events}


def read_calendar(school, cycle):
    """A cancelled activity stays in the calendar, as cancelled, with a higher sequence; a revoked link is gone."""
    feed = made("/v1/calendar-feeds", {"title": "Our year", "subjectId": school})
    before = events_of(feed["url"])
    activity = get(f"/v1/activities?cycleId={cycle}&schoolId={school}&state=scheduled&sort=-dueOn&limit=1")["items"][0]
    done("POST", f"/v1/activities/{activity['id']}/cancel", {"reason": "Two schools merge; their reviews, too."})
    after = events_of(feed["url"])
    uid = f"{activity['id']}@partnership"
    assert before.keys() == after.keys() and uid in before, (len(before), len(after))
    assert str(after[uid]["STATUS"]) == "CANCELLED" != str(before[uid]["STATUS"]) and after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]
    assert before[uid].decoded("DTSTART").isoformat() == activity["scheduledFor"], before[uid]
    assert all(event["DTSTAMP"] and event["SUMMARY"] for event in after.values())
    done("DELETE", f"/v1/calendar-feeds/{feed['id']}", status=204)
    assert request("GET", feed["url"], accept="text/calendar", token=False)[0] == 404
    # One that stays, for whoever lists them.
    made("/v1/calendar-feeds", {"title": "Our cycle", "subjectId": cycle})
    print(f"   {len(after)} events in the calendar of a school")


if __name__ == "__main__":
    members = prepare_year()
    running, served = run_cycle(members)
    reviewed, reviewer, weakness = review_peer(running)
    plan_school(reviewed, running, served, weakness)
    support(reviewed, reviewer, weakness)
    read_calendar(reviewed, running)
