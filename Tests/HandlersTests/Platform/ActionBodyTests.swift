import Core
import Domain
import OrderedCollections
import Testing

struct ActionBodyTests {
    @Test("The body of an action is its own: a member it has in common with the resource is no attempt to patch that")
    func errors() async throws {
        let client = try await TestClient()
        client.clock.set("2026-10-02T09:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let need = try await client.add("/v1/needs", ["schoolId": .string(school), "title": "Reading", "subject": "english"])
        let answer = try await client.post("/v1/needs/\(need)/meet", ["outcome": 5, "state": "met"])
        #expect(answer.status == 422 && answer.places.sorted() == ["/outcome", "/state"], "\(answer.text)")
        #expect(answer.json["errors"]?.arrayValue?.map { $0.text("code") }.sorted() == ["type", "unknown-member"])
    }
}
