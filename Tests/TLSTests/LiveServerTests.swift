import Foundation
import NIOCore
import Testing

@testable import TLS

/// The server role against other people's clients.
@Suite("Live server")
struct LiveServerTests {
    private let certificates = TestCertificates.shared

    private func sClient(_ server: TestServer, _ arguments: [String], input: String = "", hold: Duration = .zero) async -> CommandResult {
        await runAsync(
            "openssl", ["s_client", "-connect", server.address, "-CAfile", certificates.path("ca.pem")] + arguments, input: input,
            holdInput: hold)
    }

    /// A program for Python's `ssl` over a connected, verified socket `s`; `raw` is the socket below.
    private func python(_ server: TestServer, _ program: String) async -> CommandResult {
        let prelude = """
            import socket, ssl, struct, sys, time
            context = ssl.create_default_context(cafile=sys.argv[2])
            context.set_alpn_protocols(["http/1.1"])
            raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            s = context.wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=False)

            """
        return await runAsync("python3", ["-c", prelude + program, String(server.port), certificates.path("ca.pem")])
    }

    @Test("openssl s_client gets an answer over both versions", arguments: ["-tls1_2", "-tls1_3"])
    func sClientAnswer(version: String) async throws {
        let server = try await TestServer(certificates.server())
        let result = await sClient(
            server, [version, "-alpn", "h2,http/1.1", "-servername", "localhost", "-verify_return_error", "-ign_eof"],
            input: "GET /end HTTP/1.1\r\n\r\n")
        #expect(result.output.contains("hello"))
        #expect(result.output.contains("ALPN protocol: h2"))
        #expect(result.output.contains(version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
        #expect(result.output.contains("X25519"))
        #expect(result.status == 0)
        let counts = await server.tally.settle { $0.open == 0 }
        #expect(counts.open == 0 && counts.handshakes == 1 && counts.errors == [])
        await server.stop()
    }

    @Test("TLS 1.1 is refused")
    func oldVersion() async throws {
        let server = try await TestServer(certificates.server())
        let result = await sClient(server, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(result.status != 0)
        #expect(await server.tally.settle { $0.open == 0 && !$0.errors.isEmpty }.handshakes == 0)
        await server.stop()
    }

    @Test("The minimum version can be TLS 1.3")
    func onlyTLS13() async throws {
        var configuration = certificates.server()
        configuration.minimumVersion = .tls13
        let server = try await TestServer(configuration)
        #expect(await sClient(server, ["-tls1_2"]).output.contains("Cipher is (NONE)"))
        #expect(await sClient(server, ["-tls1_3"]).output.contains("Verify return code: 0 (ok)"))
        await server.stop()
    }

    @Test("curl fetches small and large bodies over one connection", .enabled(if: available("curl")))
    func curl() async throws {
        let server = try await TestServer(certificates.server(protocols: ["http/1.1"]))
        let urls = ["/", "/big", "/", "/big", "/"].map { server.url + $0 }
        let result = await runAsync(
            "curl",
            ["-sS", "--http1.1", "--cacert", certificates.path("ca.pem"), "-w", "%{http_code} %{size_download} %{num_connects}\n"]
                + urls.flatMap { ["-o", "/dev/null", $0] })
        let big = "200 \(TinyHTTP.big) 0"
        #expect(result.output.split(separator: "\n") == ["200 5 1", Substring(big), "200 5 0", Substring(big), "200 5 0"])
        #expect(await server.tally.settle { $0.open == 0 }.open == 0)
        await server.stop()
    }

    @Test("Python's ssl closes cleanly: close_notify is answered by close_notify")
    func pythonUnwrap() async throws {
        let server = try await TestServer(certificates.server())
        let result = await python(
            server,
            """
            s.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
            print(s.recv(4096))
            s.unwrap()
            print("clean")
            """)
        #expect(result.output.contains("hello") && result.output.contains("clean"), "\(result.errors)")
        let counts = await server.tally.settle { $0.open == 0 }
        #expect(counts.open == 0 && counts.inputClosed == 1 && counts.errors == [])
        await server.stop()
    }

    @Test("FIN without close_notify is a truncation, and the connection goes")
    func truncation() async throws {
        let server = try await TestServer(certificates.server())
        _ = await python(
            server,
            """
            s.sendall(b"GET / HTT")
            raw2 = socket.socket(fileno=s.detach())
            raw2.shutdown(socket.SHUT_WR)
            while raw2.recv(4096): pass
            """)
        let counts = await server.tally.settle { $0.open == 0 && !$0.errors.isEmpty }
        #expect(counts.open == 0 && counts.errors == [TLSError.truncated.description] && counts.inputClosed == 1)
        await server.stop()
    }

    @Test("A reset connection goes")
    func reset() async throws {
        let server = try await TestServer(certificates.server())
        _ = await python(
            server,
            """
            s.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
            s.recv(10)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.socket(fileno=s.detach()).close()
            """)
        let counts = await server.tally.settle { $0.open == 0 && !$0.errors.isEmpty }
        #expect(counts.open == 0 && counts.handshakes == 1 && counts.errors.count == 1)
        await server.stop()
    }

    @Test("A peer that does not read is not waited for longer than the shutdown timeout")
    func peerThatNeverAnswers() async throws {
        let server = try await TestServer(certificates.server(shutdownTimeout: .milliseconds(300)))
        let result = await python(
            server,
            """
            s.sendall(b"GET /big HTTP/1.1\\r\\n\\r\\nGET /end HTTP/1.1\\r\\n\\r\\n")
            time.sleep(1.5)
            """)
        #expect(result.status == 0)
        #expect(await server.tally.settle { $0.open == 0 }.open == 0)
        await server.stop()
    }

    @Test("The certificate follows the name; no name and an unknown one get the default")
    func serverNames() async throws {
        let server = try await TestServer(certificates.server(additional: ["other.example": certificates.files("other")]))
        for (arguments, subject) in [
            (["-servername", "other.example"], "CN = other"), (["-servername", "x.example"], "CN = server"),
            (["-noservername"], "CN = server"),
        ] {
            #expect(await sClient(server, arguments).output.contains("subject=O = Example, \(subject)"))
        }
        await server.stop()
    }

    @Test("No common protocol is alert 120")
    func alert120() async throws {
        let server = try await TestServer(certificates.server(protocols: ["http/1.1"]))
        let result = await sClient(server, ["-alpn", "h2"])
        #expect(result.errors.contains("SSL alert number 120"))
        #expect(await server.tally.settle { $0.open == 0 }.open == 0)
        await server.stop()
    }

    @Test("Without autoRead requests are answered all the same")
    func manualReads() async throws {
        let server = try await TestServer(certificates.server(), autoRead: false)
        let result = await python(
            server,
            """
            for part in b"GET / HTTP/1.1\\r\\n\\r\\n": s.sendall(bytes([part]))
            print(s.recv(4096))
            s.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
            print(s.recv(4096))
            """)
        #expect(result.output.components(separatedBy: "hello").count == 3, "\(result.errors)")
        await server.stop()
    }

    @Test("Stopping ends idle, half-closed and handshaking connections")
    func stop() async throws {
        let server = try await TestServer(
            certificates.server(handshakeTimeout: .milliseconds(500), shutdownTimeout: .milliseconds(300)))
        async let clients = python(
            server,
            """
            s.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
            s.recv(4096)
            silent = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            half = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            half.sendall(b"\\x16\\x03\\x01\\x02\\x00\\x01")
            half.shutdown(socket.SHUT_WR)
            time.sleep(1)
            """)
        _ = await server.tally.settle { $0.open == 2 && $0.handshakes == 1 && !$0.errors.isEmpty }
        await server.stop()
        #expect(await server.tally.settle { $0.open == 0 }.open == 0)
        _ = await clients
    }

    @Test("sslscan finds TLS 1.2 and 1.3 only, without renegotiation, compression or Heartbleed", .enabled(if: available("sslscan")))
    func scan() async throws {
        let server = try await TestServer(certificates.server())
        let result = await runAsync("sslscan", ["--no-colour", server.address]).output
        #expect(result.contains("TLSv1.2   enabled") && result.contains("TLSv1.3   enabled"))
        #expect(result.contains("TLSv1.0   disabled") && result.contains("TLSv1.1   disabled") && result.contains("SSLv3     disabled"))
        #expect(!result.contains("Compression enabled") && !result.contains("renegotiation supported"))
        #expect(!result.contains("CBC") && !result.contains(" AES128-GCM"))
        await server.stop()
    }
}
