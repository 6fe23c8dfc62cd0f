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

    /// What the client is asked to take at a time. The largest frame every client takes.
    private static let piece = 16 * 1024

    private let limits: ServerLimits
    private let connection: HTTP2Connection
    private var hasHead = false
    private var inputEnded = false
    private var wasRefused = false
    private var pace: BodyPace?
    /// Pieces of the answer that the client hasn't taken.
    private var underWay = 0
    /// The last of the answer is written; taken, it ends the stream.
    private var hasFinished = false
    private var isClosed = false
    /// Since when the client has taken nothing, and how much it had taken on the whole connection by then.
    private var stall: (since: NIODeadline, piecesTaken: Int)?
    private var timer: DeadlineTimer?
    private var context: ChannelHandlerContext?

    init(limits: ServerLimits, connection: HTTP2Connection) {
        self.limits = limits
        self.connection = connection
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
        case .headers(let trailers):
            if !trailers.headers.allSatisfy({ HTTPField.isValidValue($0.value) }) { refuseBody(context) }
            if trailers.endStream { end(context) }
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

    private func refuseBody(_ context: ChannelHandlerContext) {
        if hasDeliveredEnd || wasRefused { return }
        wasRefused = true
        let reason = "The value of a trailer field has control characters."
        context.fireChannelRead(wrapInboundOut(.refused(.malformedRequest(reason: reason))))
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

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
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
        case .body(let body): write(body, context, promise)
        case .complete(let head, var body):
            let isBodiless = body.readableBytes == 0
            let headers = HTTP2Frame.FramePayload.headers(.init(headers: HTTP2Head.block(for: head.response), endStream: isBodiless))
            if isBodiless { return finish(context, headers, promise) }
            context.write(wrapOutboundOut(headers), promise: nil)
            if let all = body.readSlice(length: max(0, body.readableBytes - Self.piece)) { write(all, context, nil) }
            finish(context, .data(.init(data: .byteBuffer(body), endStream: true)), promise)
        case .end: finish(context, .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), promise)
        }
    }

    /// Piece by piece: a window may be closed although the channel takes more, so only what becomes of each tells whether the client reads.
    private func write(_ body: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var rest = body
        while rest.readableBytes > 0, let piece = rest.readSlice(length: min(rest.readableBytes, Self.piece)) {
            let taken = context.eventLoop.makePromise(of: Void.self)
            underWay += 1
            taken.futureResult.assumeIsolated().whenComplete { [self] _ in pieceTaken() }
            if rest.readableBytes == 0 { taken.futureResult.cascade(to: promise) }
            context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(piece)))), promise: taken)
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        if stall == nil { noteStall() }
    }

    private func pieceTaken() {
        underWay -= 1
        noteStall()
    }

    /// From now on the client is waited for, if it has something to take.
    private func noteStall() {
        stall = underWay > 0 || (hasFinished && !isClosed) ? (.now(), connection.piecesTaken) : nil
        updateDeadline()
    }

    private func finish(_ context: ChannelHandlerContext, _ last: HTTP2Frame.FramePayload, _ promise: EventLoopPromise<Void>?) {
        hasFinished = true
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
        guard !isClosed else { return }
        let stall = stall.map { $0.since + TimeAmount(limits.writeStall) }
        let body = pace?.deadline
        timer?.set(stall.flatMap { stall in body.map { min(stall, $0) } } ?? stall ?? body)
    }

    private func deadlinePassed() {
        guard let context else { return }
        let now = NIODeadline.now()
        if let stall, stall.since + TimeAmount(limits.writeStall) <= now {
            // A client that reads other streams may leave this one; one that reads none is gone, or means harm.
            return connection.piecesTaken == stall.piecesTaken ? connection.cut() : context.close(promise: nil)
        }
        guard let deadline = pace?.deadline, deadline <= now else { return updateDeadline() }
        pace = nil
        wasRefused = true
        context.fireChannelRead(wrapInboundOut(.refused(.requestTimeout)))
        context.fireChannelReadComplete()
    }
}
