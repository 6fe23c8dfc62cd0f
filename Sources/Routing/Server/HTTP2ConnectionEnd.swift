import NIOCore
import NIOHTTP2

/// Ends an HTTP/2 connection where NIOHTTP2 leaves that to others: after a GOAWAY that reports an error, which a client otherwise
/// waits behind until the idle timeout, and when the client closes its side, for HTTP/2 knows no half-closed connection.
final class HTTP2ConnectionEnd: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    struct Observer: NIOHTTP2FrameDelegate {
        let channel: any Channel

        func wroteFrame(_ frame: HTTP2Frame) {
            guard case .goAway(_, let code, _) = frame.payload, code != .noError else { return }
            // Not before the frame itself is on its way.
            channel.eventLoop.execute { [channel] in channel.close(promise: nil) }
        }
    }
}
