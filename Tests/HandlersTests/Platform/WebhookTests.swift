import Core
import Domain
import HTTPClient
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

/// `/v1/webhook-endpoints`: making them, keeping them, and what of them nobody gets to see.
struct WebhookTests {
    private static let path = "/v1/webhook-endpoints"

    @Test("The secret is shown once, and is in no other answer, nor in audit or events")
    func secret() async throws {
        let client = try await TestClient()
        let made = try await client.post(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        let id = try #require(made.json["id"]?.stringValue)
        let secret = try #require(made.json["secret"]?.stringValue)
        #expect(made.status == 201 && secret.hasPrefix("whsec_") && secret.count == 50)
        let rotated = try await client.post("\(Self.path)/\(id)/rotate")
        let other = try #require(rotated.json["secret"]?.stringValue)
        #expect(other != secret && rotated.json["etag"] == "\"2\"")
        for path in [Self.path, "\(Self.path)/\(id)", "\(Self.path)/\(id)/deliveries"] {
            let text = try await client.get(path).text
            #expect(!text.contains(secret.dropFirst(6)) && !text.contains(other.dropFirst(6)))
        }
        let entries = try client.store.readNow { transaction in
            try transaction.auditEntries(of: .webhookEndpoint, id: id).compactMap { try transaction.auditEntry(id: $0) }
        }
        #expect(entries.count == 2)
        #expect(!entries.contains { String(decoding: $0.bytes, as: UTF8.self).contains(secret.dropFirst(6)) })
    }

    @Test("A create sent again under its key makes one endpoint, and the answer that comes again has no secret")
    func repeated() async throws {
        let client = try await TestClient()
        var answers: [TestAnswer] = []
        for _ in 0..<2 {
            answers.append(
                try await client.send(
                    .post, Self.path, json: ["name": "Desk", "url": "https://hooks.example.org/"], headers: ["Idempotency-Key": "k"]))
        }
        #expect(answers[0].json["secret"]?.stringValue != nil && answers[1].json["secret"] == .null)
        #expect(answers[0].json["id"] == answers[1].json["id"])
        #expect(try await client.get("\(Self.path)?count=exact").json["total"] == 1)
    }

    @Test(
        "A URL that leads to this machine or its network is refused, when it is made and when it is changed",
        arguments: ["https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/", "http://example.org/", "https://a@b/"])
    func targets(url: String) async throws {
        let client = try await TestClient()
        let refused = try await client.post(Self.path, ["name": "Desk", "url": .string(url)])
        #expect(refused.status == 422 && refused.places == ["/url"], "\(refused.text)")
        let id = try await client.add(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        let changed = try await client.patch("\(Self.path)/\(id)", ["url": .string(url)])
        #expect(changed.status == 422 && changed.places == ["/url"])
    }

    @Test("An unknown event type is refused with its place")
    func types() async throws {
        let client = try await TestClient()
        let refused = try await client.post(
            Self.path, ["name": "Desk", "url": "https://hooks.example.org/", "eventTypes": ["school.updated", "school.eaten"]])
        #expect(refused.status == 422 && refused.places == ["/eventTypes/1"])
    }

    @Test("Those who run the trust and integrations with the scope have webhooks; a head and a token bound to schools have none")
    func rights() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let body: JSON = ["name": "Desk", "url": "https://hooks.example.org/"]
        let head = try await client.token(of: client.appoint(.headteacher, at: school))
        let chief = try await client.token(of: client.appoint(.chiefExecutive))
        let bound = try await client.token(scopes: ["webhooks:write"], schoolIds: [school])
        #expect(try await client.post(Self.path, token: head, body).status == 403)
        #expect(try await client.post(Self.path, token: bound, body).status == 403)
        #expect(try await client.post(Self.path, token: chief, body).status == 201)
        #expect(try await client.post(Self.path, token: client.token(scopes: ["webhooks:write"]), body).status == 201)
    }

    @Test("Whoever sends it elsewhere, or resumes it, is whose sight it has; a new name changes nothing of that")
    func owner() async throws {
        let client = try await TestClient()
        let made = try await client.post(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        let path = "\(Self.path)/\(try #require(made.json["id"]?.stringValue))"
        let first = try #require(made.json["tokenId"])
        #expect(try await client.patch(path, token: client.integration, ["name": "Other"]).json["tokenId"] == first)
        let moved = try await client.patch(path, token: client.integration, ["url": "https://other.example.org/"]).json["tokenId"]
        #expect(moved != first)
        #expect(try await client.post("\(path)/pause").json["status"] == "paused")
        #expect(try await client.post("\(path)/resume").json["tokenId"] == first)
    }

    @Test("A ping is sent at once and shows what came of it")
    func ping() async throws {
        let client = try await TestClient()
        let id = try await client.add(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        client.receiver.answer { _ in HTTPClient.Answer(status: 500, body: Array("no\u{0}thanks".utf8)) }
        let failed = try await client.post("\(Self.path)/\(id)/ping")
        let attempt = failed.json["attempts"]?.arrayValue?.first
        #expect(failed.status == 200 && failed.json["state"] == "failed" && failed.json["kind"] == "ping")
        #expect(attempt?["statusCode"] == 500 && attempt?["responseBody"] == "nothanks" && attempt?["failure"] == "answered 500")
        #expect(client.receiver.messages.last?.type == "webhookEndpoint.ping")
        #expect(client.receiver.messages.last?.id == failed.json["eventId"]?.stringValue)
        client.receiver.answer(200)
        #expect(try await client.post("\(Self.path)/\(id)/ping").json["state"] == "delivered")
        let page = try await client.get("\(Self.path)/\(id)/deliveries?limit=1").json
        #expect(page["items"]?.arrayValue?.first?["state"] == "delivered")
        let next = try await client.get("\(Self.path)/\(id)/deliveries?limit=1&cursor=\(page["next"]?.stringValue ?? "")").json
        #expect(next["items"]?.arrayValue?.first?["state"] == "failed" && next["next"] == .null)
    }

    @Test("A replay from before the oldest event or beyond the next one is refused")
    func replayRange() async throws {
        let client = try await TestClient()
        let id = try await client.add(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        let newest = try client.store.readNow { try $0.lastSeq() }
        let path = "\(Self.path)/\(id)/replay"
        #expect(try await client.post(path, ["fromSeq": .integer(newest + 2)]).places == ["/fromSeq"])
        #expect(try await client.post(path, ["fromSeq": 0]).status == 422)
        #expect(try await client.post(path, ["fromSeq": 1]).json["position"] == 0)
    }

    @Test("There are only so many endpoints")
    func bounded() async throws {
        let client = try await TestClient()
        for _ in 0..<WebhookService.maximumEndpoints {
            _ = try await client.add(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        }
        #expect(try await client.post(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"]).status == 409)
    }
}
