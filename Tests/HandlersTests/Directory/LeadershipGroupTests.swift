import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct LeadershipGroupTests {
    private func leaders(_ client: TestClient, _ day: String) async throws -> [String: [String]] {
        let group = try await client.get("/v1/leadership-group?asOf=\(day)")
        #expect(group.status == 200 && group.json["asOf"] == .string(day))
        var leaders: [String: [String]] = [:]
        for school in group.json["schools"]?.arrayValue ?? [] {
            leaders[school["urn"]?.stringValue ?? ""] = (school["leaders"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        }
        return leaders
    }

    private func join(_ school: School, _ client: TestClient, from day: JSON = .null) async throws {
        _ = try await client.add("/v1/memberships", ["schoolId": .string(school.id), "startsOn": day])
    }

    @Test("It is every member school in session with those who lead it, and the vacancies")
    func group() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025"), client.addSchool(urn: "100026")]
        let closed = try await client.addSchool(urn: "100027") {
            $0.status = .closed
            $0.closedOn = LocalDate("2026-06-30")
        }
        for school in schools + [closed] { try await join(school, client) }
        _ = try await client.addSchool(urn: "100028")
        _ = try await client.appoint(.headteacher, at: schools[0].id, name: "Ada")
        _ = try await client.appoint(.teacher, at: schools[1].id, name: "Bo")
        _ = try await client.appoint(.chiefExecutive, name: "Chris")
        let group = try await client.get("/v1/leadership-group?asOf=2026-09-01").json
        #expect(group["schools"]?.arrayValue?.compactMap { $0["urn"]?.stringValue } == ["100025", "100026"])
        #expect(group["vacantSchoolIds"] == [.string(schools[1].id)])
        #expect(group["chiefExecutives"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["Chris"])
        #expect(try await leaders(client, "2026-06-30").keys.contains("100027"))
        #expect(try await client.get("/v1/leadership-group").json["schools"]?.arrayValue?.count == 2)
    }

    @Test("An absence with a stand-in changes it for those dates only")
    func absence() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        try await join(school, client)
        let head = try await client.appoint(.headteacher, at: school.id, name: "Ada")
        let deputy = try await client.appoint(.deputyHeadteacher, at: school.id, name: "Bo")
        _ = try await client.add(
            "/v1/absences",
            [
                "personId": .string(head), "schoolId": .string(school.id), "standInId": .string(deputy), "startsOn": "2026-09-07",
                "endsOn": "2026-09-11",
            ])
        for (day, name) in [("2026-09-06", "Ada"), ("2026-09-07", "Bo"), ("2026-09-11", "Bo"), ("2026-09-12", "Ada")] {
            #expect(try await leaders(client, day)["100025"] == [name], "\(day)")
        }
    }

    @Test("A school belongs to it while it is a member")
    func membership() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let id = try await client.add(
            "/v1/memberships", ["schoolId": .string(school.id), "startsOn": "2026-01-01", "endsOn": "2026-12-31"])
        #expect(try await leaders(client, "2026-12-31").keys.contains("100025"))
        for day in ["2025-12-31", "2027-01-01"] { #expect(try await leaders(client, day).isEmpty, "\(day)") }
        let clash = try await client.post("/v1/memberships", ["schoolId": .string(school.id), "startsOn": "2026-12-31"])
        #expect(clash.status == 409 && clash.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(id))
    }

    @Test("A school shows its stage, its leaders and its membership as of a day when asked to")
    func expansion() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        try await join(school, client, from: "2020-01-01")
        _ = try await client.appoint(.headteacher, at: school.id, name: "Ada")
        for (stage, start) in [("repair", "2025-01-01"), ("improve", "2026-01-01")] {
            _ = try await client.add(
                "/v1/stages", ["schoolId": .string(school.id), "stage": .string(stage), "tier": "targeted", "startsOn": .string(start)])
        }
        let path = "/v1/schools/urn:100025?expand=stage,leaders,membership"
        let now = try await client.get(path)
        #expect(now.json["stage"]?["stage"] == "improve" && now.etag?.hasPrefix("W/") == true)
        #expect(now.json["leaders"]?.arrayValue?.first?["name"] == "Ada" && now.json["membership"]?["startsOn"] == "2020-01-01")
        let then = try await client.get(path + "&asOf=2025-12-31")
        #expect(then.json["stage"]?["stage"] == "repair" && then.json["stage"]?["endsOn"] == "2025-12-31")
        let list = try await client.get("/v1/schools?asOf=2019-12-31&expand=stage")
        #expect(list.json["items"] == [])
        let before = try await client.get("/v1/schools?asOf=2024-12-31&expand=stage,leaders")
        #expect(before.json["items"]?.arrayValue?.first?["stage"] == .null)
        #expect(before.json["items"]?.arrayValue?.first?["leaders"]?.arrayValue?.count == 1)
    }

    @Test("Who stands in for whom is shown to those who may see absences; an overlap names none to others")
    func hiddenAbsence() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        try await join(school, client)
        let head = try await client.appoint(.headteacher, at: school.id)
        let deputy = try await client.appoint(.deputyHeadteacher, at: school.id, name: "Bo")
        let absence: JSON = [
            "personId": .string(head), "schoolId": .string(school.id), "standInId": .string(deputy), "startsOn": "2026-09-07",
        ]
        _ = try await client.add("/v1/absences", absence)
        let teacher = try await client.token(of: deputy)
        client.clock.set("2026-09-06T12:00:00Z")
        let expanded = "/v1/schools/\(school.id)?expand=leaders&asOf=2026-09-07"
        #expect(try await client.get(expanded).json["leaders"]?.arrayValue?.first?["standsInForId"] == .string(head))
        #expect(try await client.get(expanded, token: teacher).json["leaders"]?.arrayValue?.first?["standsInForId"] == .null)
        let narrow = try await client.token(scopes: ["schools:read"])
        #expect(try await client.get(expanded + ",membership", token: narrow).status == 400)
        let both = try await client.get("/v1/schools/\(school.id)?expand=leaders,membership", token: narrow)
        #expect(both.json["leaders"] == .null && both.json["membership"] == .null)
    }

    @Test("A stage ends the one before, and one that never was leaves no gap")
    func stages() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        func stage(_ code: String, _ start: String, _ end: JSON = .null) async throws -> TestAnswer {
            try await client.post(
                "/v1/stages",
                ["schoolId": .string(school.id), "stage": .string(code), "tier": "targeted", "startsOn": .string(start), "endsOn": end])
        }
        func all() async throws -> [String] {
            try await client.get("/v1/stages?sort=startsOn").json["items"]?.arrayValue?.map {
                "\($0["stage"]?.stringValue ?? "") \($0["startsOn"]?.stringValue ?? "") \($0["endsOn"]?.stringValue ?? "-")"
            } ?? []
        }
        #expect(try await stage("repair", "2025-01-01").status == 201)
        let sustain = try await stage("sustain", "2027-01-01")
        #expect(try await stage("improve", "2026-06-01", "2026-12-31").status == 201)
        #expect(try await all() == ["repair 2025-01-01 2026-05-31", "improve 2026-06-01 2026-12-31", "sustain 2027-01-01 -"])
        #expect(try await client.delete("/v1/stages/\(sustain.json["id"]?.stringValue ?? "")").status == 204)
        #expect(try await all() == ["repair 2025-01-01 2026-05-31", "improve 2026-06-01 -"])
        #expect(try await stage("stabilise", "2025-03-01", "2025-04-01").status == 409)
        #expect(try await stage("stabilise", "2024-03-01").status == 409)
    }

    @Test("What a fact is about can't be changed; it is removed and made anew")
    func immutable() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        let head = try await client.appoint(.headteacher, at: schools[0])
        let id = try await client.get("/v1/appointments").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        let moved = try await client.patch("/v1/appointments/\(id)", ["schoolId": .string(schools[1])])
        #expect(moved.status == 422 && moved.places == ["/schoolId"])
        #expect(try await client.patch("/v1/appointments/\(id)", ["personId": .string(head), "reason": "same"]).status == 200)
    }

    @Test("Related resources are asked for once, stay beside chosen fields, and are not exported")
    func expandDetails() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let twice = try await client.get("/v1/schools/\(school.id)?expand=stage,stage&fields=name")
        #expect(twice.status == 200 && twice.json.objectValue?.keys.elements == ["name", "stage"])
        let export = try await client.get("/v1/schools?expand=leaders", headers: ["Accept": "application/x-ndjson"])
        #expect(export.status == 400 && export.places == ["expand"])
    }
}
