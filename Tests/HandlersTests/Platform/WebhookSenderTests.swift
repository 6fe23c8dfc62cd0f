import Core
import Cryptography
import Domain
import Foundation
import HTTPClient
import Logging
import OrderedCollections
import Repositories
import Services
import Synchronization
import Testing

/// What the sender does, on a clock that only tests move.
struct WebhookSenderTests {
    private static let path = "/v1/webhook-endpoints"
    private static let start = Instant("2026-11-24T10:00:00Z")!

    private let client: TestClient
    private let sender: WebhookSender

    init() async throws {
        client = try await TestClient()
        client.clock.set(Self.start.description)
        sender = Self.sender(client)
    }

    private static func sender(_ client: TestClient, jitter: Double = 0) -> WebhookSender {
        WebhookSender(
            store: client.store, transport: client.receiver, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            jitter: { jitter })
    }

    private func endpoint(_ types: [JSON] = [], url: String = "https://hooks.example.org/", token: String = "") async throws -> String {
        let body: JSON = ["name": "Desk", "url": .string(url), "eventTypes": .array(types)]
        client.clock.set(Self.start.advanced(bySeconds: -1).description)
        defer { client.clock.set(Self.start.description) }
        let made = try await client.post(Self.path, token: token, body)
        let id = try #require(made.json["id"]?.stringValue, "\(made.text)")
        // Its own making is an event as well, and none of these tests'.
        _ = await sender.settle()
        client.receiver.clear()
        return id
    }

    private func find(_ id: String) async throws -> JSON { try await client.get("\(Self.path)/\(id)").json }

    private func advance(_ seconds: Int64) { client.clock.set(client.clock.now.advanced(bySeconds: seconds).description) }

    private func offset(_ instant: Instant?) -> Int64? { instant.map { ($0.milliseconds - Self.start.milliseconds) / 1000 } }

    @Test("What is delivered is the event as the log has it, under its id, and it is kept as delivered")
    func delivered() async throws {
        let id = try await endpoint()
        let school = try await client.addSchool(urn: "100025")
        #expect(await sender.settle() == nil)
        let message = try #require(client.receiver.messages.first)
        #expect(client.receiver.messages.count == 1 && message.type == "school.created" && message.id == message.body["id"]?.stringValue)
        #expect(
            message.body["resource"]?["href"] == .string("/v1/schools/\(school.id)")
                && message.headers["Content-Type"] == "application/json")
        let delivery = try #require(try await client.get("\(Self.path)/\(id)/deliveries").json["items"]?.arrayValue?.first)
        #expect(delivery["state"] == "delivered" && delivery["eventSeq"] == .integer(message.seq))
        #expect(try await find(id)["position"] == .integer(message.seq))
        #expect(try await find(id)["etag"] == "\"1\"")
        _ = await sender.settle()
        #expect(client.receiver.messages.count == 1)
    }

    @Test(
        "A failing delivery is tried at every time of the schedule and then given up; the next event comes after it", arguments: [0.0, 0.5])
    func schedule(jitter: Double) async throws {
        let sender = Self.sender(client, jitter: jitter)
        let id = try await endpoint(["school.created"])
        client.receiver.answer(500)
        let first = try await client.addSchool(urn: "100025").id
        let second = try await client.addSchool(urn: "100026").id
        var due: [Int64] = []
        while client.receiver.messages.last?.body["resource"]?["id"]?.stringValue != second {
            let next = await sender.settle()
            if client.receiver.messages.last?.body["resource"]?["id"]?.stringValue == first { due.append(try #require(offset(next))) }
            if let next { client.clock.set(next.description) }
            try #require(client.receiver.messages.count < 30)
        }
        let messages = client.receiver.messages
        #expect(messages.prefix(10).allSatisfy { $0.id == messages[0].id && $0.body == messages[0].body })
        #expect(messages[10].id != messages[0].id)
        let offsets: [Int64] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
        let expected = zip(offsets, [0] + offsets).map { ($0.0 * 1_000 + Int64(Double($0.0 - $0.1) * 100 * jitter)) / 1000 }
        #expect(due.prefix(9) == ArraySlice(expected), "\(due)")
        let items = try await client.get("\(Self.path)/\(id)/deliveries").json["items"]?.arrayValue ?? []
        #expect(items.last?["state"] == "failed" && items.last?["attempts"]?.arrayValue?.count == 10)
        #expect(items.first?["state"] == "pending")
    }

    @Test(
        "Retry-After puts the next attempt off, never brings it forward, and not by more than a day",
        arguments: [
            ("120", Int64(120)), ("1", 5), ("Tue, 24 Nov 2026 10:10:00 GMT", 600), ("999999999", 86_400), ("soon", 5),
        ])
    func retryAfter(value: String, seconds: Int64) async throws {
        _ = try await endpoint(["school.created"])
        client.receiver.answer { _ in HTTPClient.Answer(status: 503, retryAfter: value) }
        try await client.addSchool(urn: "100025")
        #expect(offset(await sender.settle()) == seconds)
    }

    @Test("Anything but 2xx is a failure, and what kept an answer from coming is told", arguments: [301, 302, 304, 400, 404, 500])
    func failures(status: Int) async throws {
        let id = try await endpoint(["school.created"])
        client.receiver.answer(status)
        try await client.addSchool(urn: "100025")
        #expect(await sender.settle() != nil)
        #expect(client.receiver.messages.count == 1)
        advance(5)
        client.receiver.answer { _ in throw OutgoingError.tls("TLS handshake failed: certificate verify failed") }
        #expect(await sender.settle() != nil)
        let attempts = try await client.get("\(Self.path)/\(id)/deliveries").json["items"]?.arrayValue?.first?["attempts"]?.arrayValue
        #expect(attempts?.first?["statusCode"] == .integer(Int64(status)) && attempts?.first?["failure"]?.stringValue != nil)
        #expect(attempts?.last?["statusCode"] == .null)
        #expect(attempts?.last?["failure"] == "TLS handshake failed: certificate verify failed")
        #expect(try await find(id)["failingSince"]?.stringValue != nil)
        advance(300)
        client.receiver.answer(200)
        #expect(await sender.settle() == nil)
        #expect(try await find(id)["failingSince"] == .null)
    }

    @Test("410 disables the endpoint and says so in an event; resumed, it goes on with the same event")
    func gone() async throws {
        let id = try await endpoint(["school.created"])
        client.receiver.answer(410)
        try await client.addSchool(urn: "100025")
        #expect(await sender.settle() == nil)
        let disabled = try await find(id)
        #expect(disabled["status"] == "disabled" && disabled["disabledReason"]?.stringValue?.contains("410") == true)
        let event = try client.store.readNow { try $0.events(after: 0, limit: 1_000, of: [.webhookEndpoint], visibleTo: .everything) }.last
        #expect(event?.type == "webhookEndpoint.disabled" && event?.resourceId == id && event?.actor["kind"] == "system")
        client.receiver.answer(200)
        #expect(await sender.settle() == nil && client.receiver.messages.count == 1)
        #expect(try await client.post("\(Self.path)/\(id)/resume").json["disabledReason"] == .null)
        _ = await sender.settle()
        #expect(client.receiver.messages.count == 2 && client.receiver.messages[1].id == client.receiver.messages[0].id)
    }

    @Test("After five days of failure it is disabled, and not before")
    func fiveDays() async throws {
        let id = try await endpoint(["school.created"])
        client.receiver.answer(500)
        for number in 0..<8 { try await client.addSchool(urn: "10002\(number)") }
        var last = Self.start
        while let next = await sender.settle() {
            #expect(try await find(id)["status"] == "active")
            last = next
            client.clock.set(next.description)
        }
        #expect(try await find(id)["status"] == "disabled")
        let days = Double(last.milliseconds - Self.start.milliseconds) / 86_400_000
        #expect(days >= 5 && days < 6, "\(days)")
    }

    @Test("A rotated secret and the new one both sign for a day, then the new one alone")
    func rotation() async throws {
        let made = try await client.post(Self.path, ["name": "Desk", "url": "https://hooks.example.org/"])
        let id = try #require(made.json["id"]?.stringValue)
        let rotated = try await client.post("\(Self.path)/\(id)/rotate")
        let secrets = [rotated, made].compactMap { $0.json["secret"]?.stringValue }
        func signatures() async throws -> [String] {
            _ = try await client.post("\(Self.path)/\(id)/ping")
            let message = try #require(client.receiver.messages.last)
            let content = Array("\(message.id).\(message.headers["webhook-timestamp"] ?? "").".utf8) + message.bytes
            let sent = message.headers["webhook-signature"]?.split(separator: " ").map(String.init) ?? []
            let own = secrets.map { secret in
                "v1," + Data(HMAC.sha256(content, key: Array(Data(base64Encoded: String(secret.dropFirst(6)))!))).base64EncodedString()
            }
            #expect(sent == Array(own.prefix(sent.count)))
            return sent
        }
        #expect(try await signatures().count == 2)
        advance(86_399)
        #expect(try await signatures().count == 2)
        advance(1)
        #expect(try await signatures().count == 1)
    }

    @Test("While one event fails nothing after it is sent, and an endpoint that hangs delays no other")
    func order() async throws {
        let hanging = try await endpoint(["school.created"], url: "https://hangs.example.org/")
        _ = try await endpoint(["school.created"], url: "https://works.example.org/")
        let isFailing = Mutex(true)
        client.receiver.answer { message in
            if message.url.contains("hangs") { try await Task.sleep(for: .seconds(3_600)) }
            return HTTPClient.Answer(status: isFailing.withLock { $0 } && message.url.contains("works") ? 500 : 200)
        }
        for number in 0..<5 { try await client.addSchool(urn: "10002\(number)") }
        let running = Task { try await sender.run() }
        for await message in client.receiver.stream where message.url.contains("works") { break }
        isFailing.withLock { $0 = false }
        // The first is tried again when it is due; the endpoint that hangs is still at its own first.
        advance(5)
        var seen: [FakeReceiver.Message] = []
        for await message in client.receiver.stream where message.url.contains("works") {
            seen.append(message)
            if seen.count == 5 { break }
        }
        #expect(seen.map(\.seq) == seen.map(\.seq).sorted() && Set(seen.map(\.id)).count == 5)
        #expect(client.receiver.messages.filter { $0.url.contains("hangs") }.count == 1)
        running.cancel()
        _ = try? await running.value
        // What was under way when it was told to stop is not known to have arrived.
        #expect(try await client.get("\(Self.path)/\(hanging)/deliveries").json["items"] == [])
    }

    @Test("Another sender goes on where the first one was: with the retry under way, and without sending anything twice")
    func restart() async throws {
        _ = try await endpoint(["school.created"])
        for number in 0..<3 { try await client.addSchool(urn: "10002\(number)") }
        let count = Mutex(0)
        client.receiver.answer { _ in
            HTTPClient.Answer(
                status: count.withLock {
                    $0 += 1
                    return $0
                } == 2 ? 500 : 200)
        }
        #expect(await sender.settle() != nil)
        let other = Self.sender(client)
        #expect(offset(await other.settle()) == 5)
        advance(5)
        #expect(await other.settle() == nil)
        let seqs = client.receiver.messages.map(\.seq)
        #expect(seqs.count == 4 && seqs[1] == seqs[2] && seqs == seqs.sorted())
    }

    @Test("What its token may not see is not sent: other types, and records between others")
    func invisible() async throws {
        let token = try await client.token(scopes: ["webhooks:write", "schools:read"])
        _ = try await endpoint(token: token)
        let school = try await client.addSchool(urn: "100025").id
        _ = try await client.appoint(.headteacher, at: school)
        _ = try await client.add("/v1/stages", ["schoolId": .string(school), "stage": "repair", "startsOn": "2026-01-01"])
        _ = await sender.settle()
        #expect(client.receiver.messages.map(\.type) == ["school.created"])
    }

    @Test("When its token is revoked, expires or loses its rights, it is disabled with the reason and sends nothing", arguments: 0..<3)
    func ownerGone(way: Int) async throws {
        let chief = try await client.appoint(.chiefExecutive)
        let token =
            switch way {
            case 0: try await client.token(of: chief)
            case 1: try await client.token(scopes: ["webhooks:write", "schools:read"], expiresAt: Instant("2026-11-25T00:00:00Z"))
            default: try await client.token(of: chief)
            }
        let id = try await endpoint(token: token)
        switch way {
        case 0: _ = try await client.post("/v1/tokens/\(try await find(id)["tokenId"]?.stringValue ?? "")/revoke")
        case 1: client.clock.set("2026-11-25T00:00:01Z")
        default:
            let appointments = try await client.get("/v1/appointments?personId=\(chief)").json["items"]?.arrayValue ?? []
            _ = try await client.patch("/v1/appointments/\(appointments[0]["id"]?.stringValue ?? "")", ["endsOn": "2026-11-01"])
        }
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        #expect(client.receiver.messages.isEmpty)
        let reason = try await find(id)["disabledReason"]?.stringValue
        #expect(reason?.hasPrefix("The token it belongs to") == true, "\(reason ?? "none")")
    }

    @Test("A replay sends everything again from there, in order, also while a delivery fails")
    func replay() async throws {
        let id = try await endpoint(["school.created"])
        for number in 0..<3 { try await client.addSchool(urn: "10002\(number)") }
        _ = await sender.settle()
        let seqs = client.receiver.messages.map(\.seq)
        client.receiver.answer(500)
        try await client.addSchool(urn: "100030")
        #expect(await sender.settle() != nil)
        client.receiver.clear()
        client.receiver.answer(200)
        #expect(try await client.post("\(Self.path)/\(id)/replay", ["fromSeq": .integer(seqs[1])]).status == 200)
        #expect(await sender.settle() == nil)
        #expect(client.receiver.messages.map(\.seq).prefix(2) == seqs[1...] && client.receiver.messages.count == 3)
    }

    @Test("A delivery is sent once more with the same id, unless its event is not for the owner any more")
    func resend() async throws {
        let id = try await endpoint(["school.created"])
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        let first = try #require(client.receiver.messages.first)
        let items = try await client.get("\(Self.path)/\(id)/deliveries").json["items"]?.arrayValue
        let delivery = try #require(items?.first?["id"])
        let again = try await client.post("\(Self.path)/\(id)/resend", ["deliveryId": delivery])
        #expect(again.json["kind"] == "resend" && again.json["state"] == "delivered")
        #expect(client.receiver.messages.last?.id == first.id && client.receiver.messages.last?.body == first.body)
        #expect(try await client.post("\(Self.path)/\(id)/resend", ["deliveryId": "whd_x"]).places == ["/deliveryId"])
        let poor = try await client.token(scopes: ["webhooks:write", "terms:read"].filter { Permission(rawValue: $0) != nil })
        #expect(try await client.patch("\(Self.path)/\(id)", token: poor, ["url": "https://poor.example.org/"]).status == 200)
        #expect(try await client.post("\(Self.path)/\(id)/resend", ["deliveryId": delivery]).status == 409)
        #expect(!client.receiver.messages.contains { $0.url.contains("poor") })
    }

    @Test("Deliveries are kept for thirty days")
    func kept() async throws {
        let id = try await endpoint(["school.created"])
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        advance(30 * 86_400)
        try await sender.forgetDeliveries()
        #expect(try await client.get("\(Self.path)/\(id)/deliveries").json["items"]?.arrayValue?.count == 1)
        advance(1)
        try await sender.forgetDeliveries()
        #expect(try await client.get("\(Self.path)/\(id)/deliveries").json["items"] == [])
    }

    @Test("A paused endpoint sends nothing, and resumed all that happened meanwhile")
    func paused() async throws {
        let id = try await endpoint(["school.created"])
        #expect(try await client.post("\(Self.path)/\(id)/pause").json["status"] == "paused")
        try await client.addSchool(urn: "100025")
        #expect(await sender.settle() == nil && client.receiver.messages.isEmpty)
        _ = try await client.post("\(Self.path)/\(id)/resume")
        _ = await sender.settle()
        #expect(client.receiver.messages.count == 1)
    }

    @Test("After days of rest a delivery that fails again is not tried over and over at once")
    func afterRest() async throws {
        _ = try await endpoint(["school.created"])
        client.receiver.answer(500)
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        advance(2 * 86_400)
        let due = try #require(await sender.settle())
        #expect(client.receiver.messages.count == 2 && due > client.clock.now)
    }

    @Test("Who asks for other events gets what they may see, not what the one before them may")
    func otherTypes() async throws {
        let id = try await endpoint(["school.updated"])
        let before = try await find(id)["tokenId"]
        let narrow = try await client.token(scopes: ["webhooks:read", "webhooks:write", "schools:read"])
        #expect(try await client.patch("\(Self.path)/\(id)", token: narrow, ["name": "Desk 2"]).json["tokenId"] == before)
        let patched = try await client.patch("\(Self.path)/\(id)", token: narrow, ["eventTypes": []])
        #expect(patched.status == 200 && patched.json["tokenId"] != before, "\(patched.text)")
        _ = try await client.addPerson()
        _ = await sender.settle()
        #expect(!client.receiver.messages.contains { $0.type == "person.created" })
    }

    @Test("Asking for further events and replaying from where it stands sends them")
    func replayedAfterChange() async throws {
        let id = try await endpoint(["trust.updated"])
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        #expect(client.receiver.messages.isEmpty)
        let next = (try await find(id)["position"]?.integerValue ?? 0) + 1
        #expect(try await client.patch("\(Self.path)/\(id)", ["eventTypes": ["school.created"]]).status == 200)
        #expect(try await client.post("\(Self.path)/\(id)/replay", ["fromSeq": .integer(next)]).status == 200)
        _ = await sender.settle()
        #expect(client.receiver.messages.map(\.type) == ["school.created"])
    }

    @Test("What a receiver answers to an endpoint that is changed meanwhile doesn't disable what it is now")
    func changedMeanwhile() async throws {
        let id = try await endpoint(["school.created"])
        client.receiver.answer { [client] _ in
            let patched = try await client.patch("\(Self.path)/\(id)", ["url": "https://new.example.org/"])
            client.receiver.answer(204)
            return HTTPClient.Answer(status: patched.status == 200 ? 410 : 204)
        }
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        #expect(try await find(id)["status"] == "active")
        _ = await sender.settle()
        #expect(client.receiver.messages.map(\.url) == ["https://hooks.example.org/", "https://new.example.org/"])
    }

    @Test("One failure after days without an event doesn't disable it, though the last event failed as well")
    func quietEndpoint() async throws {
        let id = try await endpoint(["school.created"])
        client.receiver.answer(500)
        try await client.addSchool(urn: "100025")
        while let due = await sender.settle() { client.clock.set(due.description) }
        #expect(try await find(id)["failingSince"] != .null)
        advance(6 * 86_400)
        try await client.addSchool(urn: "100026")
        _ = await sender.settle()
        #expect(try await find(id)["status"] == "active" && client.receiver.messages.count == 11)
    }

    @Test("An event whose type is no longer asked for holds nothing up")
    func noLongerWanted() async throws {
        let id = try await endpoint(["school.created", "person.created"])
        client.receiver.answer(500)
        try await client.addSchool(urn: "100025")
        _ = await sender.settle()
        client.receiver.answer(204)
        client.receiver.clear()
        #expect(try await client.patch("\(Self.path)/\(id)", ["eventTypes": ["person.created"]]).status == 200)
        _ = try await client.addPerson()
        advance(5)
        _ = await sender.settle()
        #expect(client.receiver.messages.map(\.type) == ["person.created"])
    }

    @Test("What receivers sent back is forgotten when anything is redacted")
    func forgottenAnswers() async throws {
        let id = try await endpoint(["person.created"])
        client.receiver.answer { _ in HTTPClient.Answer(status: 200, body: Array("echo".utf8)) }
        let person = try await client.addPerson()
        _ = await sender.settle()
        func answers() async throws -> [JSON] {
            try await client.get("\(Self.path)/\(id)/deliveries").json["items"]?.arrayValue?
                .flatMap { $0["attempts"]?.arrayValue ?? [] }.compactMap { $0["responseBody"] } ?? []
        }
        #expect(try await answers() == ["echo"])
        let redaction: JSON = ["resourceId": .string(person), "members": ["jobTitle"], "reason": "Wrong"]
        #expect(try await client.post("/v1/redactions", token: client.officer(), redaction).status == 201)
        #expect(try await answers() == [.null])
    }
}
