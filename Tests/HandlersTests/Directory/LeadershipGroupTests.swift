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
}
