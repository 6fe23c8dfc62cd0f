import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Testing

/// A school that has left the trust is read-only, in everything that belongs to it.
struct LeavingTests {
    /// Collections of what belongs to a school, but for its memberships themselves.
    private static let collections: [String] = StoredTypes.ofSchools.map { String($0.type.href(id: "").dropLast()) }.filter {
        !["/v1/memberships", "/v1/overrides", "/v1/files"].contains($0)
    }

    /// A school that belongs to the trust until the end of August 2026, and its head.
    private func member(_ client: TestClient, endsOn: String? = "2026-08-31") async throws -> (school: String, head: String) {
        let school = try await client.addSchool(urn: "100025").id
        let head = try await client.appoint(.headteacher, at: school)
        _ = try await client.add(
            "/v1/memberships", ["schoolId": .string(school), "startsOn": "2020-09-01", "endsOn": endsOn.map(JSON.string) ?? .null])
        return (school, head)
    }

    @Test("Whatever belongs to a school can be written on its last day and by nobody on the next", arguments: collections)
    func matrix(collection: String) async throws {
        let client = try await TestClient()
        client.clock.set("2026-08-31T22:59:59Z")
        let (school, head) = try await member(client)
        let body = try await OperationTests.body(of: collection, school, head, client)
        let item = "\(collection)/\(try await client.add(collection, body))"
        #expect(try await client.patch(item, token: client.integration, [:]).status == 200)

        // Midnight in the trust, in summer.
        client.clock.set("2026-08-31T23:00:00Z")
        let refusals = [
            try await client.post(collection, token: client.integration, body),
            try await client.patch(item, token: client.integration, [:]),
            try await client.patch(item, token: client.integration, ["nonsense": 1]),
            try await client.delete(item, token: client.integration),
        ]
        for refusal in refusals where refusal.status != 405 {
            #expect(refusal.status == 409 && refusal.code == "conflict", "\(refusal.text)")
            #expect(refusal.json["detail"]?.stringValue?.contains("2026-08-31 was its last day") == true)
        }
        #expect(try await client.get(item, token: client.integration).status == 200)
    }

    @Test("The same goes for what a school says of itself and for overrides")
    func profile() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-01T10:00:00Z")
        let (school, _) = try await member(client)
        let path = "/v1/schools/\(school)"
        let put = try await client.send(
            .put, path + "/overrides/capacity", token: client.integration, json: ["value": 5, "reason": "Counted"])
        let answers = [try await client.patch(path, ["vision": "Ours"]), try await client.patch(path, ["vision": 5]), put]
        for answer in answers { #expect(answer.status == 409, "\(answer.text)") }
        #expect(try await client.get(path).status == 200)
    }

    @Test("A school that never was a member is open to change, and so is one that joins again or whose last day was a mistake")
    func open() async throws {
        let client = try await TestClient()
        client.clock.set("2026-12-01T10:00:00Z")
        let never = try await client.addSchool(urn: "100026").id
        #expect(try await client.patch("/v1/schools/\(never)", ["vision": "Ours"]).status == 200)

        let (school, _) = try await member(client)
        let path = "/v1/schools/\(school)"
        #expect(try await client.patch(path, ["vision": "Ours"]).status == 409)
        let again = try await client.add("/v1/memberships", ["schoolId": .string(school), "startsOn": "2026-11-30"])
        #expect(try await client.patch(path, ["vision": "Ours"]).status == 200)
        #expect(try await client.delete("/v1/memberships/\(again)").status == 204)
        #expect(try await client.patch(path, ["vision": "Theirs"]).status == 409)
        let first = try await client.get("/v1/memberships?schoolId=\(school)").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.patch("/v1/memberships/\(first)", ["endsOn": .null]).status == 200)
        #expect(try await client.patch(path, ["vision": "Theirs"]).status == 200)
    }

    @Test("Whoever may not write learns that first, and nothing of the school's days")
    func forbidden() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-01T10:00:00Z")
        let (school, _) = try await member(client)
        let teacher = try await client.token(of: client.appoint(.improvementLead))
        #expect(try await client.patch("/v1/schools/\(school)", token: teacher, ["vision": "Ours"]).status == 403)
    }
}
