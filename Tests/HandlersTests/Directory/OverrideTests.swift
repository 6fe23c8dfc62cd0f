import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Routing
import Testing

struct OverrideTests {
    private func school(_ client: TestClient) async throws -> String {
        let id = try await client.addSchool(urn: "100025") { ($0.capacity, $0.pupils, $0.percentFull) = (200, 100, 50) }.id
        return "/v1/schools/\(id)"
    }

    private func put(
        _ client: TestClient, _ path: String, _ value: JSON, of member: String = "capacity", token: String? = nil,
        _ headers: [String: String] = [:], dryRun: Bool = false
    ) async throws -> TestAnswer {
        try await client.send(
            .put, "\(path)/overrides/\(member)\(dryRun ? "?dryRun=true" : "")", token: token ?? client.integration,
            json: ["value": value, "reason": "Counted"], headers: headers)
    }

    @Test("An override changes the school and what follows from it, remembers the register's value, and gives it back")
    func lifecycle() async throws {
        let client = try await TestClient()
        let school = try await school(client)
        #expect(try await put(client, school, 400, dryRun: true).status == 201)
        #expect(try await client.get(school).json["capacity"] == 200)

        let made = try await put(client, school, 400)
        #expect(made.status == 201 && made.headers[.location] == "\(school)/overrides/capacity" && made.etag == "\"1\"")
        #expect(made.json["value"] == 400 && made.json["registerValue"] == 200 && made.json["reason"] == "Counted")
        let changed = try await client.get(school)
        #expect(changed.json["capacity"] == 400 && changed.json["percentFull"] == 25 && changed.etag == "\"2\"")
        let id = made.json["id"]?.stringValue ?? ""
        for path in ["\(school)/overrides/capacity", "/v1/overrides/\(id)", "/v1/schools/urn:100025/overrides/capacity"] {
            #expect(try await client.get(path).json == made.json)
        }

        let replaced = try await put(client, school, 50, ["If-Match": "\"1\""])
        #expect(replaced.status == 200 && replaced.json["registerValue"] == 200 && replaced.etag == "\"2\"")
        _ = try await put(client, school, .null, of: "town")
        let all = try await client.get("\(school)/overrides").json["items"]?.arrayValue
        #expect(all?.map { $0["member"] } == ["capacity", "town"])

        #expect(try await client.delete("\(school)/overrides/capacity", token: client.integration, ifMatch: "\"2\"").status == 204)
        let restored = try await client.get(school)
        #expect(restored.json["capacity"] == 200 && restored.json["percentFull"] == 50)
        #expect(try await client.get("\(school)/overrides/capacity").status == 404)
        #expect(try await client.delete("\(school)/overrides/capacity", token: client.integration).status == 404)
        let events = try await client.store.read {
            try $0.events(after: 0, limit: 100, of: [.schoolOverride], visibleTo: .everything).map(\.type)
        }
        #expect(events == ["schoolOverride.created", "schoolOverride.updated", "schoolOverride.created", "schoolOverride.deleted"])
    }

    @Test("Preconditions: none is needed to set, a stale one is refused, creating only is respected")
    func preconditions() async throws {
        let client = try await TestClient()
        let school = try await school(client)
        for tag in ["*", "\"1\""] { #expect(try await put(client, school, 1, ["If-Match": tag]).status == 412) }
        #expect(try await put(client, school, 1, ["If-None-Match": "*"]).status == 201)
        #expect(try await put(client, school, 2, ["If-None-Match": "*"]).status == 412)
        #expect(try await put(client, school, 2, ["If-Match": "\"7\""]).json["currentEtag"] == "\"1\"")
        #expect(try await put(client, school, 2).status == 200)
        #expect(try await client.delete("\(school)/overrides/capacity", token: client.integration, ifMatch: nil).status == 428)
        #expect(try await client.delete("\(school)/overrides/capacity", token: client.integration, ifMatch: "\"1\"").status == 412)
    }

    @Test(
        "A value no school can have is refused at /value",
        arguments: [
            ("capacity", "many" as JSON), ("capacity", -1), ("capacity", .double(1.5)), ("capacity", 100_001), ("name", .null),
            ("name", ""),
            ("phase", "tertiary"), ("status", .null), ("ukprn", "20000000"), ("laEstab", "202/2775"), ("openedOn", "2026-02-30"),
            ("percentFreeSchoolMeals", 101), ("establishmentTypeCode", "1"), ("ageRangeLow", 18), ("closedOn", "1999-01-01"),
        ])
    func values(member: String, value: JSON) async throws {
        let client = try await TestClient()
        let id = try await client.addSchool(urn: "100025") { ($0.ageRangeHigh, $0.openedOn) = (11, LocalDate("2000-09-01")) }.id
        let answer = try await put(client, "/v1/schools/\(id)", value, of: member)
        #expect(answer.status == 422 && answer.places == ["/value"], "\(answer.text)")
        #expect(try await client.get("/v1/schools/\(id)").etag == "\"1\"")
    }

    @Test(
        "What isn't the register's can't be overridden, and is named",
        arguments: ["vision", "urn", "id", "percentFull", "etag", "nonsense"])
    func others(member: String) async throws {
        let client = try await TestClient()
        let school = try await school(client)
        let answer = try await put(client, school, "x", of: member)
        #expect(answer.status == 422 && answer.json["errors"]?.arrayValue?.first?["code"] == "not-overridable", "\(answer.text)")
        #expect(answer.text.contains("\(member) is no member that comes from the register"))
        #expect(try await client.get("\(school)/overrides/\(member)").status == 404)
    }

    @Test("The contract and the domain name the same members, and PATCH lets none of them through but says what does")
    func members() async throws {
        let tree = try JSON(parsing: Contract().json)
        let schemas = tree["components"]?["schemas"]
        let named = Set(schemas?["SchoolRegisterValues"]?["properties"]?.objectValue?.keys.elements ?? [])
        #expect(named == School.registerMembers)
        #expect(named.isDisjoint(with: School.writableMembers))
        #expect(named.isSubset(of: Set(School.CodingKeys.allCases.map(\.stringValue))))
        let client = try await TestClient()
        let answer = try await client.patch(try await school(client), ["capacity": 5])
        #expect(answer.status == 422 && answer.places == ["/capacity"])
        #expect(answer.text.contains("overrides/{member}"), "\(answer.text)")
    }

    @Test("A school's leads and the trust's roles correct its own; others don't")
    func permission() async throws {
        let client = try await TestClient()
        let school = try await school(client)
        let id = String(school.split(separator: "/").last ?? "")
        let other = try await client.addSchool(urn: "100026").id
        for (role, place, status) in [
            (Role.headteacher, id as String?, 201), (.headteacher, other, 403), (.chiefExecutive, nil, 200), (.schoolOffice, id, 403),
            (.trustee, nil, 403),
        ] {
            let token = try await client.token(of: client.appoint(role, at: place))
            #expect(try await put(client, school, 5, token: token).status == status, "\(role)")
            #expect(try await client.get("\(school)/overrides", token: token).status == 200)
        }
    }
}
