import Core
import Domain
import OrderedCollections
import Testing

struct ActivityTests {
    private struct Setting {
        let client: TestClient
        let schools: [String]
        let cycle: String
        /// The first activity of the first school.
        let id: String
        let process: String
    }

    private func setting(_ process: KeyProcess = .sample(.other, [ProcessFrequency(every: .term, times: 1)])) async throws -> Setting {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        try await client.addYear()
        let schools = [try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026")]
        let cycle = try await client.activeCycle(client.addFramework([process]))
        let first = try #require(try await client.activities(cycle, "&schoolId=\(schools[0])").first)
        return Setting(client: client, schools: schools, cycle: cycle, id: first.text("id"), process: first.text("processId"))
    }

    private func codes(_ answer: TestAnswer) -> [String] {
        (answer.json["errors"]?.arrayValue ?? []).map { "\($0.text("pointer")) \($0.text("code"))" }
    }

    @Test("The school's lead starts, evidences and completes; the improvement lead says what was missed, waived, or a mistake")
    func actions() async throws {
        let setting = try await setting()
        let client = setting.client
        let head = try await client.token(of: client.appoint(.headteacher, at: setting.schools[0], name: "Head"))
        let other = try await client.token(of: client.appoint(.headteacher, at: setting.schools[1], name: "Other"))
        let path = "/v1/activities/\(setting.id)"
        #expect(try await client.post("\(path)/start", token: other).status == 403)
        #expect(try await client.post("\(path)/start", token: head).json["state"] == "inProgress")
        let evidence: JSON = ["title": "Report", "url": "https://files.example/1", "note": .null]
        let evidenced = try await client.post("\(path)/record-evidence", token: head, ["evidence": [evidence]])
        #expect(evidenced.status == 200 && evidenced.json["evidence"] == [evidence], "\(evidenced.text)")
        #expect(try await client.post("\(path)/miss", token: head, ["reason": "x"]).status == 403)
        let done = try await client.post("\(path)/complete", token: head, ["outcome": "Well taught", "evidence": [["title": "Notes"]]])
        #expect(done.json["state"] == "done" && done.json["settledOn"] == "2026-09-02" && done.json["outcome"] == "Well taught")
        #expect(done.json["evidence"]?.arrayValue?.count == 2)
        #expect(try await client.post("\(path)/waive", ["reason": "x"]).code == "conflict")
        let lead = try await client.token(of: client.appoint(.improvementLead, name: "Lead"))
        let again = try await client.post("\(path)/reopen", token: lead, ["reason": "Wrong school"])
        #expect(again.json["state"] == "inProgress" && again.json["settledOn"] == .null && again.json["stateReason"] == "Wrong school")
        #expect(try await client.post("\(path)/miss", token: lead, ["reason": "Flood"]).json["state"] == "missed")
    }

    @Test("The head of a partner school may record as well")
    func partner() async throws {
        let setting = try await setting(.peerReview)
        let client = setting.client
        let partner = try await client.token(of: client.appoint(.headteacher, at: setting.schools[1], name: "Partner"))
        #expect(try await client.post("/v1/activities/\(setting.id)/start", token: partner).status == 200)
    }

    @Test("Another day lies in the window and is of the kind the process needs")
    func reschedule() async throws {
        let setting = try await setting()
        let client = setting.client
        func moved(_ day: String) async throws -> TestAnswer {
            try await client.post("/v1/activities/\(setting.id)/reschedule", ["scheduledFor": .string(day), "reason": "Visit"])
        }
        #expect(try await codes(moved("2027-01-05")) == ["/scheduledFor outside-window"])
        #expect(try await codes(moved("2026-09-05")) == ["/scheduledFor wrong-kind-of-day"])
        #expect(try await codes(moved("2026-10-26")) == ["/scheduledFor wrong-kind-of-day"])
        let answer = try await moved("2026-10-07")
        #expect(answer.json["scheduledFor"] == "2026-10-07" && answer.json["state"] == "scheduled", "\(answer.text)")
    }

    @Test("Leader and partners are people and schools; no school partners itself; the rest comes from the plan")
    func update() async throws {
        let setting = try await setting()
        let client = setting.client
        let person = try await client.addPerson()
        let path = "/v1/activities/\(setting.id)"
        let (own, other) = (JSON.string(setting.schools[0]), JSON.string(setting.schools[1]))
        #expect(try await codes(client.patch(path, ["partnerSchoolIds": [own]])) == ["/partnerSchoolIds/0 own-partner"])
        #expect(try await codes(client.patch(path, ["leaderId": "per_01h455vb4pex5vsknk084sn02q"])) == ["/leaderId not-found"])
        let changed = try await client.patch(path, ["leaderId": .string(person), "partnerSchoolIds": [other]])
        #expect(changed.status == 200 && changed.json["partnerSchoolIds"] == [other], "\(changed.text)")
        #expect(try await client.get("/v1/activities?leaderId=\(person)&count=exact").json["total"] == 1)
        #expect(try await client.patch(path, ["dueOn": "2026-12-01"]).status == 422)
        #expect(try await client.delete(path).status == 409)
    }

    @Test("An activity beside the plan is for schools of the cycle, on days of the kind, and can be removed")
    func beside() async throws {
        let setting = try await setting()
        let client = setting.client
        func body(_ change: JSON.Object = [:]) -> JSON {
            var body: JSON.Object = [
                "cycleId": .string(setting.cycle), "processId": .string(setting.process), "schoolIds": [.string(setting.schools[0])],
                "dueOn": "2026-10-07",
            ]
            for (name, value) in change { body[name] = value }
            return .object(body)
        }
        let made = try await client.post("/v1/activities", body())
        #expect(made.status == 201 && made.json["scheduledFor"] == "2026-10-07" && made.json["opensOn"] == "2026-09-02", "\(made.text)")
        #expect(made.json["kind"] == "other" && made.json["every"] == .null)
        #expect(try await client.delete("/v1/activities/\(made.json.text("id"))").status == 204)
        #expect(
            try await Set(codes(client.post("/v1/activities", body(["dueOn": "2026-10-10"])))) == [
                "/dueOn wrong-kind-of-day", "/scheduledFor wrong-kind-of-day",
            ])
        #expect(try await codes(client.post("/v1/activities", body(["dueOn": "2027-09-10"]))).contains("/dueOn outside-year"))
        let stranger = try await client.addSchool(urn: "100027").id
        #expect(
            try await codes(client.post("/v1/activities", body(["schoolIds": [.string(stranger)]]))) == ["/schoolIds/0 not-taking-part"])
        #expect(
            try await codes(client.post("/v1/activities", body(["processId": "prc_01h455vb4pex5vsknk084sn02q"]))) == [
                "/processId not-found"
            ])
        let draft = try await client.draftCycle(client.addFramework())
        #expect(try await client.post("/v1/activities", body(["cycleId": .string(draft)])).status == 409)
    }
}
