import NIOCore
import NIOHTTP1
import NIOTLS

/// Sends the request once the handshake is done and completes the promise with the answer to it.
final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let body: [UInt8]
    private let limits: HTTPClient.Limits
    private let promise: EventLoopPromise<HTTPClient.Answer>
    private var answer: HTTPClient.Answer?
    private var firstByte: Scheduled<Void>?
    private var rest: Scheduled<Void>?

    init(head: HTTPRequestHead, body: [UInt8], limits: HTTPClient.Limits, promise: EventLoopPromise<HTTPClient.Answer>) {
        self.head = head
        self.body = body
        self.limits = limits
        self.promise = promise
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { send(context) }
        if event is AnswerLimiter.Reached { finish(context, OutgoingError.protocolViolation("the head of the answer is too long")) }
        context.fireUserInboundEventTriggered(event)
    }

    private func send(_ context: ChannelHandlerContext) {
        firstByte = context.eventLoop.scheduleTask(in: TimeAmount(limits.firstByte)) { [promise] in
            promise.fail(OutgoingError.timedOut("waiting for the answer"))
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // 100 and 103 come before the answer.
            guard head.status.code >= 200 else { return }
            firstByte?.cancel()
            let answer = HTTPClient.Answer(status: Int(head.status.code), retryAfter: head.headers["retry-after"].first)
            self.answer = answer
            rest = context.eventLoop.scheduleTask(in: TimeAmount(limits.body)) { [promise] in promise.succeed(answer) }
        case .body(let part):
            guard let kept = answer?.body.count else { return }
            answer?.body += part.readableBytesView.prefix(limits.keptBytes - kept)
        case .end:
            if answer != nil { finish(context, OutgoingError.protocolViolation("there is no answer")) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(context, HTTPClient.translated(error)) }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context, OutgoingError.unreachable("it was closed without an answer"))
        context.fireChannelInactive()
    }

    /// The status decides: where there is one, a body that breaks off or never ends changes nothing.
    private func finish(_ context: ChannelHandlerContext, _ error: any Error) {
        firstByte?.cancel()
        rest?.cancel()
        if let answer { promise.succeed(answer) } else { promise.fail(error) }
        context.close(promise: nil)
    }
}

/// Lets so many bytes of an answer through and then says that it was too much.
final class AnswerLimiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    struct Reached: Sendable {}

    private var left: Int

    init(bytes: Int) {
        left = bytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard left > 0, let part = buffer.readSlice(length: min(left, buffer.readableBytes)) else { return }
        left -= part.readableBytes
        context.fireChannelRead(wrapInboundOut(part))
        if left == 0 { context.fireUserInboundEventTriggered(Reached()) }
    }
}
