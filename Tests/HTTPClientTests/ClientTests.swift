import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TLS
import Testing

@testable import HTTPClient

/// The client against a server of this process, over TLS with certificates made for the run.
struct ClientTests {
    private let certificates = Certificates.shared

    private func client(
        roots: String = "ca.pem", limits: HTTPClient.Limits = HTTPClient.Limits(),
        resolve: @escaping NameResolver.Resolve = NameResolver.system
    ) throws -> HTTPClient {
        try HTTPClient(
            trustRoots: .file(certificates.path(roots)), allowing: [try #require(AddressRange("127.0.0.0/8"))], resolve: resolve,
            limits: limits)
    }

    /// Why a request comes to nothing.
    private func reason(_ client: HTTPClient, _ url: String) async -> OutgoingError? {
        do {
            _ = try await client.post(url, headers: [], body: [])
            return nil
        } catch {
            return error as? OutgoingError
        }
    }

    @Test("A request arrives whole, with Host and Content-Length, and its answer comes back")
    func posts() async throws {
        let server = try await Server.start(certificates) { _ in "HTTP/1.1 201 Created\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello"
        }
        let body = Array(String(repeating: "x", count: 100_000).utf8)
        let answer = try await client().post("https://localhost:\(server.port)/a?b=c", headers: [("webhook-id", "evt_1")], body: body)
        #expect(answer == HTTPClient.Answer(status: 201, retryAfter: "7", body: Array("hello".utf8)))
        let request = server.requests.withLock { $0 }
        #expect(request.hasPrefix("POST /a?b=c HTTP/1.1\r\nHost: localhost:\(server.port)\r\n"))
        #expect(request.contains("Content-Length: 100000\r\n") && request.contains("webhook-id: evt_1\r\n"))
        #expect(request.hasSuffix("\r\n\r\n" + String(decoding: body, as: UTF8.self)))
    }

    @Test("Once there is a status, a body that never ends changes nothing")
    func endless() async throws {
        let server = try await Server.start(certificates) { _ in "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello" }
        var limits = HTTPClient.Limits()
        limits.body = .milliseconds(50)
        #expect(try await client(limits: limits).post("https://localhost:\(server.port)/", headers: [], body: []).status == 200)
    }

    @Test("A redirect is an answer and is not followed")
    func redirect() async throws {
        let server = try await Server.start(certificates) { port in
            "HTTP/1.1 302 Found\r\nLocation: https://localhost:\(port)/other\r\nContent-Length: 0\r\n\r\n"
        }
        #expect(try await client().post("https://localhost:\(server.port)/", headers: [], body: []).status == 302)
        #expect(!server.requests.withLock { $0 }.contains("/other"))
        #expect(server.connections.withLock { $0 } == 1)
    }

    @Test("A certificate of an unknown authority or for another name is told as the reason, and nothing is sent")
    func verification() async throws {
        let server = try await Server.start(certificates) { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
        let stranger = try client(roots: "other-ca.pem")
        #expect(await reason(stranger, "https://localhost:\(server.port)/")?.description.contains("verify") == true)
        let named = try client { _ in [try #require(NetworkAddress("127.0.0.1"))] }
        #expect(await reason(named, "https://other.example:\(server.port)/")?.description.contains("handshake failed") == true)
        #expect(server.requests.withLock { $0 }.isEmpty)
    }

    @Test(
        "A name that leads to an address nothing is sent to is refused, also when another of its addresses is good",
        arguments: [["10.0.0.1"], ["::ffff:10.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "::1"], ["93.184.216.34", "192.168.0.1"]])
    func resolved(addresses: [String]) async throws {
        let client = try client { _ in addresses.compactMap { NetworkAddress($0) } }
        guard case .target? = await reason(client, "https://rebound.example/") else {
            Issue.record("\(addresses) was not refused")
            return
        }
    }

    @Test("The name is looked up once, and where it leads is where the connection goes")
    func pinned() async throws {
        let server = try await Server.start(certificates) { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
        let lookups = Mutex<[String]>([])
        let client = try client { host in
            lookups.withLock { $0.append(host) }
            return [try #require(NetworkAddress("127.0.0.1"))]
        }
        #expect(try await client.post("https://LOCALHOST:\(server.port)/", headers: [], body: []).status == 200)
        #expect(lookups.withLock { $0 } == ["localhost"])
    }

    @Test("Of a body without end only the beginning is read, and the status still counts")
    func oversized() async throws {
        let endless = "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "y", count: 1_000_000)
        let server = try await Server.start(certificates) { _ in endless }
        let answer = try await client().post("https://localhost:\(server.port)/", headers: [], body: [])
        #expect(answer.status == 200 && answer.body == Array(String(repeating: "y", count: 1_024).utf8))
    }

    @Test("A head without end, and what is no HTTP, are no answers", arguments: [1, 70_000, 200_000])
    func noAnswer(length: Int) async throws {
        let filler = String(repeating: "y", count: length)
        let bytes = length == 1 ? "SSH-2.0-OpenSSH\r\n\r\n" : "HTTP/1.1 200 OK\r\nX: \(filler)"
        let server = try await Server.start(certificates) { _ in bytes }
        await #expect(throws: OutgoingError.self) { try await client().post("https://localhost:\(server.port)/", headers: [], body: []) }
    }

    @Test("A server that never answers, and one that never resolves, end with the reason")
    func silent() async throws {
        let server = try await Server.start(certificates) { _ in "" }
        var limits = HTTPClient.Limits()
        limits.firstByte = .milliseconds(50)
        let impatient = try client(limits: limits)
        await #expect(throws: OutgoingError.timedOut("waiting for the answer")) {
            try await impatient.post("https://localhost:\(server.port)/", headers: [], body: [])
        }
        limits.whole = .milliseconds(50)
        let lost = try client(limits: limits) { _ in
            try await Task.sleep(for: .seconds(3_600))
            return []
        }
        await #expect(throws: OutgoingError.timedOut("before the answer was whole")) {
            try await lost.post("https://localhost/", headers: [], body: [])
        }
    }

    @Test("A request that is cancelled ends at once")
    func cancelled() async throws {
        let server = try await Server.start(certificates) { _ in "" }
        let client = try client()
        let request = Task { try await client.post("https://localhost:\(server.port)/", headers: [], body: []) }
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
    }
}

/// Answers every request with one text; an empty one is no answer.
private final class Server: Sendable {
    let port: Int
    let requests = Mutex("")
    let connections = Mutex(0)
    private let channel: any Channel

    private init(_ channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    deinit { channel.close(promise: nil) }

    static func start(_ certificates: Certificates, answer: @escaping @Sendable (_ port: Int) -> String) async throws -> Server {
        let context = try TLSContext(
            server: TLSServerConfiguration(
                certificateChainFile: certificates.path("server.pem"), privateKeyFile: certificates.path("server.key"),
                applicationProtocols: ["http/1.1"]))
        let started = Mutex<Server?>(nil)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TLSHandler(context: context))
                    let server = started.withLock { $0 }
                    server?.connections.withLock { $0 += 1 }
                    try channel.pipeline.syncOperations.addHandler(Answering(server, answer(server?.port ?? 0)))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = Server(channel)
        started.withLock { $0 = server }
        return server
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private weak var server: Server?
        private let answer: String
        private var request = ""

        init(_ server: Server?, _ answer: String) {
            self.server = server
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            guard let end = request.range(of: "\r\n\r\n"), let length = request.firstMatch(of: /Content-Length: (\d+)/),
                request[end.upperBound...].utf8.count >= Int(length.1) ?? 0
            else { return }
            server?.requests.withLock { $0 += request }
            if !answer.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// An authority and a certificate for localhost, made once per run by the `openssl` command.
private struct Certificates: Sendable {
    static let shared = Certificates()
    private let directory = NSTemporaryDirectory() + "http-client-tests-\(UUID().uuidString)"

    private init() {
        try! FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: Certificates.shared.directory) }
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
        for name in ["ca", "other-ca"] { openssl("req -x509 \(key) -subj /CN=\(name) -keyout \(name).key -out \(name).pem") }
        openssl(
            "req -x509 \(key) -subj /CN=localhost -CA ca.pem -CAkey ca.key -addext subjectAltName=DNS:localhost "
                + "-addext basicConstraints=critical,CA:false -keyout server.key -out server.pem")
    }

    func path(_ name: String) -> String { directory + "/" + name }

    private func openssl(_ arguments: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardError = FileHandle.nullDevice
        try! process.run()
        process.waitUntilExit()
        precondition(process.terminationStatus == 0, "openssl \(arguments)")
    }
}
