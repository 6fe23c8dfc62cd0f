import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

struct RetentionRuleTests {
    @Test("There is a rule for each kind of record, found by id or by its name")
    func rules() async throws {
        let client = try await TestClient()
        let officer = try await client.officer()
        let list = try await client.get("/v1/retention-rules?limit=200&sort=recordType", token: officer)
        let kinds = list.json["items"]?.arrayValue?.compactMap { $0["recordType"]?.stringValue }
        #expect(kinds == Retention.all.map(\.recordType).sorted())
        let byName = try await client.get("/v1/retention-rules/appointment", token: officer)
        let id = try #require(byName.json["id"]?.stringValue)
        #expect(byName.json["months"] == 72 && byName.json["startsFrom"] == "endsOn")
        #expect(try await client.get("/v1/retention-rules/\(id)", token: officer).json == byName.json)
        #expect(try await client.get("/v1/retention-rules/nonsense", token: officer).status == 404)
    }

    @Test("Months and basis are the trust's to change, within bounds; what is kept for good stays so")
    func change() async throws {
        let client = try await TestClient()
        let officer = try await client.officer()
        let path = "/v1/retention-rules/absence"
        #expect(try await client.patch(path, token: officer, ["months": 24], ifMatch: nil).status == 428)
        let changed = try await client.patch(path, token: officer, ["months": 24, "basis": "Agreed with the unions."], ifMatch: "\"1\"")
        #expect(changed.status == 200 && changed.json["months"] == 24 && changed.etag == "\"2\"")
        for wrong: JSON in [
            ["months": 0], ["months": 1201], ["months": .double(1.5)], ["months": .null], ["basis": ""], ["startsFrom": "never"],
        ] {
            #expect(try await client.patch(path, token: officer, wrong).status == 422, "\(wrong)")
        }
        let forGood = try await client.patch("/v1/retention-rules/school", token: officer, ["months": 12])
        #expect(forGood.status == 422 && forGood.places == ["/months"])
    }

    @Test("A second start makes no second rule")
    func idempotent() async throws {
        let client = try await TestClient()
        let officer = try await client.officer()
        let before = try await client.get("/v1/retention-rules?count=exact", token: officer)
        try await client.services.ensureDefaults()
        #expect(try await client.get("/v1/retention-rules?count=exact", token: officer).json == before.json)
    }

    @Test("Only the data protection officer has to do with it", arguments: [Role.chiefExecutive, .trustee, .headteacher, .schoolOffice])
    func others(role: Role) async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.appoint(role, at: role.isAtSchool ? school : nil)
        let token = try await client.token(of: person)
        for path in ["/v1/retention-rules", "/v1/redactions", "/v1/subject-access-drafts"] {
            #expect(try await client.get(path, token: token).status == 403, "\(path)")
        }
        #expect(try await client.post("/v1/personal-data/purge?dryRun=true", token: token).status == 403)
        #expect(try await client.post("/v1/people/\(person)/erase", token: token, ["reason": "r"]).status == 403)
        #expect(try await client.post("/v1/subject-access-drafts", token: token, ["personId": .string(person)]).status == 403)
    }

    @Test("An integration bound to schools does nothing for the trust's data protection, whatever its scopes")
    func bound() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.addPerson()
        let token = try await client.token(scopes: ["privacy:read", "privacy:write", "people:read"], schoolIds: [school])
        #expect(try await client.post("/v1/personal-data/purge", token: token).status == 403)
        #expect(try await client.post("/v1/people/\(person)/erase", token: token, ["reason": "r"]).status == 403)
        #expect(try await client.patch("/v1/retention-rules/absence", token: token, ["months": 1]).status == 403)
        #expect(try await client.post("/v1/subject-access-drafts", token: token, ["personId": .string(person)]).status == 403)
        _ = try await client.post("/v1/subject-access-drafts", token: client.integration, ["personId": .string(person)])
        #expect(try await client.get("/v1/subject-access-drafts?count=exact", token: token).json["total"] == 0)
    }
}
