import Foundation
import Synchronization
import Testing

@Suite(.serialized)
struct CrashTests {
    @Test("Killed in the middle of writes, again and again: every acknowledged write is there and the database is sound")
    func killed() throws {
        let directory = try TemporaryDirectory()
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
