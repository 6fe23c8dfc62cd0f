import Foundation
import Testing

@testable import TLS

@Suite("Reload")
struct ReloadTests {
    private let certificates = TestCertificates.shared

    @Test("New connections get the new certificate")
    func reload() async throws {
        let files = certificates.replaceableCopy(of: "server")
        var configuration = certificates.server()
        configuration.certificate = files
        let server = try await TestServer(configuration)
        let client = try TLSContext(client: certificates.client())
        #expect(try await TestClient.get("/end", port: server.port, context: client).certificate?.subject == "CN=server,O=Example")
        #expect([19, 20].contains(server.store.daysToExpiry))

        certificates.replace(files, with: "renewed")
        try server.store.reload()
        #expect(try await TestClient.get("/end", port: server.port, context: client).certificate?.subject == "CN=renewed,O=Example")
        #expect([24, 25].contains(server.store.daysToExpiry))
        await server.stop()
    }

    @Test("A bad file leaves the old certificate in use and is named", arguments: ["expired", "other"])
    func refused(name: String) async throws {
        let files = certificates.replaceableCopy(of: "server")
        var configuration = certificates.server()
        configuration.certificate = files
        let store = try TLSContextStore(configuration)
        let before = store.context
        if name == "other" {
            // Only the certificate: its key does not belong to it.
            let bytes = FileManager.default.contents(atPath: certificates.path("other.pem"))!
            try bytes.write(to: URL(fileURLWithPath: files.certificateChainFile))
        } else {
            certificates.replace(files, with: name)
        }
        let error = #expect(throws: TLSError.self) { try store.reload() }
        #expect(error?.description.contains(name == "other" ? files.privateKeyFile : files.certificateChainFile) == true)
        #expect(store.context === before)
    }

    @Test("The watcher notices a replacement, reports a bad one once, and recovers")
    func watch() async throws {
        let files = certificates.replaceableCopy(of: "server")
        var configuration = certificates.server()
        configuration.certificate = files
        let store = try TLSContextStore(configuration)
        let reports = Shared<[String]>([])
        let watcher = Task {
            await store.watch(every: .milliseconds(10)) { result in
                let text =
                    switch result {
                    case .success: "reloaded"
                    case .failure(let error): String(describing: error)
                    }
                reports.change { $0.append(text) }
            }
        }
        func settle(_ count: Int) async -> [String] {
            for _ in 0..<200 where reports.value.count < count { try? await Task.sleep(for: .milliseconds(10)) }
            try? await Task.sleep(for: .milliseconds(50))
            return reports.value
        }
        #expect(await settle(0) == [])

        try Data("broken".utf8).write(to: URL(fileURLWithPath: files.certificateChainFile))
        let broken = await settle(1)
        // Writing takes two steps, emptying and filling, and both may be seen.
        #expect(broken.last == "\(files.certificateChainFile): contains no PEM certificate" && broken.count <= 2)

        certificates.replace(files, with: "renewed")
        _ = await settle(broken.count + 1)
        #expect(reports.value.last == "reloaded")
        #expect([24, 25].contains(store.daysToExpiry))
        watcher.cancel()
        await watcher.value
    }

    @Test("Reloading under load fails no handshake and no request")
    func underLoad() async throws {
        let files = certificates.replaceableCopy(of: "server")
        var configuration = certificates.server(protocols: ["http/1.1"])
        configuration.certificate = files
        let server = try await TestServer(configuration)
        let store = server.store
        let client = try TLSContext(client: certificates.client())
        let stopped = Shared(false)
        let port = server.port

        let outcomes = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var outcomes: [String] = []
                    while !stopped.value {
                        do {
                            let answer = try await TestClient.get("/end", port: port, context: client)
                            outcomes.append(answer.text.hasSuffix("hello") ? answer.certificate?.subject ?? "none" : answer.text)
                        } catch {
                            outcomes.append(String(describing: error))
                        }
                    }
                    return outcomes
                }
            }
            for round in 0..<200 where round < 20 || server.tally.now.handshakes < 50 {
                certificates.replace(files, with: round.isMultiple(of: 2) ? "renewed" : "server")
                do { try store.reload() } catch { Issue.record(error) }
                try? await Task.sleep(for: .milliseconds(20))
            }
            stopped.change { $0 = true }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(outcomes) == ["CN=server,O=Example", "CN=renewed,O=Example"])
        #expect(outcomes.count >= 50)
        #expect(server.tally.now.errors == [])
        await server.stop()
    }
}
