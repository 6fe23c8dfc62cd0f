import Core
import Domain
import Foundation
import HTTPTypes
import OrderedCollections
import Repositories
import Testing

struct RedactionTests {
    /// Whether the database file or its log has the word anywhere.
    private func files(_ client: TestClient, contain word: String) -> Bool {
        ["", "-wal"].contains { suffix in
            let data = FileManager.default.contents(atPath: client.directory.path + "/partnership.db" + suffix) ?? Data()
            return data.range(of: Data(word.utf8)) != nil || data.range(of: Data(word.lowercased().utf8)) != nil
        }
    }

    private func redact(_ id: String, _ members: JSON, _ client: TestClient, dryRun: Bool = false) async throws -> TestAnswer {
        try await client.post(
            "/v1/redactions\(dryRun ? "?dryRun=true" : "")", token: client.officer(),
            ["resourceId": .string(id), "members": members, "reason": "A child was named"])
    }

    @Test("Text goes from the row, the search index and every recorded version; who, when and why stay; the chain verifies")
    func school() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        for text in ["Quillonvision one", "Quillonvision two"] {
            _ = try await client.patch("/v1/schools/\(school)", ["vision": .string(text), "values": ["Quillonvalue"], "context": "stays"])
        }
        let dry = try await redact(school, ["vision", "values"], client, dryRun: true)
        #expect(dry.status == 201 && files(client, contain: "Quillonvision"))
        let answer = try await redact(school, ["vision", "values"], client)
        #expect(answer.status == 201 && answer.json["resourceType"] == "school" && answer.json["kind"] == "redaction")
        #expect(answer.headers[.location] == "/v1/redactions/\(answer.json["id"]?.stringValue ?? "")")
        let after = try await client.get("/v1/schools/\(school)")
        #expect(after.json["vision"] == .null && after.json["values"] == [] && after.json["context"] == "stays")
        #expect(try await client.get("/v1/schools?q=quillonvision").json["items"] == [])
        #expect(!files(client, contain: "Quillonv"))
        #expect(try client.store.readNow { try $0.verifyChain() } == [])
        let events = try await client.store.read { try $0.events(after: 0, limit: 200, of: [.school], visibleTo: .everything) }
        #expect(events.last?.type == "school.redacted" && Set(events.last?.changedMembers ?? []) == ["vision", "values"])
    }

    @Test("Where there has to be text a mark stands in its place")
    func required() async throws {
        let client = try await TestClient()
        let token = try await client.post("/v1/tokens", ["name": "Quillon", "scopes": ["schools:read"]]).json["id"]?.stringValue ?? ""
        #expect(try await redact(token, ["name"], client).status == 201)
        #expect(try await client.get("/v1/tokens/\(token)").json["name"] == "[redacted]")
    }

    @Test("Of what was deleted, what is recorded of any member can still be removed")
    func deleted() async throws {
        let client = try await TestClient()
        let person = try await client.addPerson("Quillon Mistake")
        #expect(try await client.delete("/v1/people/\(person)").status == 204)
        #expect(files(client, contain: "Quillon"))
        #expect(try await redact(person, ["name"], client).status == 201)
        #expect(!files(client, contain: "Quillon"))
    }

    @Test(
        "An unknown resource and members without free text are refused, each with its pointer",
        arguments: [
            ("sch_01h455vb4pex5vsknk084sn02q", "vision", "/resourceId"), ("nonsense", "vision", "/resourceId"), ("", "name", "/members/0"),
            ("", "nonsense", "/members/0"),
        ])
    func refused(id: String, member: String, pointer: String) async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let answer = try await redact(id.isEmpty ? school : id, [.string(member)], client)
        #expect(answer.status == 422 && answer.places == [pointer], "\(answer.text)")
        #expect(try await client.get("/v1/redactions", token: client.officer()).json["items"] == [])
    }

    @Test("The officer redacts also what they can't see")
    func invisible() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let stage = try await client.add(
            "/v1/stages",
            ["schoolId": .string(school), "stage": "repair", "tier": "intensive", "startsOn": "2026-01-01", "rationale": "Quillon left"])
        #expect(try await client.get("/v1/stages/\(stage)", token: client.officer()).status == 403)
        #expect(try await redact(stage, ["rationale"], client).status == 201)
        #expect(try await client.get("/v1/stages/\(stage)").json["rationale"] == .null)
    }
}
