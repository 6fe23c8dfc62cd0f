import Core
import HTTPTypes
import Synchronization
import Testing

@testable import Routing

struct IdempotencyTests {
    private func key(_ field: String) throws -> String? {
        var headers = HTTPFields()
        headers[IdempotencyField.name] = field
        return try IdempotencyField.key(in: headers)
    }

    @Test("A key is bare or quoted, and the same either way")
    func spellings() throws {
        #expect(try key("8e03978e-40d5-43dd-bc93-6894a57f9324") == "8e03978e-40d5-43dd-bc93-6894a57f9324")
        #expect(try key("\"abc\"") == "abc")
        #expect(try key(#""a\"b\\c""#) == #"a"b\c"#)
        #expect(try key(String(repeating: "k", count: 255))?.count == 255)
        #expect(try IdempotencyField.key(in: [:]) == nil)
    }

    @Test(
        "Anything else is refused by name",
        arguments: ["", "\"\"", "a b", "\"a", "\"a\"b", "a\tb", "é", "a, b", "\"a\\n\"", String(repeating: "k", count: 256)])
    func malformed(field: String) {
        #expect { try key(field) } throws: { error in
            (error as? Problem)?.code == .invalidParameter && (error as? Problem)?.errors.map(\.place) == [.parameter("Idempotency-Key")]
        }
    }

    @Test("A key sent twice is refused")
    func repeated() {
        var headers = HTTPFields()
        headers.append(HTTPField(name: IdempotencyField.name, value: "a"))
        headers.append(HTTPField(name: IdempotencyField.name, value: "b"))
        #expect(throws: Problem.self) { try IdempotencyField.key(in: headers) }
    }

    private let one = IdempotencyKey(principal: "tok_1", method: "POST", path: "/v1/people", key: "one")

    @Test("Two requests with one key pass one after the other; with another key, or by somebody else, nobody waits")
    func order() async throws {
        let gate = IdempotencyGate()
        let first = try await gate.enter(one)
        first.arrived()
        let steps = Mutex<[String]>([])
        let second = Task { [one] in
            let pass = try await gate.enter(one)
            steps.withLock { $0.append("second") }
            pass.leave()
        }
        for other in [
            IdempotencyKey(principal: "tok_1", method: "POST", path: "/v1/people", key: "two"),
            IdempotencyKey(principal: "tok_2", method: "POST", path: "/v1/people", key: "one"),
            IdempotencyKey(principal: "tok_1", method: "POST", path: "/v1/stages", key: "one"),
        ] {
            try await gate.enter(other).leave()
        }
        while gate.waiting(one) == 0 { await Task.yield() }
        steps.withLock { $0.append("first") }
        first.leave()
        try await second.value
        #expect(steps.withLock(\.self) == ["first", "second"])
    }

    @Test("While the first body is still arriving a second request is refused, and may come again")
    func arriving() async throws {
        let gate = IdempotencyGate(patience: 1)
        let first = try await gate.enter(one)
        await #expect { try await gate.enter(one) } throws: { error in
            (error as? Problem)?.code == .idempotencyKeyInUse && (error as? Problem)?.headers[.retryAfter] == "1"
        }
        first.leave()
        try await gate.enter(one).leave()
    }

    @Test("A body that doesn't arrive keeps others out for ten seconds, and then does nothing to those who came after")
    func stalled() async throws {
        let now = Mutex(0)
        let gate = IdempotencyGate(patience: 0) { now.withLock(\.self) }
        let stalled = try await gate.enter(one)
        await #expect(throws: Problem.self) { try await gate.enter(one) }
        now.withLock { $0 = 10 }
        let second = try await gate.enter(one)
        stalled.arrived()
        stalled.leave()
        await #expect(throws: Problem.self) { try await gate.enter(one) }
        second.leave()
        try await gate.enter(one).leave()
    }

    @Test("A fingerprint is of all pieces and what comes before them")
    func fingerprint() {
        func value(_ head: String, _ pieces: [String]) -> [UInt8] {
            let fingerprint = Fingerprint(head)
            for piece in pieces { Array(piece.utf8).withUnsafeBytes(fingerprint.update) }
            return fingerprint.value
        }
        #expect(value("", ["ab", "c"]) == value("", ["abc"]))
        #expect(value("a", ["bc"]) != value("", ["abc"]))
        #expect(value("ab", ["c"]) != value("a", ["bc"]))
    }
}
