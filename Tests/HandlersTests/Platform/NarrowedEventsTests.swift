import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

/// Where a resource is for fewer than before, so is what happened to it earlier.
@Suite("Events of what is for fewer now") struct NarrowedEventsTests {
    private func types(_ id: String, _ token: String, _ client: TestClient) async throws -> [String] {
        let page = try await client.get("/v1/events?resource=\(id)&limit=200", token: token)
        return (page.json["items"]?.arrayValue ?? []).compactMap { $0["type"]?.stringValue }
    }

    @Test("A hidden comment takes its earlier events with it; who said it and who hid it keep them")
    func comment() async throws {
        let client = try await TestClient()
        let school = try await client.addMember(urn: "100025")
        let teacher = try await client.token(of: client.appoint(.teacher, at: school))
        let speaker = try await client.token(of: client.appoint(.teacher, at: client.addMember(urn: "100026"), name: "Speaker"))
        let head = try await client.token(of: client.appoint(.headteacher, at: school, name: "Head"))
        let resource = try await client.share(school).resource
        let made = try await client.post("/v1/comments", token: speaker, ["resourceId": .string(resource), "text": "Which?"])
        let id = made.json.text("id")
        #expect(try await types(id, teacher, client) == ["comment.created"])
        _ = try await client.post("/v1/comments/\(id)/hide", token: head, ["reason": "Rude"])
        #expect(try await types(id, teacher, client) == [])
        for token in [speaker, head] { #expect(try await types(id, token, client) == ["comment.created", "comment.hidden"]) }
        // Shown again, it is for everybody from then on; what was, stays.
        _ = try await client.post("/v1/comments/\(id)/show", token: head)
        #expect(try await types(id, teacher, client).count == 1)
    }

    @Test("A request made confidential takes its earlier events with it, and so does what belongs to it: messages and files")
    func request() async throws {
        let client = try await TestClient()
        let school = try await client.addMember(urn: "100025")
        let office = try await client.token(of: client.appoint(.schoolOffice, at: school, name: "Office"))
        let person = try await client.appoint(.teacher, at: school, name: "Requester")
        let requester = try await client.token(of: person)
        let uploaded = try await client.send(
            .post, "/v1/files", token: requester, body: Array("A letter.".utf8),
            headers: ["Content-Type": "text/plain", "Content-Disposition": "attachment; filename=\"letter.txt\""])
        let file = uploaded.json.text("id")
        let request = try await client.post(
            "/v1/support-requests", token: requester,
            ["subject": "A teacher", "schoolIds": [.string(school)], "fileIds": [.string(file)]]
        ).json.text("id")
        let message = try await client.post(
            "/v1/request-messages", token: requester, ["requestId": .string(request), "text": "In September"]
        ).json.text("id")
        for id in [request, message] { #expect(try await types(id, office, client).isEmpty == false, "\(id)") }
        let seen = try await types(file, office, client)
        #expect(!seen.isEmpty)
        let hidden = try await client.patch("/v1/support-requests/\(request)", token: client.integration, ["isConfidential": true])
        #expect(hidden.status == 200, "\(hidden.text)")
        for id in [request, message, file] { #expect(try await types(id, office, client) == [], "\(id)") }
        for id in [request, message] { #expect(try await types(id, requester, client).count >= 2, "\(id)") }
    }

    @Test("A request made confidential takes with it what belonged to it and was deleted before")
    func deletedBefore() async throws {
        let client = try await TestClient()
        let school = try await client.addMember(urn: "100025")
        let office = try await client.token(of: client.appoint(.schoolOffice, at: school, name: "Office"))
        let requester = try await client.token(of: client.appoint(.teacher, at: school, name: "Requester"))
        var requests: [String] = []
        for subject in ["A teacher", "Another"] {
            let body: JSON = ["subject": .string(subject), "schoolIds": [.string(school)]]
            requests.append(try await client.post("/v1/support-requests", token: requester, body).json.text("id"))
        }
        let link = try await client.post(
            "/v1/request-links", ["fromId": .string(requests[0]), "toId": .string(requests[1]), "kind": "relatedTo"])
        let id = link.json.text("id")
        let deleted = try await client.delete("/v1/request-links/\(id)")
        #expect(deleted.status == 204, "\(link.text) \(deleted.text)")
        #expect(try await types(id, office, client) == ["requestLink.created", "requestLink.deleted"])
        let told = try await client.get("/v1/request-links?updatedSince=2020-01-01T00:00:00Z&includeDeleted=true", token: office)
        #expect(told.text.contains(id), "\(told.text)")
        // Either of the two.
        let hidden = try await client.patch("/v1/support-requests/\(requests[1])", ["isConfidential": true])
        #expect(hidden.status == 200, "\(hidden.text)")
        #expect(try await types(id, office, client) == [])
        let left = try await client.get("/v1/request-links?updatedSince=2020-01-01T00:00:00Z&includeDeleted=true", token: office)
        #expect(left.status == 200 && !left.text.contains(id), "\(left.text)")
    }
}
