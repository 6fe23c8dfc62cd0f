import NIOCore
import NIOPosix
import NIOTLS
import Synchronization

@testable import TLS

/// A value that several tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }

    func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

/// What connections of a test server did. Counted on event loops, read by tests.
final class Tally: Sendable {
    struct Counts: Equatable {
        var open = 0
        var handshakes = 0
        var resumed = 0
        var inputClosed = 0
        var errors: [String] = []
    }

    private let counts = Mutex(Counts())

    var now: Counts { counts.withLock { $0 } }

    func change(_ body: (inout Counts) -> Void) { counts.withLock { body(&$0) } }

    /// Waits until the condition holds; the test's expectation then tells which part did not.
    func settle(_ condition: (Counts) -> Bool) async -> Counts {
        for _ in 0..<200 {
            if condition(now) { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return now
    }
}

/// Answers every request that ends with an empty line, whatever it asks for; `/big` with 4 MiB, `/who` with the client's
/// certificate, `/end` by ending the connection after the answer.
final class TinyHTTP: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static let big = 4 << 20

    private let tally: Tally
    private let reads: Bool
    private var received = ByteBuffer()

    /// - Parameter reads: whether the channel has no autoRead and wants to be asked for each read.
    init(tally: Tally, reads: Bool) {
        self.tally = tally
        self.reads = reads
    }

    func channelActive(context: ChannelHandlerContext) {
        tally.change { $0.open += 1 }
    }

    func channelInactive(context: ChannelHandlerContext) {
        tally.change { $0.open -= 1 }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        let text = String(buffer: received)
        guard text.hasSuffix("\r\n\r\n") || text.hasSuffix("\n\n") else { return }
        received.clear()
        for request in text.split(separator: "GET ") {
            let path = request.prefix { $0 != " " }
            var body = ByteBuffer(string: "hello")
            if path == "/big" { body = ByteBuffer(repeating: UInt8(ascii: "x"), count: Self.big) }
            if path == "/who" {
                let handler = try? context.pipeline.syncOperations.handler(type: TLSHandler.self)
                body = ByteBuffer(string: handler?.peerCertificate?.subject ?? "nobody")
            }
            let head = "HTTP/1.1 200 OK\r\ncontent-length: \(body.readableBytes)\r\n\r\n"
            context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
            context.write(wrapOutboundOut(body), promise: nil)
            if path == "/end" {
                context.flush()
                context.close(promise: nil)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        if reads { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            let resumed = (try? context.pipeline.syncOperations.handler(type: TLSHandler.self).wasResumed) ?? false
            tally.change {
                $0.handshakes += 1
                if resumed { $0.resumed += 1 }
            }
            if reads { context.read() }
        case ChannelEvent.inputClosed:
            tally.change { $0.inputClosed += 1 }
            context.close(promise: nil)
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        tally.change { $0.errors.append(String(describing: error)) }
    }
}

/// A listener on a free loopback port.
final class TestServer: Sendable {
    let store: TLSContextStore
    let tally = Tally()
    let channel: any Channel
    private let children = ChildChannels()

    var port: Int { channel.localAddress!.port! }
    var address: String { "127.0.0.1:\(port)" }
    var url: String { "https://localhost:\(port)" }

    init(_ configuration: TLSServerConfiguration, autoRead: Bool = true) async throws {
        let store = try TLSContextStore(configuration)
        let tally = tally
        self.store = store
        let children = children
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: autoRead)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try store.makeServerHandler()
                    children.add(channel, handler)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    try channel.pipeline.syncOperations.addHandler(TinyHTTP(tally: tally, reads: !autoRead))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// Handlers, and with them OpenSSL's objects, that have not been freed.
    var livingHandlers: Int { children.livingHandlers }

    /// Closes the listener and asks every connection to close; returns when they have.
    func stop() async {
        try? await channel.close().get()
        await children.closeAll()
    }
}

private final class ChildChannels: Sendable {
    private struct Child {
        weak var channel: (any Channel)?
        /// Only asked whether it is still there.
        nonisolated(unsafe) weak var handler: TLSHandler?
    }

    private let children = Mutex<[Child]>([])

    var livingHandlers: Int { children.withLock { $0.count { $0.handler != nil } } }

    func add(_ channel: any Channel, _ handler: TLSHandler) {
        let child = Child(channel: channel, handler: handler)
        children.withLock { $0.append(child) }
    }

    func closeAll() async {
        for channel in children.withLock({ $0.compactMap(\.channel) }) { try? await channel.close().get() }
    }
}

/// One request over the client role: connects, sends, and returns everything until the server ends or `expecting` bytes
/// have come.
enum TestClient {
    struct Answer: Sendable {
        var text: String
        var certificate: TLSPeerCertificate?
        var version: String?
    }

    static func get(_ path: String, port: Int, context: TLSContext, hostname: String = "localhost") async throws -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Answer.self)
        do {
            let channel = try await ClientBootstrap(group: loop)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(TLSHandler(context: context, serverHostname: hostname))
                        try channel.pipeline.syncOperations.addHandler(Collector(promise))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: "GET \(path) HTTP/1.1\r\nhost: localhost\r\n\r\n")).get()
        } catch {
            promise.fail(error)
        }
        return try await promise.futureResult.get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let promise: EventLoopPromise<Answer>
        private var answer = Answer(text: "")
        private var bytes = ByteBuffer()

        init(_ promise: EventLoopPromise<Answer>) {
            self.promise = promise
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.writeImmutableBuffer(unwrapInboundIn(data))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            switch event {
            case TLSUserEvent.handshakeCompleted:
                let handler = try? context.pipeline.syncOperations.handler(type: TLSHandler.self)
                answer.certificate = handler?.peerCertificate
                answer.version = handler?.protocolVersion
            case ChannelEvent.inputClosed:
                answer.text = String(buffer: bytes)
                promise.succeed(answer)
                context.close(promise: nil)
            default:
                break
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            promise.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            promise.fail(ChannelError.eof)
        }
    }
}
