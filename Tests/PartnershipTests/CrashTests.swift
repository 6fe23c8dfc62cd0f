import Foundation
import Synchronization
import Testing

@Suite(.serialized)
struct CrashTests {
    @Test("Killed in the middle of writes, again and again: every acknowledged write is there and the database is sound")
    func killed() throws {
        let directory = try TemporaryDirectory()
        try directory.migrate()
        let demo = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts/demo").standardized.path
        let loaded = try Binary.run(
            "import", "gias", "--establishments", demo + "/establishments.csv", "--group-links", demo + "/group-links.csv", "--data",
            directory.path)
        #expect(loaded.status == 0, "\(loaded.errors)")
        let token = try Binary.run("token", "create", "--name", "crash", "--scopes", "schools:read,schools:write", "--data", directory.path)
            .output
            .trimmingCharacters(in: .whitespacesAndNewlines)

        // Each thread counts its own school up; what was acknowledged must never be less after a restart.
        let urns = (1...4).map { "99900\($0)" }
        let acknowledged = Mutex<[String: Int]>([:])
        for round in 0..<8 {
            let service = try RunningService(data: directory.path)
            let threads = DispatchGroup()
            let port = service.port
            for urn in urns {
                DispatchQueue.global().async(group: threads) {
                    guard let connection = Connection(port: port) else { return }
                    var number = acknowledged.withLock { $0[urn] ?? 0 }
                    while true {
                        number += 1
                        let answer = connection.send(
                            "PATCH", "/v1/schools/urn:\(urn)", token: token,
                            headers: "If-Match: *\r\nContent-Type: application/merge-patch+json\r\n", body: "{\"context\":\"\(number)\"}")
                        guard let answer, answer.status == 200 else { return }
                        acknowledged.withLock { $0[urn] = number }
                    }
                }
            }
            // Not timing: a kill at any moment must do; different ones find more.
            Thread.sleep(forTimeInterval: 0.15 + Double(round % 4) * 0.07)
            service.kill()
            threads.wait()

            let restarted = try RunningService(data: directory.path)
            let connection = try #require(Connection(port: restarted.port))
            for (urn, number) in acknowledged.withLock({ $0 }) {
                let body = try #require(connection.send("GET", "/v1/schools/urn:\(urn)?fields=context", token: token)).body
                let stored = try #require(body.firstMatch(of: /"context":"(\d+)"/).flatMap { Int($0.output.1) })
                // One more may have been committed and not answered.
                #expect(stored == number || stored == number + 1, "\(urn): \(stored) stored, \(number) acknowledged")
                acknowledged.withLock { $0[urn] = stored }
            }
            #expect(restarted.stop() == 0)
        }
        #expect(acknowledged.withLock { $0.values.reduce(0, +) } > 100)
        let check = try Binary.run("check", "--data", directory.path)
        #expect(check.status == 0, "\(check.output)")
    }

    @Test(
        "What ends the process by a fault leaves a line in the log, and the process ends by that signal",
        arguments: [SIGILL, SIGSEGV, SIGABRT])
    func fault(signal: Int32) throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path)
        #expect(Connection(port: service.port)?.send("GET", "/livez", token: "none")?.status == 200)
        Foundation.kill(service.process.processIdentifier, signal)
        service.process.waitUntilExit()
        #expect(service.process.terminationReason == .uncaughtSignal && service.process.terminationStatus == signal)
        // The process is gone; what it wrote may still be on its way.
        for _ in 0..<1_000 where !service.log.contains("\n") { Thread.sleep(forTimeInterval: 0.01) }
        let name = [SIGILL: "SIGILL", SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT"][signal] ?? ""
        let line = try #require(service.log.split(separator: "\n").first { $0.contains(name) }, "\(service.log)")
        let members = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(members["level"] == "critical" && members["signal"] == name && members["version"] == "0.1.0", "\(line)")
        #expect(members["time"]?.contains(#/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/#) == true, "\(line)")
    }

    private func person(_ name: String, key: String, _ connection: Connection, token: String) -> Bool {
        connection.write(
            """
            POST /v1/people HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\nIdempotency-Key: \(key)\r\n\
            Content-Type: application/json\r\nContent-Length: \(name.utf8.count + 11)\r\n\r\n{"name":"\(name)"}
            """)
    }

    private func people(_ connection: Connection, token: String) throws -> Int {
        let body = try #require(connection.send("GET", "/v1/people?count=exact&fields=id", token: token)).body
        return try #require(body.firstMatch(of: /"total":(\d+)/).flatMap { Int($0.output.1) })
    }

    @Test("What was committed and never answered is answered when it is sent again with its key, and made once")
    func unanswered() throws {
        let directory = try TemporaryDirectory()
        let token = try token(directory)
        let service = try RunningService(data: directory.path)
        let (lost, other) = (try #require(Connection(port: service.port)), try #require(Connection(port: service.port)))
        #expect(person("Ada", key: "lost", lost, token: token))
        while try people(other, token: token) == 0 {}
        service.kill()

        let restarted = try RunningService(data: directory.path)
        let connection = try #require(Connection(port: restarted.port))
        #expect(person("Ada", key: "lost", connection, token: token))
        let answer = try #require(connection.receive())
        #expect(answer.status == 201 && answer.head.lowercased().contains("idempotency-replayed: true"), "\(answer)")
        #expect(try people(connection, token: token) == 1)
        #expect(restarted.stop() == 0)
    }

    @Test("Killed again and again, with everything unanswered sent again under its key: each was done exactly once")
    func retried() throws {
        let directory = try TemporaryDirectory()
        let token = try token(directory)
        let unanswered = Mutex<[String]>([])
        let answered = Mutex(0)
        for round in 0..<8 {
            let service = try RunningService(data: directory.path)
            let port = service.port
            let threads = DispatchGroup()
            for thread in 0..<4 {
                DispatchQueue.global().async(group: threads) { [self] in
                    guard let connection = Connection(port: port) else { return }
                    var number = 0
                    while true {
                        let key = unanswered.withLock { $0.popLast() } ?? "\(round).\(thread).\(number)"
                        number += 1
                        guard person(key, key: key, connection, token: token), let answer = connection.receive(), answer.status == 201
                        else {
                            return unanswered.withLock { $0.append(key) }
                        }
                        answered.withLock { $0 += 1 }
                    }
                }
            }
            Thread.sleep(forTimeInterval: 0.1 + Double(round % 4) * 0.05)
            service.kill()
            threads.wait()
        }
        let service = try RunningService(data: directory.path)
        let connection = try #require(Connection(port: service.port))
        for key in unanswered.withLock(\.self) {
            #expect(person(key, key: key, connection, token: token))
            #expect(connection.receive()?.status == 201)
            answered.withLock { $0 += 1 }
        }
        #expect(answered.withLock(\.self) > 20)
        #expect(try people(connection, token: token) == answered.withLock(\.self))
        #expect(service.stop() == 0)
        let check = try Binary.run("check", "--data", directory.path)
        #expect(check.status == 0, "\(check.output)")
    }

    private func token(_ directory: TemporaryDirectory) throws -> String {
        try directory.migrate()
        let created = try Binary.run("token", "create", "--name", "crash", "--scopes", "people:read,people:write", "--data", directory.path)
        return created.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("SIGTERM ends the service with 0 while clients are connected")
    func terminated() throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path)
        let idle = try #require(Connection(port: service.port))
        #expect(idle.send("GET", "/livez", token: "none")?.status == 200)
        #expect(service.stop() == 0)
    }

    @Test("SIGHUP leaves the service running")
    func hangUp() throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path)
        // Both have come in by then: a signal that isn't caught ends a process before its next answer.
        for _ in 0..<2 { Foundation.kill(service.process.processIdentifier, SIGHUP) }
        #expect(Connection(port: service.port)?.send("GET", "/livez", token: "none")?.status == 200)
        #expect(service.stop() == 0)
    }

    @Test("A second service on the same data is refused with a sentence")
    func second() throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path)
        let refused = try Binary.run("serve", "--plain-http", "--port", "0", "--no-metrics", "--data", directory.path)
        #expect(refused.status != 0 && refused.errors.contains("already") || refused.errors.contains("runs on"))
        #expect(service.stop() == 0)
    }
}
