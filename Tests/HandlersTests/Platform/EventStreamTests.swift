import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

@Suite(.timeLimit(.minutes(9)))
struct EventStreamTests {
    @Test("A stream has what was missed, then each change as it is committed, in the words of the pages")
    func follows() async throws {
        let client = try await TestClient()
        let first = try await client.addSchool(urn: "100025").id
        let stream = try await client.stream("/v1/events/stream?after=0&type=school.created,school.updated")
        #expect(stream.status == 200 && stream.headers[.contentType] == "text/event-stream")
        #expect(stream.headers[.cacheControl] == "no-store")
        #expect(try await stream.wait(for: first))
        _ = try await client.patch("/v1/schools/\(first)", ["vision": "V"])
        #expect(try await stream.wait(for: "event: school.updated\n"))
        #expect(stream.received.hasPrefix("retry: "))
        let page = try await client.get("/v1/events?type=school.created,school.updated")
        #expect(JSON.array(stream.events.map(\.data)) == page.json["items"])
        #expect(stream.events.allSatisfy { $0.data["seq"] == .integer($0.id) && $0.data["type"] == .string($0.type) })
    }

    @Test("It goes on after Last-Event-ID, which counts more than the address, and begins now without either")
    func places() async throws {
        let client = try await TestClient()
        for number in 0..<4 { try await client.addSchool(urn: "\(100_025 + number)") }
        let seq = try #require(try await client.get("/v1/events").json["seq"]?.integerValue)
        let resumed = try await client.stream("/v1/events/stream?after=0", headers: ["Last-Event-ID": "\(seq - 1)"])
        let fresh = try await client.stream("/v1/events/stream")
        #expect(try await resumed.wait(for: "id: \(seq)\n"))
        #expect(try await fresh.wait(for: "retry: "))
        let next = try await client.addSchool(urn: "100035").id
        for stream in [fresh, resumed] { #expect(try await stream.wait(for: next)) }
        #expect(fresh.events.map(\.id) == [seq + 1] && resumed.events.map(\.id) == [seq, seq + 1])
    }

    @Test("It ends when the token is revoked, when an appointment ends, and when the service stops, then with a word when to come back")
    func ends() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.appoint(.headteacher, at: school)
        let theirs = try await client.stream("/v1/events/stream", token: try await client.token(of: person))
        let others = try await client.stream("/v1/events/stream")
        let made = try await client.post("/v1/tokens", ["name": "short", "scopes": ["events:read", "schools:read"]])
        let revoked = try await client.stream("/v1/events/stream", token: made.json["token"]?.stringValue)
        for stream in [theirs, others, revoked] { #expect(try await stream.wait(for: "retry: ")) }
        _ = try await client.post("/v1/tokens/\(made.json["id"]?.stringValue ?? "")/revoke")
        try await revoked.end()
        let appointment = try await client.get("/v1/appointments?personId=\(person)").json["items"]?.arrayValue?.first?["id"]?.stringValue
        _ = try await client.patch("/v1/appointments/\(appointment ?? "")", token: client.integration, ["endsOn": "2021-01-01"])
        try await theirs.end()
        let last = try await client.addSchool(urn: "100026").id
        #expect(try await others.wait(for: last))
        #expect(!theirs.received.contains(last) && !revoked.received.contains(last))
        client.store.commits.close()
        try await others.end()
        #expect(others.received.ranges(of: "retry: ").count == 2)
    }

    @Test("It ends when its token expires and when its secret does after a rotation, though nothing happens")
    func endsByTime() async throws {
        let client = try await TestClient()
        client.clock.set("2026-06-15T12:00:00Z")
        let expiring = try await client.token(scopes: ["events:read", "schools:read"], expiresAt: Instant("2026-06-15T12:30:00Z"))
        let made = try await client.post("/v1/tokens", ["name": "rotated", "scopes": ["events:read", "schools:read"]])
        let id = made.json["id"]?.stringValue ?? ""
        let person = try await client.appoint(.teacher, at: client.addSchool(urn: "100025").id)
        let appointment = try await client.get("/v1/appointments?personId=\(person)").json["items"]?.arrayValue?.first?["id"]?.stringValue
        _ = try await client.patch("/v1/appointments/\(appointment ?? "")", token: client.integration, ["endsOn": "2026-06-15"])
        let streams = [
            try await client.stream("/v1/events/stream", token: expiring),
            try await client.stream("/v1/events/stream", token: made.json["token"]?.stringValue),
            try await client.stream("/v1/events/stream", token: client.token(of: person)),
        ]
        let other = try await client.stream("/v1/events/stream")
        _ = try await client.post("/v1/tokens/\(id)/rotate", ["overlapMinutes": 20])
        for stream in streams { #expect(try await stream.wait(for: "retry: ")) }
        client.clock.set("2026-06-15T12:25:00Z")
        try await streams[1].end()
        client.clock.set("2026-06-15T12:31:00Z")
        try await streams[0].end()
        // The last day of the appointment is over.
        client.clock.set("2026-06-15T23:01:00Z")
        try await streams[2].end()
        let last = try await client.addSchool(urn: "100026").id
        #expect(try await other.wait(for: last))
    }

    @Test("A token has so many streams and no more, and gets one back when another ends")
    func limits() async throws {
        let client = try await TestClient()
        let limit = try #require(try await client.get("/v1/meta").json["limits"]?["maxEventStreamsPerToken"]?.integerValue)
        var streams: [StreamReader] = []
        for _ in 0..<limit { streams.append(try await client.stream("/v1/events/stream")) }
        #expect(streams.allSatisfy { $0.status == 200 })
        #expect(try await client.get("/v1/events/stream").status == 429)
        #expect(try await client.stream("/v1/events/stream", token: client.integration).status == 200)
        streams = []
        while try await client.get("/v1/events/stream").status == 429 { try await Task.sleep(for: .milliseconds(5)) }
    }
}
