// The TLS layer alone: HTTP/1.1 keep-alive answers of a few fixed bytes, so that the service's figures can be told apart
// from its TLS. Usage: BareTLS PORT CERTIFICATE KEY [no-resumption]. See scripts/bench.
import Glibc
import NIOCore
import NIOPosix
import TLS

/// Answers every header block that ends; bodies and pipelining beyond one read are not looked at.
private final class FixedAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let keepAlive = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n")
    private static let close = ByteBuffer(
        string: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n")

    private var received = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes > 0 {
            received.writeBuffer(&bytes)
            bytes = received
        }
        guard bytes.getInteger(at: bytes.writerIndex - 4, as: UInt32.self) == 0x0d0a_0d0a else {
            received = bytes
            return
        }
        if received.readableBytes > 0 { received = ByteBuffer() }
        if bytes.withUnsafeReadableBytes(Self.asksToClose) {
            context.writeAndFlush(wrapOutboundOut(Self.close), promise: nil)
            context.close(promise: nil)
        } else {
            context.write(wrapOutboundOut(Self.keepAlive), promise: nil)
        }
    }

    /// Whether a header line says `Connection: close`. By hand: the library's searches cost more than the answer.
    private static func asksToClose(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let wanted: StaticString = "Connection: close"
        var line = 0
        while let end = bytes[line...].firstIndex(of: 10), end + 1 + wanted.utf8CodeUnitCount <= bytes.count {
            line = end + 1
            if memcmp(bytes.baseAddress! + line, wanted.utf8Start, wanted.utf8CodeUnitCount) == 0 { return true }
        }
        return false
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

guard CommandLine.arguments.count >= 4, let port = Int(CommandLine.arguments[1]) else {
    fatalError("usage: BareTLS PORT CERTIFICATE KEY [no-resumption]")
}
let store = try TLSContextStore(
    TLSServerConfiguration(
        certificateChainFile: CommandLine.arguments[2], privateKeyFile: CommandLine.arguments[3], applicationProtocols: ["http/1.1"],
        resumption: CommandLine.arguments.contains("no-resumption") ? .disabled : .tickets(lifetime: .seconds(300))))
let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
let listener = try ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 4096)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    .childChannelOption(.allowRemoteHalfClosure, value: true)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([store.makeServerHandler(), FixedAnswer()])
        }
    }
    .bind(host: "127.0.0.1", port: port).wait()
print("https://127.0.0.1:\(listener.localAddress?.port ?? port)")
fflush(nil)
try listener.closeFuture.wait()
