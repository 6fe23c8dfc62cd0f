import Foundation
import Testing

/// Streams of events over sockets.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StreamTests {
    /// curl, reading a stream into a file.
    private final class Reader {
        let process = Process()
        let file: String

        init(_ directory: TemporaryDirectory, _ name: String, _ service: RunningService, token: String) throws {
            file = try directory.file(name)
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments =
                [
                    "curl", "--silent", "--no-buffer", "--output", file, "-H", "Authorization: Bearer \(token)",
                    "http://127.0.0.1:\(service.port)/v1/events/stream",
                ]
            try process.run()
        }

        deinit { if process.isRunning { process.terminate() } }

        var received: String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }

        func wait(for text: String) { while process.isRunning, !received.contains(text) { Thread.sleep(forTimeInterval: 0.02) } }
    }

    private func token(_ data: String, _ name: String) throws -> String {
        try Binary.run("token", "create", "--name", name, "--role", "trustAdmin", "--data", data).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("A stream has each change, ends when its token is revoked, and is ended whole when the service stops")
    func streams() throws {
        let directory = try TemporaryDirectory()
        let data = try directory.migrate("/data")
        let secret = try token(data, "lasting")
        let service = try RunningService(data: data)
        let connection = try #require(Connection(port: service.port))
        let made = try #require(
            connection.send(
                "POST", "/v1/tokens", token: secret, headers: "Content-Type: application/json\r\n",
                body: #"{"name":"short","scopes":["events:read","people:read"]}"#))
        let short = try #require(made.body.firstMatch(of: /"token":"([^"]+)"/).map { String($0.output.1) })
        let ending = try Reader(directory, "ending", service, token: short)
        let lasting = try Reader(directory, "lasting", service, token: secret)
        for reader in [ending, lasting] { reader.wait(for: "retry: ") }
        let person = try #require(
            connection.send(
                "POST", "/v1/people", token: secret, headers: "Content-Type: application/json\r\n", body: #"{"name":"Ada"}"#)?.id)
        for reader in [ending, lasting] { reader.wait(for: person) }
        #expect(ending.received.contains(person) && lasting.received.contains(person))
        _ = connection.send("POST", "/v1/tokens/\(made.id ?? "")/revoke", token: secret)
        ending.process.waitUntilExit()
        #expect(ending.process.terminationStatus == 0 && lasting.process.isRunning)
        #expect(service.stop() == 0)
        // One that is cut, because it was still busy when the time to finish was over, has no end: curl would say so.
        lasting.process.waitUntilExit()
        #expect(lasting.process.terminationStatus == 0)
        #expect(lasting.received.hasSuffix("\n\n") && lasting.received.ranges(of: "retry: ").count == 2)
    }
}
