import Core
import Domain
import OrderedCollections
import Services
import Testing

/// What the passing of time does.
@Suite("Clockwork of requests") struct RequestClockworkTests {
    typealias Desk = SupportRequestTests.Desk

    private func tick(_ desk: Desk, at moment: String) async throws {
        desk.client.clock.set(moment)
        try await desk.client.services.requestClockwork.tick()
    }

    private func told(_ desk: Desk, _ request: JSON) async throws -> [String] {
        (try await desk.now(request)["escalations"]?.arrayValue ?? []).map {
            "\($0.text("target")) \($0["offsetMinutes"]?.integerValue ?? 0) \($0.text("at").dropLast(8))"
        }
    }

    @Test("Each is told once, in hours only; what was missed while nobody looked is told at the next opening")
    func escalations() async throws {
        let desk = try await Desk([
            "escalations": [
                ["target": "firstResponse", "offsetMinutes": -60, "to": "assignee"],
                ["target": "firstResponse", "offsetMinutes": 0, "to": "teamLead"],
                ["target": "resolution", "offsetMinutes": 0, "to": "headOfService"],
            ]
        ])
        let raised = try await desk.raise()
        #expect(raised.text("escalatesAt") == "2026-10-22T15:00:00.000Z")
        try await tick(desk, at: "2026-10-22T14:30:00Z")
        #expect(try await told(desk, raised) == [])
        // Nobody looked before the office closed.
        try await tick(desk, at: "2026-10-22T22:00:00Z")
        #expect(try await told(desk, raised) == [])
        try await tick(desk, at: "2026-10-23T07:30:00Z")
        try await tick(desk, at: "2026-10-23T07:45:00Z")
        #expect(try await told(desk, raised) == ["firstResponse -60 2026-10-23T07:30"])
        try await tick(desk, at: "2026-10-23T08:10:00Z")
        try await tick(desk, at: "2026-10-23T08:11:00Z")
        #expect(try await told(desk, raised).dropFirst() == ["firstResponse 0 2026-10-23T08:10"])
        let events = try await desk.client.get("/v1/events?type=supportRequest.escalated", token: desk.client.admin).json["items"]
        #expect(events?.arrayValue?.count == 2)
        try await desk.act("hold", on: raised, ["reason": "x"])
        try await tick(desk, at: "2026-11-20T10:00:00Z")
        #expect(try await told(desk, raised).count == 2)
        try await desk.act("resume", on: raised)
        #expect(try await desk.now(raised).text("escalatesAt") > "2026-11-20T10:00:00.000Z")
    }

    @Test("A reminder due on a school's INSET day comes on that day, one on a day the office is closed on the next")
    func reminders() async throws {
        let desk = try await Desk(["reminderDays": 1])
        let client = desk.client
        _ = try await client.add(
            "/v1/calendar-days", ["schoolId": .string(desk.school), "kind": "inset", "startsOn": "2026-10-23", "endsOn": "2026-10-23"])
        _ = try await client.add(
            "/v1/calendar-days",
            ["schoolId": .string(desk.school), "kind": "officeClosure", "startsOn": "2026-10-26", "endsOn": "2026-10-27"])
        let raised = try await desk.raise()
        try await desk.act("wait-on-school", on: raised, ["question": "Which?"])
        #expect(try await desk.now(raised).text("remindsOn") == "2026-10-23")
        try await tick(desk, at: "2026-10-23T09:00:00Z")
        try await tick(desk, at: "2026-10-23T15:00:00Z")
        #expect(try await desk.now(raised).text("remindsOn") == "2026-10-28")
        let events = try await client.get("/v1/events?type=supportRequest.reminded", token: client.admin)
        #expect(events.json["items"]?.arrayValue?.count == 1, "\(events.text)")
    }

    @Test("Hundreds that wait for their office to open keep nobody waiting whose office is open")
    func manyWaiting() async throws {
        let rule: JSON = [["target": "firstResponse", "offsetMinutes": 0, "to": "teamLead"]]
        let desk = try await Desk(["escalations": rule])
        let client = desk.client
        for _ in 0..<201 { _ = try await desk.raise(by: client.integration) }
        let evenings: JSON = [["weekday": "thursday", "opensAt": "20:00", "closesAt": "23:00"]]
        let late = try await client.addService([
            "name": "Evenings", "area": "it", "hours": evenings, "escalations": rule,
            "targets": .object(
                JSON.Object(
                    uniqueKeysWithValues: ["low", "normal", "high", "urgent"].map {
                        ($0, ["firstResponseMinutes": 10, "updateMinutes": 20, "resolutionMinutes": 30])
                    })),
        ])
        desk.client.clock.set("2026-10-23T09:00:00Z")
        let raised = try await desk.raise(by: client.integration, ["serviceId": .string(late)])
        // Friday's first responses are late by then, and nobody of that office is there to be told.
        try await tick(desk, at: "2026-10-29T21:00:00Z")
        #expect(try await told(desk, raised) == ["firstResponse 0 2026-10-29T21:00"])
    }

    @Test("No reminder at midnight; a day the office closes after all moves it, and the closing")
    func openDays() async throws {
        let desk = try await Desk(["reminderDays": 1, "closingDays": 1])
        let client = desk.client
        let (asked, done) = (try await desk.raise(), try await desk.raise())
        try await desk.act("wait-on-school", on: asked, ["question": "Which?"])
        try await desk.act("triage", on: done, [:])
        try await desk.act("resolve", on: done, ["resolution": "Appointed"])
        #expect(try await desk.now(asked).text("remindsOn") == "2026-10-23")
        #expect(try await desk.now(done).text("closesOn") == "2026-10-23")
        try await tick(desk, at: "2026-10-22T23:00:10Z")
        #expect(try await client.get("/v1/events?type=supportRequest.reminded", token: client.admin).json["items"] == [])
        _ = try await client.add(
            "/v1/calendar-days",
            ["schoolId": .string(desk.school), "kind": "officeClosure", "startsOn": "2026-10-23", "endsOn": "2026-10-23"])
        // The first tick of the day closed what was to be closed; the other waited for the hours, and now for the next day.
        try await tick(desk, at: "2026-10-23T09:00:00Z")
        #expect(try await desk.now(asked).text("remindsOn") == "2026-10-26")
        #expect(try await desk.now(done).text("state") == "closed")
        try await tick(desk, at: "2026-10-26T09:00:00Z")
        let events = try await client.get("/v1/events?type=supportRequest.reminded", token: client.admin).json["items"]
        #expect(events?.arrayValue?.count == 1, "\(String(describing: events))")
    }

    @Test("Whoever is told of a late promise may look at it; of what is confidential only who is named is told")
    func told() async throws {
        let desk = try await Desk(["escalations": [["target": "firstResponse", "offsetMinutes": 0, "to": "headOfService"]]])
        let client = desk.client
        let chief = try await client.appoint(.teacher, at: client.addMember(urn: "100026"), name: "Head of service")
        let changed = try await client.patch(
            "/v1/business-services/\(desk.service)", token: client.integration, ["headOfServiceId": .string(chief)])
        #expect(changed.status == 200)
        let open = try await desk.raise()
        let secret = try await desk.raise(["isConfidential": true])
        let theirs = try await client.token(of: chief)
        #expect(try await client.get(desk.path(open), token: theirs).status == 404)
        try await tick(desk, at: "2026-10-23T09:00:00Z")
        #expect(try await client.get(desk.path(open), token: theirs).status == 200)
        #expect(try await client.get(desk.path(secret), token: theirs).status == 404)
        let escalations = try await client.get(desk.path(secret), token: desk.headToken).json["escalations"]?.arrayValue
        #expect(escalations?.map { $0["personId"] } == [.null])
    }

    @Test("What is resolved is closed after ten office days of the requester's school")
    func closing() async throws {
        let desk = try await Desk()
        let raised = try await desk.raise()
        try await desk.act("triage", on: raised, [:])
        let resolved = try await desk.act("resolve", on: raised, ["resolution": "Appointed"])
        #expect(resolved.text("closesOn") == "2026-11-05")
        #expect(try await desk.say("Thanks!", about: raised, by: desk.headToken).status == 201)
        try await tick(desk, at: "2026-11-04T20:00:00Z")
        let thanked = try await desk.now(raised)
        #expect(thanked.text("state") == "resolved" && thanked["needsAttention"] == true)
        try await tick(desk, at: "2026-11-05T09:00:00Z")
        let closed = try await desk.now(raised)
        #expect(closed.text("state") == "closed" && closed.text("closeReason") == "done" && closed["closesOn"] == .null)
        #expect(closed["needsAttention"] == false)
    }

    @Test("A deadline of the law isn't moved by a pause, and only by a ground that is recorded")
    func law() async throws {
        let desk = try await Desk()
        let type = try await desk.client.addRequestType(["statutoryRule": "subjectAccess"], service: desk.service)
        desk.client.clock.set("2026-01-31T10:00:00Z")
        let raised = try await desk.raise(["typeId": .string(type), "serviceId": .null])
        #expect(raised["statutoryDeadline"]?.text("dueAt") == "2026-03-02T23:59:59.999Z")
        try await desk.act("hold", on: raised, ["reason": "x"])
        #expect(try await desk.now(raised)["statutoryDeadline"] == raised["statutoryDeadline"])
        try await desk.act("extend-deadline", on: raised, ["ground": "Complex", "dueAt": "2026-02-01T00:00:00Z"], status: 422)
        let more = try await desk.act("extend-deadline", on: raised, ["ground": "Complex", "dueAt": "2026-05-02T22:59:59Z"])
        #expect(more["statutoryDeadline"]?.text("dueAt") == "2026-05-02T22:59:59.000Z")
        #expect(more["statutoryDeadline"]?["extensions"]?.arrayValue?.first?.text("ground") == "Complex")
    }
}
