import Core
import Domain
import OrderedCollections
import Testing

/// Whose work a request is, and what there is to do.
@Suite("The team's work") struct TeamWorkTests {
    typealias Desk = SupportRequestTests.Desk

    /// The service's team: the specialist does this school, Cy covers.
    private func team(_ desk: Desk) async throws -> (path: String, cover: String) {
        let cover = try await desk.client.addPerson("Cy Cover")
        _ = try await desk.client.add(
            "/v1/appointments", ["personId": .string(cover), "role": "specialist", "areas": ["hr"], "startsOn": "2020-01-01"])
        let path = "/v1/business-teams/" + (try await desk.client.get("/v1/business-services/\(desk.service)").json.text("teamId"))
        let work: JSON = [
            "memberIds": [.string(desk.specialist), .string(cover)],
            "assignments": [
                ["personId": .string(desk.specialist), "area": "hr", "schoolIds": [.string(desk.school)], "coverId": .string(cover)]
            ],
        ]
        let patched = try await desk.client.patch(path, token: desk.client.integration, work)
        try #require(patched.status == 200, "\(patched.text)")
        return (path, cover)
    }

    private func mine(_ desk: Desk, _ token: String) async throws -> Int {
        try await desk.client.get("/v1/support-requests?assigneeId=me", token: token).json["items"]?.arrayValue?.count ?? -1
    }

    @Test("A request goes to whose work it usually is, while they are away to who covers, who also sees what was theirs before")
    func cover() async throws {
        let desk = try await Desk()
        let client = desk.client
        let (path, cover) = try await team(desk)
        let covering = try await client.token(of: cover)
        let usual = try await desk.raise()
        #expect(usual.text("assigneeId") == desk.specialist)
        #expect(try await mine(desk, covering) == 0)
        let away: JSON = [["personId": .string(desk.specialist), "startsOn": "2026-10-23", "endsOn": "2026-10-27"]]
        #expect(try await client.patch(path, token: client.integration, ["away": away]).status == 200)
        #expect(try await desk.raise().text("assigneeId") == desk.specialist)
        client.clock.set("2026-10-23T08:00:00Z")
        #expect(try await desk.raise().text("assigneeId") == cover)
        #expect(try await mine(desk, covering) == 3)
        #expect(try await mine(desk, desk.specialistToken) == 2)
        client.clock.set("2026-10-28T08:00:00Z")
        #expect(try await mine(desk, covering) == 1)
        // Another school's is nobody's in particular; once triaged to this team's type it stays so.
        let other = try await client.addMember(urn: "100026")
        let open = try await desk.raise(by: client.integration, ["schoolIds": [.string(other)]])
        #expect(open["assigneeId"] == .null)
        #expect(try await desk.act("triage", on: open, [:])["assigneeId"] == .null)
    }

    @Test("The load counts what each has, what stands, is due today and late, and says who would be next")
    func load() async throws {
        let desk = try await Desk()
        let client = desk.client
        let (path, cover) = try await team(desk)
        let held = try await desk.raise()
        try await desk.act("triage", on: held, [:])
        try await desk.act("hold", on: held, ["reason": "The advert is out"])
        _ = try await desk.raise()
        let other = try await client.addMember(urn: "100026")
        _ = try await desk.raise(by: client.integration, ["schoolIds": [.string(other)], "openedAt": "2026-10-19T08:00:00Z"])
        let away: JSON = [["personId": .string(desk.specialist), "startsOn": "2026-10-23"]]
        #expect(try await client.patch(path, token: client.integration, ["away": away]).status == 200)
        client.clock.set("2026-10-23T07:00:00Z")
        func load(_ query: String = "", _ token: String) async throws -> JSON {
            let answer = try await client.get(path + "/load" + query, token: token)
            try #require(answer.status == 200, "\(answer.text)")
            return answer.json
        }
        let seen = try await load("?area=hr&schoolId=\(desk.school)", desk.specialistToken)
        #expect(
            seen["members"]?.arrayValue == [
                [
                    "personId": .string(desk.specialist), "isAway": true, "coverId": .string(cover), "open": 1, "standing": 1,
                    "dueToday": 2, "breached": 0,
                ],
                ["personId": .string(cover), "isAway": false, "coverId": .null, "open": 0, "standing": 0, "dueToday": 0, "breached": 0],
            ], "\(seen)")
        #expect(seen["unassigned"]?["open"] == 1 && seen["unassigned"]?["breached"] == 1)
        #expect(seen["suggested"] == ["personId": .string(cover), "insteadOfId": .string(desk.specialist)])
        #expect(try await load("?area=finance", desk.specialistToken)["suggested"] == ["personId": .null, "insteadOfId": .null])
        // A head sees the load of their school's requests only.
        #expect(try await load("", desk.headToken)["unassigned"]?["open"] == 0)
        #expect(try await client.get("/v1/business-teams/btm_x/load").status == 404)
    }

    @Test("Only people of the team are assigned, away or cover, and nobody covers for themselves")
    func wrong() async throws {
        let desk = try await Desk()
        let (path, cover) = try await team(desk)
        let wrong: JSON = [
            "assignments": [["personId": .string(desk.head), "schoolIds": []]],
            "away": [
                ["personId": .string(cover), "startsOn": "2026-10-23", "endsOn": "2026-10-22", "coverId": .string(cover)],
                ["personId": .string(cover), "startsOn": "2026-10-23", "coverId": .string(desk.head)],
            ],
        ]
        let refused = try await desk.client.patch(path, token: desk.client.integration, wrong)
        #expect(
            refused.places == ["/assignments/0/personId", "/away/0/coverId", "/away/0/endsOn", "/away/1/coverId"], "\(refused.text)")
    }

    @Test("What is brought from an old system keeps its instants: when it was asked, stood, went on and was done")
    func migrated() async throws {
        let desk = try await Desk()
        let client = desk.client
        client.clock.set("2026-11-20T08:00:00Z")
        let raised = try await desk.raise(
            by: client.integration,
            ["channel": "migration", "openedAt": "2026-10-22T08:00:00Z", "externalRefs": [["system": "old", "id": "77"]]])
        try await desk.act("triage", on: raised, [:])
        try await desk.act("wait-on-school", on: raised, ["question": "Which?", "at": "2026-10-22T09:00:00Z"])
        let answer = try await desk.say(
            "Seven to nine", about: raised, by: client.integration,
            ["sentAt": "2026-10-23T09:00:00Z", "authorId": .string(desk.head), "messageId": "<2@old.example>"])
        #expect(answer.status == 201, "\(answer.text)")
        let early = try await client.post(
            desk.path(raised) + "/resolve", token: desk.specialistToken, ["resolution": "x", "at": "2026-10-23T08:59:00Z"])
        #expect(early.places == ["/at"] && early.text.contains("out-of-order"), "\(early.text)")
        let late = try await client.post(
            desk.path(raised) + "/resolve", token: desk.specialistToken, ["resolution": "x", "at": "2026-11-20T08:01:00Z"])
        #expect(late.places == ["/at"] && late.text.contains("in-future"))
        let resolved = try await desk.act("resolve", on: raised, ["resolution": "Appointed", "at": "2026-10-23T10:00:00Z"])
        // Opened at 9:00 local time, asked at 10:00, answered on the next day at 10:00, done at 11:00.
        #expect(
            resolved["firstResponseMinutes"] == 60 && resolved["resolutionMinutes"] == 120 && resolved["missedTargets"] == [], "\(resolved)"
        )
        #expect(resolved.text("resolvedAt") == "2026-10-23T10:00:00.000Z" && resolved.text("resolutionDueAt") == "2026-10-30T09:00:00.000Z")
        let reopened = try await client.post(
            desk.path(raised) + "/reopen", token: desk.headToken, ["reason": "x", "at": "2026-10-23T11:00:00Z"])
        #expect(reopened.places == ["/at"] && reopened.text.contains("not-allowed"))
        let twice = try await client.get("/v1/request-messages?messageId=%3C2@old.example%3E", token: client.integration).json["items"]
        #expect(twice?.arrayValue?.count == 1)
    }
}
