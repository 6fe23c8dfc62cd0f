import Foundation
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import TLS

/// The client role against `openssl s_server`.
@Suite("Live client")
struct LiveClientTests {
    private let certificates = TestCertificates.shared

    /// Runs `openssl s_server -www` on a free port while the body runs.
    private func withServer(_ arguments: [String], _ body: (Int) async throws -> Void) async throws {
        let process = Process()
        let port = try await freePort()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-www", "-quiet", "-cert", certificates.path("server.pem")]
            + ["-key", certificates.path("server.key")] + arguments
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // SIGTERM is not enough: it may be blocked in this process, and children inherit that.
        defer { kill(process.processIdentifier, SIGKILL) }
        try await waitForListener(port)
        try await body(port)
    }

    private func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close().get()
        return port
    }

    private func waitForListener(_ port: Int) async throws {
        for _ in 0..<200 {
            let connected = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            if let connected {
                try? await connected.close().get()
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("A verified request is answered", arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func request(argument: String, version: String) async throws {
        try await withServer([argument]) { port in
            let context = try TLSContext(client: certificates.client())
            let answer = try await TestClient.get("/", port: port, context: context)
            #expect(answer.text.contains("HTTP/1.0 200 ok") && answer.text.contains("</HTML>"))
            #expect(answer.version == version && answer.certificate?.dnsNames == ["localhost"])
        }
    }

    @Test("An address in the certificate is as good as a name")
    func address() async throws {
        try await withServer([]) { port in
            let context = try TLSContext(client: certificates.client())
            #expect(try await TestClient.get("/", port: port, context: context, hostname: "127.0.0.1").text.contains("200 ok"))
        }
    }

    @Test("A certificate for another name or of an unknown authority is refused")
    func refused() async throws {
        try await withServer([]) { port in
            let known = try TLSContext(client: certificates.client())
            await #expect(throws: TLSError.self) { try await TestClient.get("/", port: port, context: known, hostname: "other.example") }
            var configuration = certificates.client()
            configuration.trustRoots = .file(certificates.path("client-ca.pem"))
            let unknown = try TLSContext(client: configuration)
            await #expect(throws: TLSError.self) { try await TestClient.get("/", port: port, context: unknown) }
        }
    }

    @Test("A client certificate is presented when asked for")
    func clientCertificate() async throws {
        try await withServer(["-Verify", "1", "-verify_return_error", "-CAfile", certificates.path("client-ca.pem")]) { port in
            let context = try TLSContext(client: certificates.client(certificate: "client"))
            #expect(try await TestClient.get("/", port: port, context: context).text.contains("200 ok"))
            let without = try TLSContext(client: certificates.client())
            await #expect(throws: TLSError.self) { try await TestClient.get("/", port: port, context: without) }
        }
    }
}
