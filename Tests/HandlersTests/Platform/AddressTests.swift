import Core
import Domain
import HTTPTypes
import OrderedCollections
import Routing
import Testing

/// What the service sends on begins with the public origin, whatever a client calls it.
@Suite("Addresses in answers") struct AddressTests {
    private static let origin = "https://partnership.example.org"

    @Test("With a public origin every address begins with it: problems, calendar links, places, events, webhooks, the security contact")
    func withOrigin() async throws {
        let client = try await TestClient(publicOrigin: PublicOrigin(Self.origin))
        let school = try await client.addSchool(urn: "100025").id
        #expect(try await client.get("/v1/schools/none").json["type"]?.stringValue == "\(Self.origin)/problems/not-found")
        let feed = try await client.post("/v1/calendar-feeds", ["title": "Our year", "subjectId": .string(school)])
        #expect(feed.json["url"]?.stringValue?.hasPrefix("\(Self.origin)/v1/calendar-feeds/") == true, "\(feed.text)")
        #expect(feed.headers[.location]?.hasPrefix("\(Self.origin)/v1/calendar-feeds/") == true)
        let contact = try await client.get("/.well-known/security.txt", token: nil)
        #expect(contact.text.contains("Canonical: \(Self.origin)/.well-known/security.txt\n"))
        let event = try await client.get("/v1/events?resource=\(school)").json["items"]?.arrayValue?.first
        #expect(event?["resource"]?["href"] == .string("\(Self.origin)/v1/schools/\(school)"))
        let stream = try await client.stream("/v1/events/stream?after=0&resource=\(school)")
        #expect(try await stream.wait(for: "\"href\":\"\(Self.origin)/v1/schools/\(school)\""))
        let endpoint = try await client.add("/v1/webhook-endpoints", ["name": "Desk", "url": "https://hooks.example.org/"])
        let made = try await client.post("/v1/webhook-endpoints", ["name": "Desk", "url": "https://hooks.example.org/"])
        #expect(made.headers[.location]?.hasPrefix("\(Self.origin)/v1/webhook-endpoints/") == true)
        _ = try await client.post("/v1/webhook-endpoints/\(endpoint)/ping", token: client.integration)
        let ping = try #require(client.receiver.messages.last)
        #expect(ping.body["resource"]?["href"] == .string("\(Self.origin)/v1/webhook-endpoints/\(endpoint)"))
    }

    @Test("A request that comes again is answered with the same place")
    func again() async throws {
        let client = try await TestClient(publicOrigin: PublicOrigin(Self.origin))
        var places: [String?] = []
        for _ in 0..<2 {
            let answer = try await client.send(
                .post, "/v1/people", token: client.integration, json: ["name": "Ada"], headers: ["Idempotency-Key": "once"])
            #expect(answer.status == 201)
            places.append(answer.headers[.location])
        }
        #expect(places[0] == places[1] && places[0]?.hasPrefix("\(Self.origin)/v1/people/") == true)
    }

    @Test("Without one, what is no name is a path")
    func withoutOrigin() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        #expect(!(try await client.get("/.well-known/security.txt", token: nil).text.contains("Canonical")))
        let event = try await client.get("/v1/events?resource=\(school)").json["items"]?.arrayValue?.first
        #expect(event?["resource"]?["href"] == .string("/v1/schools/\(school)"))
    }
}
