import NIOCore
import NIOEmbedded
import NIOTLS

@testable import TLS

/// What the top of a pipeline saw, in order.
enum Seen: Equatable {
    case read(String)
    case readComplete
    case handshake(String?)
    case shutdown
    case inputClosed
    case writable(Bool)
    case error(String)
    case inactive
}

/// Records everything, and can do something at an event.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var seen: [Seen] = []
    var bytes: [UInt8] = []
    var onEvent: ((ChannelHandlerContext, Seen) -> Void)?

    var errors: [String] {
        seen.compactMap { if case .error(let text) = $0 { text } else { nil } }
    }

    private func note(_ event: Seen, _ context: ChannelHandlerContext) {
        seen.append(event)
        onEvent?(context, event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytes.append(contentsOf: buffer.readableBytesView)
        note(.read(String(buffer: buffer)), context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { note(.readComplete, context) }
    func channelWritabilityChanged(context: ChannelHandlerContext) { note(.writable(context.channel.isWritable), context) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { note(.error(String(describing: error)), context) }
    func channelInactive(context: ChannelHandlerContext) { note(.inactive, context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let name): note(.handshake(name), context)
        case TLSUserEvent.shutdownCompleted: note(.shutdown, context)
        case ChannelEvent.inputClosed: note(.inputClosed, context)
        default: break
        }
    }
}

/// An embedded channel closes whole on `close(mode: .output)`; a socket does not.
private final class HalfClosingBottom: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
}

/// One end of an in-memory connection.
final class End {
    let channel = EmbeddedChannel()
    let handler: TLSHandler
    let recorder = Recorder()

    init(_ handler: TLSHandler, halfClosure: Bool = true) throws {
        self.handler = handler
        try channel.pipeline.syncOperations.addHandlers(HalfClosingBottom(), handler, recorder)
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: halfClosure)
    }

    func connect() {
        channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    /// All ciphertext written since the last call.
    func takeOutput() -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { bytes.append(contentsOf: buffer.readableBytesView) }
        return bytes
    }

    func receive(_ bytes: some Collection<UInt8>) {
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func write(_ text: String) -> EventLoopFuture<Void> {
        channel.writeAndFlush(ByteBuffer(string: text))
    }
}

/// A client and a server whose wire is the test.
final class EmbeddedPair {
    enum Delivery: CaseIterable {
        case oneByteAtATime
        case coalesced
        case uneven
    }

    let client: End
    let server: End
    var delivery: Delivery

    init(
        server: TLSServerConfiguration = TestCertificates.shared.server(),
        client: TLSClientConfiguration = TestCertificates.shared.client(),
        hostname: String = "localhost", halfClosure: Bool = true, delivery: Delivery = .coalesced, connect: Bool = true
    ) throws {
        self.client = try End(TLSHandler(context: TLSContext(client: client), serverHostname: hostname), halfClosure: halfClosure)
        self.server = try End(TLSHandler(context: TLSContext(server: server)), halfClosure: halfClosure)
        self.delivery = delivery
        if connect {
            self.server.connect()
            self.client.connect()
        }
    }

    /// Carries ciphertext both ways until both sides are silent.
    func exchange() {
        while true {
            let toServer = client.takeOutput()
            deliver(toServer, to: server)
            let toClient = server.takeOutput()
            deliver(toClient, to: client)
            if toServer.isEmpty && toClient.isEmpty { return }
        }
    }

    func deliver(_ bytes: [UInt8], to end: End) {
        switch delivery {
        case .coalesced:
            if !bytes.isEmpty { end.receive(bytes) }
        case .oneByteAtATime:
            for byte in bytes { end.receive([byte]) }
        case .uneven:
            var index = 0
            var size = 1
            while index < bytes.count {
                end.receive(bytes[index..<min(index + size, bytes.count)])
                index += size
                size = size * 3 % 1009 + 1
            }
        }
    }

    /// Closes what is still open, and swallows what closing reports.
    func finish() {
        for end in [client, server] {
            end.channel.pipeline.fireChannelInactive()
            _ = try? end.channel.finish(acceptAlreadyClosed: true)
        }
    }
}
