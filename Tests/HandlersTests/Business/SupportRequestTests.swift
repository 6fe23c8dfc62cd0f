import Core
import Domain
import OrderedCollections
import Testing

@Suite("Support requests") struct SupportRequestTests {
    /// A school with a head and a teacher, a service with a specialist of its business area.
    struct Desk {
        let client: TestClient
        let school: String
        let head: String
        let headToken: String
        let teacher: String
        let specialist: String
        let specialistToken: String
        let service: String

        /// At nine on Thursday 22 October 2026, local time: half-term begins on Monday, and the clocks change before it.
        init(_ members: JSON.Object = [:]) async throws {
            client = try await TestClient()
            client.clock.set("2026-10-22T08:00:00Z")
            school = try await client.addMember(urn: "100025")
            head = try await client.appoint(.headteacher, at: school, name: "Ines Okafor")
            headToken = try await client.token(of: head)
            teacher = try await client.token(of: client.appoint(.teacher, at: school, name: "Tom Wren"))
            specialist = try await client.addPerson("Bea Lark")
            _ = try await client.add(
                "/v1/appointments",
                ["personId": .string(specialist), "role": "specialist", "areas": ["hr"], "startsOn": "2020-01-01"])
            specialistToken = try await client.token(of: specialist)
            service = try await client.addService(members)
        }

        func raise(by token: String? = nil, _ more: JSON.Object = [:]) async throws -> JSON {
            var body: JSON.Object = ["subject": "A teacher of history", "serviceId": .string(service), "schoolIds": [.string(school)]]
            body.merge(more) { $1 }
            let answer = try await client.post("/v1/support-requests", token: token ?? headToken, .object(body))
            try #require(answer.status == 201, "\(answer.text)")
            return answer.json
        }

        /// The specialist's action on it.
        @discardableResult
        func act(_ action: String, on request: JSON, _ body: JSON? = nil, status: Int = 200) async throws -> JSON {
            let answer = try await client.post("\(path(request))/\(action)", token: specialistToken, body)
            try #require(answer.status == status, "\(action): \(answer.text)")
            return answer.json
        }

        func say(_ text: String, about request: JSON, by token: String, _ more: JSON.Object = [:]) async throws -> TestAnswer {
            var body: JSON.Object = ["requestId": request["id"] ?? .null, "text": .string(text)]
            body.merge(more) { $1 }
            return try await client.post("/v1/request-messages", token: token, .object(body))
        }

        func path(_ request: JSON) -> String { "/v1/support-requests/\(request.text("id"))" }

        func now(_ request: JSON) async throws -> JSON { try await client.get(path(request), token: client.admin).json }
    }

    @Test("Asked before half-term, answered after it: the clocks stand meanwhile and go on from where they were")
    func halfTerm() async throws {
        let desk = try await Desk()
        let raised = try await desk.raise()
        #expect(raised.text("reference") == "BSR-2026-000001" && raised.text("priority") == "normal")
        // 450 minutes on Thursday, 480 on the days after, half an hour on the next Thursday.
        #expect(raised.text("resolutionDueAt") == "2026-10-29T09:00:00.000Z")
        #expect(raised.text("dueBy") == "2026-10-23T08:00:00.000Z" && raised["updateDueAt"] == .null && raised["remainingMinutes"] == 480)
        try await desk.act("triage", on: raised, [:])
        desk.client.clock.set("2026-10-23T10:00:00Z")
        let asked = try await desk.act("wait-on-school", on: raised, ["question": "Which year groups?"])
        #expect(asked["dueBy"] == .null && asked["remainingMinutes"] == 1440 && asked["missedTargets"] == ["firstResponse"])
        #expect(asked.text("remindsOn") == "2026-10-28")
        let standing = try await desk.client.get(desk.path(raised) + "/explanation", token: desk.headToken).json["clocks"]?.arrayValue ?? []
        #expect(standing.map { $0["isPaused"] } == [false, true, true])
        desk.client.clock.set("2026-11-02T09:30:00Z")
        #expect(try await desk.say("Away until Monday", about: raised, by: desk.headToken, ["isAutomatic": true]).status == 201)
        #expect(try await desk.now(raised).text("state") == "waitingOnSchool")
        #expect(try await desk.say("Seven to nine", about: raised, by: desk.headToken).status == 201)
        let answered = try await desk.now(raised)
        #expect(answered.text("state") == "open" && answered["needsAttention"] == true && answered["remindsOn"] == .null)
        #expect(answered.text("resolutionDueAt") == "2026-11-05T15:30:00.000Z")
        #expect(answered.text("updateDueAt") == "2026-11-05T09:30:00.000Z" && answered.text("dueBy") == answered.text("updateDueAt"))
        let explanation = try await desk.client.get(desk.path(raised) + "/explanation", token: desk.headToken).json
        let clocks = explanation["clocks"]?.arrayValue ?? []
        #expect(clocks.map { $0.text("target") } == ["firstResponse", "update", "resolution"])
        for clock in clocks {
            let sum = (clock["intervals"]?.arrayValue ?? []).reduce(0) { $0 + ($1["workingMinutes"]?.integerValue ?? 0) }
            #expect(clock["workingMinutes"] == .integer(sum))
        }
        #expect(clocks.last?["workingMinutes"] == 2400 && clocks.first?["breachedByMinutes"] == 120)
        let reasons = (clocks.last?["intervals"]?.arrayValue ?? []).map { $0.text("reason") }
        #expect(reasons.contains("waitingOnSchool") && reasons.contains("outside hours"))
    }

    @Test("A priority raised after two pauses keeps them, an update promised sooner than the first response waits for that one")
    func raised() async throws {
        let desk = try await Desk([
            "targets": [
                "low": ["firstResponseMinutes": 480, "updateMinutes": 30, "resolutionMinutes": 960],
                "normal": ["firstResponseMinutes": 480, "updateMinutes": 30, "resolutionMinutes": 960],
                "high": ["firstResponseMinutes": 240, "updateMinutes": 30, "resolutionMinutes": 240],
                "urgent": ["firstResponseMinutes": .null, "updateMinutes": .null, "resolutionMinutes": 0],
            ]
        ])
        let raised = try await desk.raise()
        #expect(raised["updateDueAt"] == .null && raised.text("dueBy") == "2026-10-23T08:00:00.000Z")
        for (from, to) in [("09:00", "10:00"), ("11:00", "12:00")] {
            desk.client.clock.set("2026-10-22T\(from):00Z")
            try await desk.act("hold", on: raised, ["reason": "The advert is out"])
            #expect(try await desk.now(raised).text("dueBy") == "2026-10-23T08:00:00.000Z")
            desk.client.clock.set("2026-10-22T\(to):00Z")
            try await desk.act("resume", on: raised)
        }
        // 60 minutes before the first pause, 60 between, 120 after the second.
        let changed = try await desk.client.patch(desk.path(raised), token: desk.specialistToken, ["priority": "high"])
        #expect(changed.status == 200 && changed.json.text("resolutionDueAt") == "2026-10-22T14:00:00.000Z", "\(changed.text)")
        let urgent = try await desk.client.patch(desk.path(raised), token: desk.specialistToken, ["priority": "urgent"])
        #expect(urgent.json.text("resolutionDueAt") == "2026-10-22T08:00:00.000Z" && urgent.json["breached"] == true)
        #expect(urgent.json["firstResponseDueAt"] == .null && urgent.json["breachedByMinutes"] == 120)
        let again = try await desk.client.patch(desk.path(raised), token: desk.specialistToken, ["priority": "normal"])
        #expect(again.json.text("resolutionDueAt") == "2026-10-26T11:00:00.000Z")
    }

    @Test("A holiday recorded later, other hours of the service or the team move what is open and leave what is resolved")
    func recomputed() async throws {
        let desk = try await Desk()
        let (open, resolved) = (try await desk.raise(), try await desk.raise())
        try await desk.act("triage", on: resolved, [:])
        let frozen = try await desk.act("resolve", on: resolved, ["resolution": "Appointed"])
        #expect(frozen["dueBy"] == .null && frozen.text("resolutionDueAt") == "2026-10-29T09:00:00.000Z")
        let client = desk.client
        let closure = try await client.add(
            "/v1/calendar-days", ["kind": "closure", "startsOn": "2026-10-23", "endsOn": "2026-10-23", "reason": "Storm"])
        #expect(try await desk.now(open).text("resolutionDueAt") == "2026-10-30T09:00:00.000Z")
        let explained = try await client.get(desk.path(open) + "/explanation", token: client.admin)
        #expect(explained.text.contains("closed: Storm"))
        _ = try await client.delete("/v1/calendar-days/\(closure)", token: client.integration)
        #expect(try await desk.now(open).text("resolutionDueAt") == "2026-10-29T09:00:00.000Z")
        let mornings: JSON = [["weekday": "thursday", "opensAt": "08:30", "closesAt": "12:30"]]
        let team = try await client.get("/v1/business-services/\(desk.service)").json.text("teamId")
        #expect(try await client.patch("/v1/business-teams/\(team)", token: client.integration, ["hours": mornings]).status == 200)
        // 210 minutes on the first Thursday, 240 on each after it.
        #expect(try await desk.now(open).text("firstResponseDueAt") == "2026-11-05T09:00:00.000Z")
        #expect(try await client.patch("/v1/business-teams/\(team)", token: client.integration, ["hours": []]).status == 200)
        let after = try await desk.now(open)
        #expect(after.text("resolutionDueAt") == open.text("resolutionDueAt"), "\(after)")
        #expect(try await desk.now(resolved).text("resolutionDueAt") == frozen.text("resolutionDueAt"))
    }

    @Test("What was late before a pause is written down when it begins, and what stands isn't late, in the request and in the queue")
    func lateThenHeld() async throws {
        let desk = try await Desk()
        let raised = try await desk.raise()
        try await desk.act("triage", on: raised, [:])
        _ = try await desk.say("We are on it", about: raised, by: desk.specialistToken)
        desk.client.clock.set("2026-10-29T10:00:00Z")
        let late = try await desk.now(raised)
        #expect(late["breached"] == true && late["missedTargets"] == [])
        let held = try await desk.act("hold", on: raised, ["reason": "The advert is out"])
        #expect(held["breached"] == false && held["missedTargets"] == ["update", "resolution"], "\(held)")
        let queue = try await desk.client.get("/v1/support-requests?breached=true", token: desk.specialistToken).json["items"]
        #expect(queue == [])
    }

    @Test("What is resolved while it stands keeps when it would have been due, by the time that ran")
    func resolvedStanding() async throws {
        let desk = try await Desk()
        let raised = try await desk.raise()
        try await desk.act("hold", on: raised, ["reason": "The advert is out"])
        desk.client.clock.set("2026-10-23T08:00:00Z")
        let resolved = try await desk.act("resolve", on: raised, ["resolution": "Appointed"])
        // A day of 480 minutes later than without the day it stood.
        #expect(resolved.text("resolutionDueAt") == "2026-10-30T09:00:00.000Z" && resolved["resolutionMinutes"] == 0)
    }

    @Test("After the end nothing is counted any more: no reply is late, no explanation grows, no priority changes")
    func ended() async throws {
        let desk = try await Desk()
        let client = desk.client
        let raised = try await desk.raise()
        let cancelled = try await client.post(desk.path(raised) + "/close", token: desk.headToken, ["reason": "cancelled"])
        #expect(cancelled.status == 200)
        let before = try await client.get(desk.path(raised) + "/explanation", token: desk.headToken).json["clocks"]
        desk.client.clock.set("2026-10-30T10:00:00Z")
        #expect(try await client.get(desk.path(raised) + "/explanation", token: desk.headToken).json["clocks"] == before)
        #expect(try await desk.say("Sorry to hear", about: raised, by: desk.specialistToken).status == 201)
        let after = try await desk.now(raised)
        #expect(after["missedTargets"] == [] && after["firstResponseMinutes"] == .null && after["firstRespondedAt"] == .null)
        let urgent = try await client.patch(desk.path(raised), token: desk.specialistToken, ["priority": "urgent"])
        #expect(urgent.status == 409, "\(urgent.text)")
        // Reopened, the week it was closed doesn't make the first answer late.
        let back = try await client.post(desk.path(raised) + "/reopen", token: desk.headToken, ["reason": "After all"])
        #expect(back.status == 200 && back.json["breached"] == false && back.json["remainingMinutes"] == 480, "\(back.text)")
    }

    @Test("What is closed waits for no answer; what the school says afterwards does")
    func nothingToAnswer() async throws {
        let desk = try await Desk()
        let client = desk.client
        func waiting() async throws -> Int? {
            try await client.get("/v1/support-requests?needsAttention=true", token: desk.specialistToken).json["items"]?.arrayValue?.count
        }
        let raised = try await desk.raise()
        #expect(try await waiting() == 1)
        #expect(try await client.post(desk.path(raised) + "/close", token: desk.headToken, ["reason": "cancelled"]).status == 200)
        #expect(try await waiting() == 0)
        #expect(try await desk.say("One more thing", about: raised, by: desk.headToken).status == 201)
        #expect(try await waiting() == 1)
    }

    @Test("Bank holidays of another division, and another time zone, move what is due")
    func division() async throws {
        let desk = try await Desk()
        let client = desk.client
        func events(_ day: String) -> JSON { [["title": "Founders", "date": .string(day), "notes": "", "bunting": false]] }
        let file: JSON = [
            "england-and-wales": ["division": "england-and-wales", "events": events("2026-12-25")],
            "northern-ireland": ["division": "northern-ireland", "events": events("2026-12-25")],
            "scotland": ["division": "scotland", "events": events("2026-10-23")],
        ]
        let imported = try await client.post("/v1/bank-holidays/import", file)
        #expect(imported.status == 200, "\(imported.text)")
        let raised = try await desk.raise()
        #expect(raised.text("firstResponseDueAt") == "2026-10-23T08:00:00.000Z")
        let trust = try await client.patch("/v1/trust", ["bankHolidayDivision": "scotland"])
        #expect(trust.status == 200, "\(trust.text)")
        #expect(try await desk.now(raised).text("firstResponseDueAt") == "2026-10-26T09:00:00.000Z")
    }

    @Test("Reopened twice, what it was resolved doesn't count; after 20 office days it stays as it is")
    func reopened() async throws {
        let desk = try await Desk()
        let raised = try await desk.raise()
        try await desk.act("triage", on: raised, [:])
        for day in ["22", "23"] {
            desk.client.clock.set("2026-10-\(day)T10:00:00Z")
            try await desk.act("resolve", on: raised, ["resolution": "Appointed"])
            desk.client.clock.set("2026-10-\(day)T12:00:00Z")
            let back = try await desk.client.post(desk.path(raised) + "/reopen", token: desk.headToken, ["reason": "She declined"])
            #expect(back.status == 200 && back.json["resolvedAt"] == .null, "\(back.text)")
        }
        let open = try await desk.now(raised)
        // Four hours later than the first time.
        #expect(open.text("resolutionDueAt") == "2026-10-29T13:00:00.000Z" && open["reopenedCount"] == 2)
        try await desk.act("resolve", on: raised, ["resolution": "Appointed"])
        desk.client.clock.set("2026-11-21T10:00:00Z")
        let late = try await desk.client.post(desk.path(raised) + "/reopen", token: desk.headToken, ["reason": "She left"])
        #expect(late.status == 409 && late.text.contains("until 2026-11-20"), "\(late.text)")
    }

    @Test("The school asks, answers, cancels and rates; triage, notes, times of elsewhere and the rest are for who serves it")
    func rights() async throws {
        let desk = try await Desk()
        let client = desk.client
        let raised = try await desk.raise(by: desk.teacher)
        #expect(raised["schoolIds"] == [.string(desk.school)])
        for (action, body) in [("triage", [:]), ("hold", ["reason": "x"]), ("close", ["reason": "done"])] as [(String, JSON)] {
            #expect(try await client.post(desk.path(raised) + "/" + action, token: desk.headToken, body).status == 403, "\(action)")
        }
        #expect(try await client.patch(desk.path(raised), token: desk.teacher, ["tags": ["x"]]).status == 403)
        #expect(try await client.patch(desk.path(raised), token: desk.teacher, ["subject": "Two teachers"]).status == 200)
        #expect(try await desk.say("x", about: raised, by: desk.headToken, ["kind": "note"]).status == 403)
        let early = try await client.post(
            "/v1/support-requests", token: desk.headToken,
            ["subject": "x", "serviceId": .string(desk.service), "openedAt": "2026-01-01T10:00:00Z"])
        #expect(early.status == 422 && early.places == ["/openedAt"])
        for (moment, code) in [("0001-01-01T00:00:00Z", "too-early"), ("2026-10-23T00:00:00Z", "in-future")] {
            let strange = try await client.post(
                "/v1/support-requests", token: client.integration,
                ["subject": "x", "serviceId": .string(desk.service), "openedAt": .string(moment)])
            #expect(strange.status == 422 && strange.json["errors"]?.arrayValue?.first?.text("code") == code, "\(strange.text)")
        }
        try await desk.act("triage", on: raised, [:])
        #expect(try await client.patch(desk.path(raised), token: desk.teacher, ["subject": "Three"]).status == 409)
        try await desk.act("assign", on: raised, ["personId": .string(desk.head)], status: 422)
        try await desk.act("assign", on: raised, ["personId": .string(desk.specialist)])
        let mine = try await client.get("/v1/support-requests?assigneeId=me&sort=dueBy", token: desk.specialistToken).json["items"]
        #expect(mine?.arrayValue?.count == 1)
        #expect(try await client.get("/v1/support-requests?assigneeId=me", token: desk.headToken).json["items"] == [])
        #expect(try await desk.say("Ask the union first", about: raised, by: desk.specialistToken, ["kind": "note"]).status == 201)
        let heard = try await client.get("/v1/request-messages?requestId=\(raised.text("id"))", token: desk.teacher).json["items"]
        #expect(heard == [])
        let cancelled = try await client.post(desk.path(raised) + "/close", token: desk.teacher, ["reason": "cancelled"])
        #expect(cancelled.status == 200 && cancelled.json["missedTargets"] == [])
        #expect(try await client.post(desk.path(raised) + "/rate", token: desk.headToken, ["satisfaction": 5]).status == 403)
        let rated = try await client.post(desk.path(raised) + "/rate", token: desk.teacher, ["satisfaction": 4, "comment": "Quick"])
        #expect(rated.status == 200 && rated.json["satisfaction"] == 4)
    }

    @Test("A form is checked field by field, a published one stays, and requests keep the version they were asked with")
    func forms() async throws {
        let desk = try await Desk()
        let client = desk.client
        let fields: JSON = [
            ["key": "post", "label": "Which post?", "kind": "text", "isRequired": true],
            ["key": "term", "label": "For how long?", "kind": "choice", "options": ["permanent", "fixed"]],
            ["key": "until", "label": "Until?", "kind": "date", "isRequired": true, "onlyIf": ["field": "term", "values": ["fixed"]]],
            ["key": "pay", "label": "Pay", "kind": "money"], ["key": "where", "label": "Where?", "kind": "school"],
        ]
        let type = try await client.addRequestType(
            ["fields": fields, "checklist": ["Advertise"], "defaultPriority": "high"], service: desk.service)
        func raise(_ answers: JSON) async throws -> TestAnswer {
            try await client.post(
                "/v1/support-requests", token: desk.headToken, ["subject": "x", "typeId": .string(type), "answers": answers])
        }
        let wrong = try await raise(["term": "fixed", "pay": -1, "where": "sch_x", "why": "because"])
        #expect(
            wrong.status == 422 && wrong.places == ["/answers/why", "/answers/post", "/answers/until", "/answers/pay", "/answers/where"])
        let unasked = try await raise(["post": "Head", "until": "2027-01-01"])
        #expect(unasked.places == ["/answers/until"])
        let raised = try await raise(["post": "Head", "term": "permanent", "where": .string(desk.school)])
        #expect(raised.status == 201 && raised.json.text("priority") == "high", "\(raised.text)")
        #expect(raised.json["checklist"] == [["text": "Advertise", "isDone": false]])
        #expect(try await client.patch("/v1/request-types/\(type)", token: client.integration, ["name": "x"]).status == 409)
        let next = try await client.post("/v1/request-types/\(type)/revise", token: client.integration)
        let first = try await client.get("/v1/request-types/\(type)").json
        #expect(next.status == 201 && next.json["version"] == 2 && next.json["fields"] == first["fields"])
        let path = "/v1/request-types/\(next.json.text("id"))"
        #expect(try await client.patch(path, token: client.integration, ["fields": []]).status == 200)
        #expect(try await client.post(path + "/publish", token: client.integration).status == 200)
        #expect(try await client.get("/v1/request-types/\(type)").json.text("state") == "superseded")
        #expect(try await raise(["post": "Head"]).status == 422)
        #expect(try await desk.now(raised.json).text("typeId") == type)
        let draft = try await client.post(
            "/v1/request-types", token: client.integration,
            [
                "serviceId": .string(desk.service), "name": "x",
                "fields": [
                    ["key": "a", "label": "a", "kind": "choice"],
                    ["key": "a", "label": "b", "kind": "text", "onlyIf": ["field": "z", "values": ["1"]]],
                ],
            ])
        #expect(draft.places == ["/fields/0/options", "/fields/1/key", "/fields/1/onlyIf/field"], "\(draft.text)")
    }

    @Test("The same mail or the same reference of another system raises nothing twice")
    func doubled() async throws {
        let desk = try await Desk()
        _ = try await desk.raise(["messageId": "<1@fenmarch.example>", "externalRefs": [["system": "old", "id": "77"]]])
        for more in [["messageId": "<1@fenmarch.example>"], ["externalRefs": [["system": "old", "id": "77"]]]] as [JSON.Object] {
            var body: JSON.Object = ["subject": "x", "serviceId": .string(desk.service)]
            body.merge(more) { $1 }
            #expect(try await desk.client.post("/v1/support-requests", token: desk.headToken, .object(body)).status == 409)
        }
        #expect(try await desk.client.get("/v1/support-requests?count=exact", token: desk.headToken).json["total"] == 1)
    }
}
