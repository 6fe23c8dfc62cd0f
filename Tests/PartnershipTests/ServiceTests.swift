import Foundation
import Testing

/// The running binary, from outside.
@Suite(.serialized)
struct ServiceTests {
    private static let demo = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts/demo").standardized.path

    private func token(_ data: String) throws -> String {
        try Binary.run("token", "create", "--name", "test", "--role", "trustAdmin", "--data", data).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A certificate for localhost that signs itself.
    private func certificate(in directory: String) throws -> (chain: String, key: String) {
        let files = (chain: directory + "/chain.pem", key: directory + "/key.pem")
        let made = try Command.run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", files.key, "-out", files.chain)
        try #require(made.status == 0, "\(made.errors)")
        return files
    }

    @Test("Over TLS it answers, survives SIGHUP and takes the new certificate, and ends with 0")
    func tls() throws {
        let directory = try TemporaryDirectory()
        let files = try certificate(in: directory.path)
        let service = try RunningService(data: directory.path + "/data", certificate: files)
        func ask() throws -> Binary.Result {
            try Command.run("curl", "--silent", "--show-error", "--cacert", files.chain, "https://localhost:\(service.port)/livez")
        }
        #expect(try ask().output.contains("live"))
        let before = try Data(contentsOf: URL(filePath: files.chain))
        _ = try certificate(in: directory.path)
        #expect(try Data(contentsOf: URL(filePath: files.chain)) != before)
        kill(service.process.processIdentifier, SIGHUP)
        // Another authority: only a service that has read its files again is trusted by the new one.
        while try ask().status != 0 { Thread.sleep(forTimeInterval: 0.02) }
        #expect(try ask().output.contains("live"))
        #expect(service.stop() == 0)
    }

    @Test("/metrics counts requests and knows when the certificate ends")
    func metrics() throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path + "/data", certificate: try certificate(in: directory.path), metrics: true)
        let metrics = try #require(service.metricsPort.flatMap { Connection(port: $0) }?.send("GET", "/metrics", token: "none"))
        #expect(metrics.status == 200)
        let days = metrics.body.firstMatch(of: /(?m)^tls_certificate_days_to_expiry (\d+)/).flatMap { Int($0.output.1) }
        #expect([29, 30].contains(days), "\(metrics.body)")
        #expect(service.stop() == 0)
        let plain = try RunningService(data: directory.path + "/data", metrics: true)
        #expect(Connection(port: plain.port)?.send("GET", "/v1/meta", token: "none")?.status == 200)
        // A request is counted when its answer is through, which the client may know before the service does.
        func scrape() throws -> String {
            try #require(plain.metricsPort.flatMap { Connection(port: $0) }?.send("GET", "/metrics", token: "none")).body
        }
        var counted = try scrape()
        for _ in 0..<500 where !counted.contains("operation=\"getMeta\"") {
            Thread.sleep(forTimeInterval: 0.01)
            counted = try scrape()
        }
        #expect(counted.contains("operation=\"getMeta\"") && !counted.contains("tls_certificate"), "\(counted)")
        #expect(plain.stop() == 0)
    }

    @Test("SIGTERM lets a request that is under way end, answered in full")
    func terminatedInFlight() throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path)
        let secret = try token(directory.path)
        let connection = try #require(Connection(port: service.port))
        let id = try #require(connection.send("POST", "/v1/imports", token: secret, headers: json, body: #"{"source":"gias"}"#)?.id)
        // Asked for by 100, so the handler waits for the body when the signal comes.
        let head = "PUT /v1/imports/\(id)/groups HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(secret)\r\nContent-Type: text/csv\r\n"
        connection.write(head + "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(connection.receive()?.status == 100)
        service.process.terminate()
        while Connection(port: service.port) != nil { Thread.sleep(forTimeInterval: 0.02) }
        connection.write("a,b\n")
        #expect(connection.receive()?.status == 200)
        service.process.waitUntilExit()
        #expect(service.process.terminationStatus == 0)
    }

    private let json = "Content-Type: application/json\r\n"

    @Test("A file that is declared too large, or whose sender isn't allowed to send one, is refused without 100 Continue")
    func refusedBeforeBody() throws {
        let directory = try TemporaryDirectory()
        let service = try RunningService(data: directory.path)
        let secret = try token(directory.path)
        let id = try #require(
            Connection(port: service.port)?.send("POST", "/v1/imports", token: secret, headers: json, body: #"{"source":"gias"}"#)?.id)
        for (token, type, length, status) in [
            (secret, "text/csv", 3 << 30, 413), (secret, "text/html", 4, 415), ("none", "text/csv", 4, 401),
        ] {
            let connection = try #require(Connection(port: service.port))
            connection.write(
                "PUT /v1/imports/\(id)/groups HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\nContent-Type: \(type)\r\n"
                    + "Content-Length: \(length)\r\nExpect: 100-continue\r\n\r\n")
            #expect(connection.receive()?.status == status)
        }
        #expect(service.stop() == 0)
    }

    @Test("Killed during an upload and during an import: after a restart the upload is gone, the import says so and can run again")
    func killedImport() throws {
        let directory = try TemporaryDirectory()
        let secret = try token(directory.migrate())
        let service = try RunningService(data: directory.path)
        let connection = try #require(Connection(port: service.port))
        let id = try #require(connection.send("POST", "/v1/imports", token: secret, headers: json, body: #"{"source":"gias"}"#)?.id)
        func put(_ name: String, _ content: String) {
            let answer = connection.send(
                "PUT", "/v1/imports/\(id)/\(name)", token: secret, headers: "Content-Type: text/csv\r\n", body: content)
            #expect(answer?.status == 200, "\(answer?.body ?? "no answer")")
        }
        // Enough schools that it is still at work when it is killed.
        let header = "URN,LA (code),EstablishmentName,TypeOfEstablishment (code),TypeOfEstablishment (name),EstablishmentStatus (code),"
        let rows = (100_000..<140_000).map { "\($0),383,School \($0),34,Academy converter,1,2" }
        put("establishments", ([header + "PhaseOfEducation (code)"] + rows).joined(separator: "\n"))
        put("group-links", "URN,Group UID,Group Name,Group Type (code)\n100000,1,A,06\n")
        #expect(connection.send("POST", "/v1/imports/\(id)/start", token: secret)?.status == 202)
        let other = try #require(connection.send("POST", "/v1/imports", token: secret, headers: json, body: #"{"source":"gias"}"#)?.id)
        let upload = try #require(Connection(port: service.port))
        upload.write(
            "PUT /v1/imports/\(other)/groups HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(secret)\r\nContent-Type: text/csv\r\n"
                + "Content-Length: 1000\r\n\r\nhalf")
        while connection.send("GET", "/v1/schools?limit=1&count=exact", token: secret)?.body.contains("\"total\":0") == true {}
        service.kill()

        let restarted = try RunningService(data: directory.path)
        let again = try #require(Connection(port: restarted.port))
        func status() -> String { again.send("GET", "/v1/imports/\(id)", token: secret)?.body ?? "" }
        while status().contains("\"status\":\"running\"") { Thread.sleep(forTimeInterval: 0.02) }
        #expect(status().contains("The import was interrupted; start it again."), "\(status())")
        #expect(again.send("GET", "/v1/imports/\(other)", token: secret)?.body.contains("\"files\":[]") == true)
        #expect(again.send("POST", "/v1/imports/\(id)/start", token: secret)?.status == 202)
        while !status().contains("\"report\":{") { Thread.sleep(forTimeInterval: 0.05) }
        #expect(again.send("GET", "/v1/schools?limit=1&count=exact", token: secret)?.body.contains("\"total\":40000") == true)
        #expect(restarted.stop() == 0)
        #expect(try Binary.run("check", "--data", directory.path).status == 0)
    }

    @Test("import gias says in words what it did, and refuses with a sentence what it can't read")
    func importReport() throws {
        let directory = try TemporaryDirectory()
        try directory.migrate()
        func load(_ establishments: String) throws -> Binary.Result {
            try Binary.run(
                "import", "gias", "--establishments", establishments, "--group-links", Self.demo + "/group-links.csv", "--groups",
                Self.demo + "/groups.csv", "--group-uid", "99901", "--data", directory.path)
        }
        let first = try load(Self.demo + "/establishments.csv")
        #expect(first.status == 0 && first.output.hasPrefix("Schools: 5 created, 0 updated, 0 unchanged; rows rejected: 0.\n"), "\(first)")
        #expect(try load(Self.demo + "/establishments.csv").output.hasPrefix("Schools: 0 created, 0 updated, 5 unchanged; rows"))

        let lines = try String(contentsOfFile: Self.demo + "/establishments.csv", encoding: .windowsCP1252).split(
            whereSeparator: \.isNewline)
        let broken = try directory.file("broken.csv", (lines.prefix(3) + ["999003,998"]).joined(separator: "\n"))
        let rejected = try load(broken)
        #expect(
            rejected.status == 0 && rejected.output.contains("rows rejected: 1.\n  establishments, line 4: has 2 fields"), "\(rejected)")
        #expect(rejected.output.contains("Known before, not in this file, left as they are: 999004, 999005."), "\(rejected)")

        let refused = try load(Self.demo + "/groups.csv")
        #expect(refused.status != 0 && refused.errors.contains("Line 1 of the establishments file"), "\(refused)")
        #expect(try load("/nowhere.csv").errors.contains("The establishments file can't be read: No such file or directory."))
        let usage = try Binary.run("import", "gias", "--data", directory.path)
        #expect(usage.status == 64 && usage.errors.contains("--establishments"))
    }
}
