import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization
import TLS
import Testing

@testable import Routing

/// An HTTP/2 client that sends the frames it is told to.
private struct FrameClient {
    typealias Payload = HTTP2Frame.FramePayload
    typealias Stream = NIOAsyncChannel<Payload, Payload>

    struct Answer {
        var statuses: [String] = []
        var fields: [String: String] = [:]
        var body = ""
        var hasEnd = false
        var reset: NIOHTTP2.HTTP2ErrorCode?
    }

    let channel: any Channel
    let multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>
    let goAways: GoAways

    final class GoAways: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTP2Frame
        private let codes = Mutex<[NIOHTTP2.HTTP2ErrorCode]>([])

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .goAway(_, let code, _) = unwrapInboundIn(data).payload { codes.withLock { $0.append(code) } }
            context.fireChannelRead(data)
        }

        var seen: [NIOHTTP2.HTTP2ErrorCode] { codes.withLock { $0 } }
    }

    static func connect(_ port: Int) async throws -> FrameClient {
        let context = try TestIdentity.shared.client(["h2"])
        let goAways = GoAways()
        let (channel, multiplexer) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(TLSHandler(context: context, serverHostname: "localhost"))
                    let multiplexer = try pipeline.configureAsyncHTTP2Pipeline(mode: .client) { stream in
                        stream.eventLoop.makeSucceededVoidFuture()
                    }
                    try pipeline.addHandler(goAways)
                    return (channel, multiplexer)
                }
            }
        return FrameClient(channel: channel, multiplexer: multiplexer, goAways: goAways)
    }

    static func head(_ method: String, _ path: String, _ more: [(String, String)] = []) -> HPACKHeaders {
        HPACKHeaders([(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)] + more)
    }

    func open() async throws -> Stream {
        try await multiplexer.openStream { channel in
            channel.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: channel) }
        }
    }

    /// Sends `payloads` on a stream of their own and gathers what comes back; after a `100` also sends `whenContinued`.
    func exchange(_ payloads: [Payload], whenContinued: [Payload] = []) async throws -> Answer {
        try await open().executeThenClose { inbound, outbound in
            try await outbound.write(contentsOf: payloads)
            var answer = Answer()
            do {
                for try await payload in inbound {
                    switch payload {
                    case .headers(let headers):
                        for (name, value, _) in headers.headers {
                            if name == ":status" { answer.statuses.append(value) } else { answer.fields[name] = value }
                        }
                        if answer.statuses == ["100"] { try await outbound.write(contentsOf: whenContinued) }
                        if headers.endStream { answer.hasEnd = true }
                    case .data(let data):
                        if case .byteBuffer(let bytes) = data.data { answer.body += String(buffer: bytes) }
                        if data.endStream { answer.hasEnd = true }
                    case .rstStream(let code): answer.reset = code
                    default: break
                    }
                }
            } catch let error as NIOHTTP2Errors.StreamClosed {
                answer.reset = error.errorCode
            }
            return answer
        }
    }

    func get(_ path: String, _ more: [(String, String)] = []) async throws -> Answer {
        try await exchange([.headers(.init(headers: Self.head("GET", path, more), endStream: true))])
    }

    static func data(_ text: String, end: Bool) -> Payload { .data(.init(data: .byteBuffer(ByteBuffer(string: text)), endStream: end)) }

    func close() async {
        try? await channel.close()
    }
}

@Suite("HTTPS server", .timeLimit(.minutes(1)))
struct SecureServerTests {
    private func withServer(
        _ answer: @escaping @Sendable (HTTPServerRequest) async -> Response = TestServer.standard,
        configure: (inout HTTPServer.Configuration) -> Void = { _ in }, _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let store = try TestIdentity.shared.store()
        try await TestServer.run(
            answer,
            configure: {
                $0.tls = store
                configure(&$0)
            }, body)
    }

    @Test("A client that speaks only HTTP/1.1 gets that, one that speaks nothing of the kind gets it too")
    func http1() async throws {
        try await withServer { server in
            for protocols in [["http/1.1"], []] {
                let answer = try await RawClient.connect(server.port, tls: TestIdentity.shared.client(protocols)) { client in
                    try await client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    return try await client.answer()
                }
                #expect(answer.body == "GET /x localhost HTTP/1.1")
            }
        }
    }

    @Test("Over TLS too a client that goes on sending reads its refusal")
    func lingeringClose() async throws {
        try await withServer(TestServer.standard) {
            $0.limits.discardedBody = 8 * 1024 * 1024
        } _: { server in
            try await RawClient.connect(server.port, tls: TestIdentity.shared.client(["http/1.1"])) { client in
                try await client.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n")
                for _ in 0..<32 { try await client.send(ByteBuffer(repeating: 0, count: 64 * 1024)) }
                let answer = try await client.answer()
                #expect(answer.status == 413)
                #expect(answer.body == "ignored")
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test("HTTP/2 requests are answered on one connection, each on its own stream")
    func http2() async throws {
        let (released, release) = AsyncStream<Void>.makeStream()
        try await withServer { request in
            if request.head.path == "/slow" { _ = await released.first { _ in true } }
            #expect(request.isSecure)
            #expect(request.remoteAddress == "127.0.0.1")
            return await TestServer.standard(request)
        } _: { server in
            let client = try await FrameClient.connect(server.port)
            async let slow = client.get("/slow")
            let fast = try await client.get("/fast?q=1", [("request-id", "mine")])
            #expect(fast.statuses == ["200"])
            #expect(fast.body == "GET /fast?q=1 localhost HTTP/2")
            #expect(fast.fields["request-id"] == "mine")
            #expect(fast.fields["x-content-type-options"] == "nosniff")
            #expect(fast.fields["connection"] == nil)
            release.yield()
            #expect(try await slow.body == "GET /slow localhost HTTP/2")
            await client.close()
        }
    }

    @Test("A body over HTTP/2 arrives whole, HEAD has none, a stream of unknown length ends")
    func bodies() async throws {
        try await withServer { request in
            guard request.head.path == "/stream" else { return await TestServer.standard(request) }
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    for part in ["a", "b", "c"] { try await writer.write(ByteBuffer(string: part)) }
                    try await writer.finish()
                })
        } _: { server in
            let client = try await FrameClient.connect(server.port)
            let long = String(repeating: "0123456789", count: 60_000)
            var payloads: [FrameClient.Payload] = [.headers(.init(headers: FrameClient.head("POST", "/echo")))]
            var rest = ByteBuffer(string: long)
            while let slice = rest.readSlice(length: min(10_000, rest.readableBytes)), slice.readableBytes > 0 {
                payloads.append(.data(.init(data: .byteBuffer(slice), endStream: rest.readableBytes == 0)))
            }
            #expect(try await client.exchange(payloads).body == long)
            let head = try await client.exchange([.headers(.init(headers: FrameClient.head("HEAD", "/x"), endStream: true))])
            #expect(head.body == "")
            #expect(head.fields["content-length"] == "24")
            #expect(try await client.get("/stream").body == "abc")
            await client.close()
        }
    }

    @Test("An answer that doesn't need the body is whole, and the stream ends with NO_ERROR")
    func unwantedBody() async throws {
        try await withServer { server in
            let client = try await FrameClient.connect(server.port)
            let answer = try await client.exchange([
                .headers(.init(headers: FrameClient.head("POST", "/ignore"))), FrameClient.data("begun", end: false),
            ])
            #expect(answer.statuses == ["413"])
            #expect(answer.body == "ignored")
            #expect(answer.hasEnd)
            #expect(answer.reset == .noError || answer.reset == nil)
            #expect(try await client.get("/next").statuses == ["200"])
            await client.close()
        }
    }

    @Test("Over HTTP/2 too 100 Continue comes when the body is asked for")
    func expectContinue() async throws {
        try await withServer { server in
            let client = try await FrameClient.connect(server.port)
            let fields = [("expect", "100-continue"), ("content-length", "3")]
            let answer = try await client.exchange(
                [.headers(.init(headers: FrameClient.head("POST", "/echo", fields)))], whenContinued: [FrameClient.data("abc", end: true)])
            #expect(answer.statuses == ["100", "200"])
            #expect(answer.body == "abc")
            let refused = try await client.exchange([.headers(.init(headers: FrameClient.head("POST", "/ignore", fields)))])
            #expect(refused.statuses == ["413"])
            await client.close()
        }
    }

    @Test("Limits of the head are refusals of the stream, and the connection lives on")
    func headLimits() async throws {
        try await withServer { server in
            let client = try await FrameClient.connect(server.port)
            #expect(try await client.get("/", (0..<101).map { ("x-\($0)", "y") }).statuses == ["431"])
            let uri = try await client.get("/" + String(repeating: "a", count: 8_192))
            #expect(uri.statuses == ["414"])
            #expect(uri.body.contains(uri.fields["request-id"]!))
            #expect(try await client.get("/", [("expect", "miracles")]).statuses == ["417"])
            #expect(try await client.get("/", [("host", "elsewhere")]).statuses == ["400"])
            #expect(try await client.get("/next").statuses == ["200"])
            await client.close()
        }
    }

    @Test("A body that comes too slowly over HTTP/2 is 408")
    func slowBody() async throws {
        try await withServer(TestServer.standard) {
            $0.limits.bodyGrace = .milliseconds(50)
            $0.limits.bodyRate = 1_000_000
        } _: { server in
            let client = try await FrameClient.connect(server.port)
            let answer = try await client.exchange([
                .headers(.init(headers: FrameClient.head("POST", "/echo"))), FrameClient.data("ab", end: false),
            ])
            #expect(answer.statuses == ["408"])
            await client.close()
        }
    }

    @Test("A client that opens and resets streams without end loses its connection")
    func rapidReset() async throws {
        try await withServer(TestServer.standard) {
            $0.limits.resetStreams = 20
            $0.limits.resetWindow = .seconds(600)
        } _: { server in
            let client = try await FrameClient.connect(server.port)
            for _ in 0..<1_000 where client.channel.isActive {
                try? await client.open().executeThenClose { _, outbound in
                    try await outbound.write(.headers(.init(headers: FrameClient.head("GET", "/"), endStream: true)))
                    try await outbound.write(.rstStream(.cancel))
                }
            }
            try await client.channel.closeFuture.get()
            #expect(client.goAways.seen.contains(.enhanceYourCalm))
        }
    }

    @Test("Shutting down sends GOAWAY and lets streams finish")
    func gracefulShutdown() async throws {
        let (started, startedNow) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            startedNow.yield()
            _ = await released.first { _ in true }
            return .text("finished")
        } _: { server in
            let client = try await FrameClient.connect(server.port)
            let idle = try await FrameClient.connect(server.port)
            async let answer = client.get("/")
            _ = await started.first { _ in true }
            await server.shutDown()
            try await idle.channel.closeFuture.get()
            release.yield()
            #expect(try await answer.body == "finished")
            try await client.channel.closeFuture.get()
            #expect(client.goAways.seen.contains(.noError))
        }
    }

    @Test("Plain HTTP or noise on the TLS port is hung up on, and counted")
    func noise() async throws {
        let registry = PrometheusRegistry()
        try await withServer(TestServer.standard) {
            $0.metrics = ServerMetrics(registry: registry)
        } _: { server in
            for noise in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{5}hello", "\u{0}\u{0}\u{0}"] {
                try await RawClient.connect(server.port) { client in
                    try await client.send(noise)
                    try await client.closeOutput()
                    let rest = try await client.rest()
                    #expect(!rest.hasPrefix("HTTP"))
                }
            }
        }
        #expect(registry.prometheusText().contains("tls_handshake_failures_total 3\n"))
    }
}
