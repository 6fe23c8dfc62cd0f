import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One HTTP/2 stream, that is one request: the counterpart of `HTTP1Handler`. Confined to its event loop.
final class HTTP2StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = InboundPart
    typealias OutboundIn = OutboundPart
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let limits: ServerLimits
    private var hasHead = false
    private var inputEnded = false
    private var wasRefused = false
    private var pace: BodyPace?
    private var stalledSince: NIODeadline?
    private var timer: DeadlineTimer?
    private var context: ChannelHandlerContext?

    init(limits: ServerLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = DeadlineTimer(eventLoop: context.eventLoop) { [weak self] in self?.deadlinePassed() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers) where !hasHead:
            hasHead = true
            receive(headers, context)
        // A second block is trailers, which nothing here gives a meaning.
        case .headers(let headers): if headers.endStream { end(context) }
        case .data(let data):
            guard case .byteBuffer(let bytes) = data.data else { return }
            pace?.receive(bytes.readableBytes, now: .now())
            if bytes.readableBytes > 0, !wasRefused { context.fireChannelRead(wrapInboundOut(.body(bytes))) }
            if data.endStream { end(context) }
        default: break
        }
    }

    private func receive(_ headers: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        do {
            let head = try HTTP2Head.parse(headers.headers, endsStream: headers.endStream, limits: limits)
            if !headers.endStream, !head.expectsContinue { pace = BodyPace(limits: limits) }
            context.fireChannelRead(wrapInboundOut(.head(head)))
            // Announced empty: readers expect no end, though it may come in a frame of its own.
            hasDeliveredEnd = head.bodyLength == 0
            if head.bodyLength == 0 || headers.endStream { end(context, isEnd: headers.endStream) }
        } catch {
            wasRefused = true
            inputEnded = headers.endStream
            context.fireChannelRead(wrapInboundOut(.refused(error)))
        }
    }

    private var hasDeliveredEnd = false

    private func end(_ context: ChannelHandlerContext, isEnd: Bool = true) {
        if isEnd { inputEnded = true }
        pace = nil
        if hasDeliveredEnd || wasRefused { return }
        hasDeliveredEnd = true
        context.fireChannelRead(wrapInboundOut(.end))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        updateDeadline()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if pace != nil {
            pace?.wait(now: .now())
            updateDeadline()
        }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : .now()
        updateDeadline()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    // MARK: Outbound

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .goOn:
            pace = BodyPace(limits: limits)
            pace?.wait(now: .now())
            context.write(wrapOutboundOut(.headers(.init(headers: [":status": "100"]))), promise: promise)
            updateDeadline()
        case .head(let head):
            context.write(wrapOutboundOut(.headers(.init(headers: HTTP2Head.block(for: head.response)))), promise: promise)
        case .body(let body):
            context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(body)))), promise: promise)
        case .complete(let head, let body):
            let isBodiless = body.readableBytes == 0
            let headers = HTTP2Frame.FramePayload.headers(.init(headers: HTTP2Head.block(for: head.response), endStream: isBodiless))
            if isBodiless { return finish(context, headers, promise) }
            context.write(wrapOutboundOut(headers), promise: nil)
            finish(context, .data(.init(data: .byteBuffer(body), endStream: true)), promise)
        case .end: finish(context, .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), promise)
        }
    }

    private func finish(_ context: ChannelHandlerContext, _ last: HTTP2Frame.FramePayload, _ promise: EventLoopPromise<Void>?) {
        guard !inputEnded else {
            context.write(wrapOutboundOut(last), promise: promise)
            return
        }
        // RFC 9113 §8.1: the answer is whole, the rest of the request unwanted. NO_ERROR, or clients throw the answer away.
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenSuccess { [self] in
            guard let context = self.context, !inputEnded else { return }
            context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
        }
        context.write(wrapOutboundOut(last), promise: written)
    }

    // MARK: Time

    private func updateDeadline() {
        let stall = stalledSince.map { $0 + TimeAmount(limits.writeStall) }
        timer?.set([stall, pace?.deadline].compactMap { $0 }.min())
    }

    private func deadlinePassed() {
        guard let context else { return }
        let now = NIODeadline.now()
        if let stalledSince, stalledSince + TimeAmount(limits.writeStall) <= now { return context.close(promise: nil) }
        guard let deadline = pace?.deadline, deadline <= now else { return updateDeadline() }
        pace = nil
        wasRefused = true
        context.fireChannelRead(wrapInboundOut(.refused(.requestTimeout)))
        context.fireChannelReadComplete()
    }
}
