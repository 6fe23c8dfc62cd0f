import Core
import Domain
import OrderedCollections
import Testing

struct CycleTests {
    private func client() async throws -> TestClient {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        try await client.addYear()
        return client
    }

    private func codes(_ answer: TestAnswer) -> [String] {
        (answer.json["errors"]?.arrayValue ?? []).map { "\($0.text("pointer")) \($0.text("code"))" }
    }

    @Test("Activating makes the activities of every member by its stage, and nothing of schools that aren't")
    func activate() async throws {
        let client = try await client()
        let (a, b) = (try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"))
        let stranger = try await client.addSchool(urn: "100027").id
        _ = try await client.add("/v1/stages", ["schoolId": .string(a), "stage": "repair", "tier": "intensive", "startsOn": "2026-01-01"])
        let cycle = try await client.activeCycle(client.addFramework())
        let stored = try await client.get("/v1/cycles/\(cycle)").json
        #expect(stored["state"] == "active" && stored["isForAll"] == true && stored["allowedActions"] == ["close"])
        #expect(Set(stored["schoolIds"]?.arrayValue?.compactMap(\.stringValue) ?? []) == [a, b])
        #expect(
            try await client.activities(cycle, "&schoolId=\(a)").map(\.window) == [
                "2026-09-01 to 2026-12-18 scheduled", "2027-01-04 to 2027-03-25 scheduled", "2027-04-12 to 2027-07-21 scheduled",
            ])
        #expect(try await client.activities(cycle, "&schoolId=\(b)").map(\.window) == ["2026-09-01 to 2027-07-21 scheduled"])
        #expect(try await client.activities(cycle, "&schoolId=\(stranger)").isEmpty)
        #expect(try await client.post("/v1/cycles/\(cycle)/activate").status == 409)
    }

    @Test("A dry run answers the same and makes nothing; the plan of a draft is what activating makes")
    func plan() async throws {
        let client = try await client()
        let schools = [try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026")]
        let cycle = try await client.draftCycle(client.addFramework([.review, .peerReview, .moderation]))
        let plan = try await client.get("/v1/cycles/\(cycle)/plan").json
        #expect(plan["activityCount"] == 11 && plan["refusals"] == [] && plan["clashes"] == [])
        #expect(plan["schools"]?.arrayValue?.map { $0["activities"]?.integerValue } == [7, 7])
        let dry = try await client.post("/v1/cycles/\(cycle)/activate?dryRun=true")
        #expect(dry.status == 200 && dry.json["state"] == "active", "\(dry.text)")
        #expect(try await client.activities(cycle).isEmpty)
        #expect(try await client.post("/v1/cycles/\(cycle)/activate").status == 200)
        let made = try await client.activities(cycle)
        func comparable(_ activity: JSON) -> [JSON?] {
            ["processId", "schoolIds", "groupName", "every", "period", "occurrence", "times", "opensOn", "dueOn", "scheduledFor"].map {
                activity[$0]
            }
        }
        #expect(Set(made.map(comparable)) == Set((plan["activities"]?.arrayValue ?? []).map(comparable)))
        #expect(try await client.get("/v1/cycles/\(cycle)/plan").json["activityCount"] == 11)
        let visits = made.filter { $0["kind"] == "peerReview" }
        #expect(visits.count == 6 && visits.allSatisfy { $0["partnerSchoolIds"]?.arrayValue?.count == 1 })
        #expect(visits.allSatisfy { $0["partnerSchoolIds"] != $0["schoolIds"] })
        #expect(try await client.activities(cycle, "&partnerSchoolId=\(schools[0])").count == 3)
    }

    @Test("What keeps a cycle from being activated is refused by the name of its rule, and nothing is made")
    func refusals() async throws {
        let client = try await client()
        func refused(_ framework: String, _ change: JSON.Object = [:]) async throws -> [String] {
            let cycle = try await client.draftCycle(framework, change)
            let answer = try await client.post("/v1/cycles/\(cycle)/activate")
            #expect(answer.status == 409, "\(answer.text)")
            #expect(try await client.activities(cycle).isEmpty)
            return codes(answer)
        }
        let good = try await client.addFramework()
        #expect(try await refused(good) == ["/schoolIds no-schools"])
        _ = try await client.addMember(urn: "100025")
        #expect(try await refused(client.addFramework(state: .draft)) == ["/frameworkId framework-not-published"])
        #expect(try await refused(client.addFramework([])) == ["/frameworkId framework-without-frequencies"])
        #expect(try await refused(client.addFramework([.peerReview])) == Array(repeating: "/frameworkId no-partner", count: 3))
        let year = try await client.add("/v1/academic-years", ["name": "2027-28", "startsOn": "2027-09-01", "endsOn": "2028-08-31"])
        #expect(try await refused(good, ["academicYear": "2027-28"]) == ["/schoolIds no-calendar"])
        let term: JSON = ["academicYearId": .string(year), "name": "T", "startsOn": "2027-09-01", "endsOn": "2027-09-03"]
        _ = try await client.add("/v1/terms", term)
        let often = try await client.addFramework([.sample(.other, [ProcessFrequency(every: .term, times: 4)])])
        #expect(try await refused(often, ["academicYear": "2027-28"]) == ["/frameworkId too-few-days"])
    }

    @Test("A draft names a recorded year, a framework, schools, and groups of schools that take part")
    func draft() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        let framework = try await client.addFramework()
        let other = "sch_01h455vb4pex5vsknk084sn02q"
        let wrong: JSON = [
            "title": "x", "academicYear": "2019-20", "frameworkId": "fwk_01h455vb4pex5vsknk084sn02q", "schoolIds": [.string(other)],
            "groups": [["name": "north", "schoolIds": [.string(school)]], ["name": "north", "schoolIds": [.string(school)]]],
        ]
        #expect(
            try await Set(codes(client.post("/v1/cycles", wrong))) == [
                "/academicYear not-found", "/frameworkId not-found", "/schoolIds/0 not-found", "/groups/0/schoolIds/0 not-taking-part",
                "/groups/1/name duplicate", "/groups/1/schoolIds/0 duplicate", "/groups/1/schoolIds/0 not-taking-part",
            ])
        let late: JSON = ["title": "x", "academicYear": "2026-27", "frameworkId": .string(framework), "startsOn": "2027-09-01"]
        #expect(try await codes(client.post("/v1/cycles", late)) == ["/startsOn outside-year"])
        let cycle = try await client.activeCycle(framework, ["schoolIds": [.string(school)], "startsOn": "2027-01-18"])
        #expect(try await client.get("/v1/cycles/\(cycle)").json["isForAll"] == false)
        #expect(try await client.activities(cycle).map(\.window) == ["2027-01-18 to 2027-07-21 scheduled"])
        #expect(try await client.patch("/v1/cycles/\(cycle)", ["title": "y"]).status == 409)
        #expect(try await client.delete("/v1/cycles/\(cycle)").status == 409)
    }

    @Test("Closing needs every activity settled, and names those that aren't; then all of it is read-only")
    func close() async throws {
        let client = try await client()
        _ = try await client.addMember(urn: "100025")
        let cycle = try await client.activeCycle(client.addFramework([.sample(.other, [ProcessFrequency(every: .term, times: 2)])]))
        let ids = try await client.activities(cycle).map { $0.text("id") }
        #expect(ids.count == 6)
        let refused = try await client.post("/v1/cycles/\(cycle)/close")
        #expect(
            refused.status == 409 && (refused.json["errors"]?.arrayValue ?? []).map { $0.text("conflictsWith") } == ids, "\(refused.text)")
        for (id, action) in zip(ids, ["miss", "waive", "cancel", "miss", "waive"]) {
            #expect(try await client.post("/v1/activities/\(id)/\(action)", ["reason": "Flood"]).status == 200)
        }
        #expect(try await client.post("/v1/cycles/\(cycle)/close").status == 409)
        #expect(try await client.post("/v1/activities/\(ids[5])/complete", ["outcome": "Well taught"]).status == 200)
        let closed = try await client.post("/v1/cycles/\(cycle)/close")
        #expect(closed.status == 200 && closed.json["closedAt"] != .null, "\(closed.text)")
        #expect(try await client.post("/v1/activities/\(ids[5])/reopen", ["reason": "x"]).status == 409)
        let evidence: JSON = ["evidence": [["title": "Notes", "note": "x"]]]
        #expect(try await client.post("/v1/activities/\(ids[5])/record-evidence", evidence).status == 409)
    }

    @Test("Progress counts by school and process: done, missed, waived, late, due, ahead, as of a day; as CSV too")
    func progress() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        let cycle = try await client.activeCycle(client.addFramework([.sample(.other, [ProcessFrequency(every: .term, times: 2)])]))
        let ids = try await client.activities(cycle).map { $0.text("id") }
        client.clock.set("2026-11-20T09:00:00Z")
        _ = try await client.post("/v1/activities/\(ids[0])/complete", ["outcome": "Good"])
        _ = try await client.post("/v1/activities/\(ids[5])/waive", ["reason": "Not needed"])
        _ = try await client.post("/v1/activities/\(ids[4])/cancel", ["reason": "Not needed"])
        func counts(_ query: String = "") async throws -> [Int64?] {
            let answer = try await client.get("/v1/cycles/\(cycle)/progress\(query)").json
            let cell = try #require(answer["items"]?.arrayValue?.first)
            #expect(cell["schoolId"] == .string(school) && answer["items"]?.arrayValue?.count == 1)
            return ["done", "missed", "waived", "late", "due", "ahead"].map { cell[$0]?.integerValue }
        }
        #expect(try await counts() == [1, 0, 1, 0, 1, 2])
        #expect(try await counts("?asOf=2026-09-10") == [0, 0, 0, 0, 1, 5])
        #expect(try await counts("?asOf=2027-08-01") == [1, 0, 1, 3, 0, 0])
        let csv = try await client.get("/v1/cycles/\(cycle)/progress", headers: ["Accept": "text/csv"])
        #expect(csv.text.hasPrefix("schoolId,processId,done,missed,waived,late,due,ahead,href\r\n\(school),"), "\(csv.text)")
        let cell = try await client.get("/v1/cycles/\(cycle)/progress").json["items"]?.arrayValue?.first
        #expect(try await client.get(cell?.text("href") ?? "").json["items"]?.arrayValue?.count == 6)
    }

    @Test("Leaders see every school's activities, a governor those of the own school, a teacher none")
    func visibility() async throws {
        let client = try await client()
        let (a, b) = (try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"))
        let cycle = try await client.activeCycle(client.addFramework())
        let path = "/v1/activities?cycleId=\(cycle)&count=exact"
        let governor = try await client.token(of: client.appoint(.governor, at: a, name: "Gov"))
        #expect(try await client.get(path, token: governor).json["total"] == 1)
        #expect(try await client.get("/v1/cycles/\(cycle)/plan", token: governor).json["activityCount"] == 1)
        let progress = try await client.get("/v1/cycles/\(cycle)/progress", token: governor).json["items"]?.arrayValue ?? []
        #expect(progress.map { $0.text("schoolId") } == [a])
        let head = try await client.token(of: client.appoint(.headteacher, at: b, name: "Head"))
        #expect(try await client.get(path, token: head).json["total"] == 2)
        let teacher = try await client.token(of: client.appoint(.teacher, at: b, name: "Teach"))
        #expect(try await client.get(path, token: teacher).status == 403)
        let lead = try await client.token(of: client.appoint(.improvementLead, name: "Lead"))
        let draft: JSON = ["title": "x", "academicYear": "2026-27", "frameworkId": .string(try await client.addFramework())]
        #expect(try await client.post("/v1/cycles", token: head, draft).status == 403)
        #expect(try await client.post("/v1/cycles", token: lead, draft).status == 201)
    }

    @Test("A year that was shortened since the cycle was drafted leaves less, and breaks nothing")
    func shortened() async throws {
        let client = try await client()
        _ = try await client.addMember(urn: "100025")
        let cycle = try await client.draftCycle(client.addFramework(), ["startsOn": "2027-08-31"])
        let year = try await client.get("/v1/academic-years?name=2026-27").json["items"]?.arrayValue?.first?.text("id") ?? ""
        #expect(try await client.patch("/v1/academic-years/\(year)", ["endsOn": "2027-08-30"]).status == 200)
        let plan = try await client.get("/v1/cycles/\(cycle)/plan")
        #expect(plan.status == 200 && plan.json["activityCount"] == 0, "\(plan.text)")
    }
}
