import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Testing

struct SubjectAccessTests {
    /// A head who was away, with a stand-in, and changed the school.
    private func head(_ client: TestClient) async throws -> (person: String, standIn: String, absence: String) {
        let school = try await client.addSchool(urn: "100025").id
        let head = try await client.appoint(.headteacher, at: school, name: "Ada Head")
        let standIn = try await client.appoint(.deputyHeadteacher, at: school, name: "Bo Deputy")
        let absence = try await client.add(
            "/v1/absences",
            [
                "personId": .string(head), "schoolId": .string(school), "standInId": .string(standIn), "startsOn": "2026-03-02",
                "endsOn": "2026-03-06",
            ])
        let token = try await client.token(of: head)
        #expect(try await client.patch("/v1/schools/\(school)", token: token, ["vision": "By Ada"]).status == 200)
        return (head, standIn, absence)
    }

    private func lines(_ answer: TestAnswer) throws -> [JSON] {
        try answer.text.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
    }

    @Test("It gathers everything that names the person or that they did, and leaves out what names others")
    func gather() async throws {
        let client = try await TestClient()
        let (head, standIn, absence) = try await head(client)
        let officer = try await client.officer()
        let draft = try await client.post("/v1/subject-access-drafts", token: officer, ["personId": .string(head)])
        #expect(draft.status == 201 && draft.json["status"] == "draft")
        let entries = try #require(draft.json["entries"]?.objectValue)
        let types = Set(entries.values.compactMap { $0["resourceType"]?.stringValue })
        #expect(types == ["person", "appointment", "absence", "apiToken", "auditEntry"])
        #expect(entries[absence]?["isThirdParty"] == true && entries[absence]?["include"] == false)
        #expect(entries[absence]?["thirdPartyIds"] == [.string(standIn)])
        #expect(entries[head]?["include"] == true && entries[standIn] == nil)

        let path = "/v1/subject-access-drafts/\(draft.json["id"]?.stringValue ?? "")/export"
        let export = try await client.get(path, token: officer)
        #expect(export.headers[.contentType] == "application/x-ndjson")
        #expect(!export.text.contains(standIn) && !export.text.contains("ptn_"))
        let handedOut = try lines(export)
        #expect(handedOut.contains { $0["resourceId"] == .string(head) && $0["members"]?["name"] == "Ada Head" })
        #expect(handedOut.contains { $0["members"]?["values"]?["vision"]?["after"] == "By Ada" })
        #expect(try lines(await client.get(path + "?review=true", token: officer)).count == entries.count)
    }

    @Test("A review changes single entries; what it can't change, an entry that isn't there and an exemption without a name are refused")
    func review() async throws {
        let client = try await TestClient()
        let (head, _, absence) = try await head(client)
        let officer = try await client.officer()
        let id = try #require(
            try await client.post("/v1/subject-access-drafts", token: officer, ["personId": .string(head)]).json["id"]?.stringValue)
        let path = "/v1/subject-access-drafts/\(id)"
        func patch(_ entry: String, _ change: JSON) async throws -> TestAnswer {
            try await client.patch(path, token: officer, ["entries": .object([entry: change])])
        }
        let included = try await patch(absence, ["include": true])
        #expect(included.status == 200 && included.json["entries"]?[absence]?["include"] == true && included.etag == "\"2\"")
        #expect(included.json["entries"]?[head]?["include"] == true)
        let exempt = try await patch(head, ["isExempt": true, "include": false, "exemption": "Legal advice"])
        #expect(exempt.status == 200)
        for (entry, change, pointer): (String, JSON, String) in [
            (head, ["exemption": .null], "/entries/\(head)/exemption"), (head, ["include": true], "/entries/\(head)/include"),
            (absence, ["isThirdParty": false], "/entries/\(absence)"), ("abs_nonsense", ["include": true], "/entries/abs_nonsense"),
            (absence, ["include": "yes"], "/entries/\(absence)/include"), (absence, ["note": "x"], "/entries/\(absence)/note"),
            (absence, .null, "/entries/\(absence)"),
        ] {
            let refused = try await patch(entry, change)
            #expect(refused.status == 422 && refused.places == [pointer], "\(refused.text)")
        }
        let handedOut = try lines(await client.get(path + "/export", token: officer)).compactMap { $0["resourceId"]?.stringValue }
        #expect(handedOut.contains(absence) && !handedOut.contains(head))
    }

    @Test("Completed, it can be read and handed out, and nothing of it changes")
    func complete() async throws {
        let client = try await TestClient()
        let (head, _, absence) = try await head(client)
        let officer = try await client.officer()
        let id = try #require(
            try await client.post("/v1/subject-access-drafts", token: officer, ["personId": .string(head)]).json["id"]?.stringValue)
        let path = "/v1/subject-access-drafts/\(id)"
        let completed = try await client.post(path + "/complete", token: officer)
        #expect(completed.status == 200 && completed.json["status"] == "completed" && completed.json["completedAt"] != .null)
        #expect(try await client.post(path + "/complete", token: officer).status == 409)
        #expect(try await client.patch(path, token: officer, ["entries": .object([absence: ["include": true]])]).status == 409)
        #expect(try await client.delete(path, token: officer).status == 409)
        #expect(try await client.get(path + "/export", token: officer).status == 200)
        #expect(try await client.get(path, token: officer).json == completed.json)
    }

    @Test("A draft is thrown away, an unknown person is refused, a draft of others' is not seen")
    func others() async throws {
        let client = try await TestClient()
        let (head, _, _) = try await head(client)
        let officer = try await client.officer()
        let unknown = try await client.post(
            "/v1/subject-access-drafts", token: officer, ["personId": "per_01h455vb4pex5vsknk084sn02q"])
        #expect(unknown.status == 422 && unknown.places == ["/personId"])
        let id = try #require(
            try await client.post("/v1/subject-access-drafts", token: officer, ["personId": .string(head)]).json["id"]?.stringValue)
        let events = try await client.store.read {
            try $0.events(
                after: 0, limit: 200, of: [.subjectAccessDraft],
                visibleTo: Visibility(leadership: .all, parties: Set(Audience.administrators + [head])))
        }
        #expect(events.isEmpty)
        #expect(try await client.delete("/v1/subject-access-drafts/\(id)", token: officer).status == 204)
        #expect(try await client.get("/v1/subject-access-drafts/\(id)", token: officer).status == 404)
    }

    @Test("What is erased after the draft was made is not in it either")
    func erasedMeanwhile() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-24T12:00:00Z")
        let person = try await client.addPerson("Quillon Gone")
        let officer = try await client.officer()
        let id = try #require(
            try await client.post("/v1/subject-access-drafts", token: officer, ["personId": .string(person)]).json["id"]?.stringValue)
        #expect(try await client.post("/v1/people/\(person)/erase", token: officer, ["reason": "r"]).status == 200)
        let export = try await client.get("/v1/subject-access-drafts/\(id)/export", token: officer)
        #expect(export.status == 200 && !export.text.contains("Quillon") && export.text.contains("Erased person"))
    }
}
