import HTTPTypes
import NIOCore

/// One HTTP/1 connection between the bytes and the loop that answers: parses, serialises, keeps the time limits and decides when
/// and how the connection ends. Nobody else closes it. Confined to its event loop.
final class HTTP1Handler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = InboundPart
    typealias OutboundIn = OutboundPart
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case serving
        /// Answered for the last time, but the client may still be sending: read on for a while, or the reset that an early
        /// close provokes would take the answer with it.
        case lingering(discarded: Int, until: NIODeadline)
        case closed
    }

    private let limits: ServerLimits
    private let connection: OpenConnection
    private var parser: HTTP1Parser
    private var writer = HTTP1Writer()
    private var phase = Phase.serving
    private var timer: DeadlineTimer?
    private var context: ChannelHandlerContext?

    /// Requests handed up whose answer isn't finished.
    private var unanswered = 0 {
        didSet { if oldValue == 0, unanswered > 0 { connection.becameBusy() } }
    }
    /// No further request is taken from this connection.
    private var isLast = false
    private var wasRefused = false
    private var isReceivingBody = false
    private var inputClosed = false
    private var isQuiescing = false
    private var closesAfterAnswer = false
    private var pace: BodyPace?
    private var headSince: NIODeadline?
    private var idleSince = NIODeadline.now()
    private var stalledSince: NIODeadline?

    init(limits: ServerLimits, connection: OpenConnection) {
        self.limits = limits
        self.connection = connection
        parser = HTTP1Parser(limits: limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = DeadlineTimer(eventLoop: context.eventLoop) { [weak self] in self?.deadlinePassed() }
        updateDeadline()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch phase {
        case .closed: return
        case .lingering(let discarded, let until):
            let total = discarded + bytes.readableBytes
            if total > limits.discardedBody { return closeNow(context) }
            phase = .lingering(discarded: total, until: until)
        case .serving:
            if isLast, !parser.isInsideBody { return }
            parser.feed(bytes)
            deliver(context)
            if parser.isInsideHead, headSince == nil { headSince = .now() }
        }
    }

    private func deliver(_ context: ChannelHandlerContext) {
        do {
            while let event = try parser.next() {
                switch event {
                case .head(let head):
                    unanswered += 1
                    headSince = nil
                    if !head.keepsAlive || isQuiescing { isLast = true }
                    isReceivingBody = head.bodyLength != 0
                    if head.bodyLength != 0, !head.expectsContinue { pace = BodyPace(limits: limits) }
                    context.fireChannelRead(wrapInboundOut(.head(head)))
                case .body(let bytes):
                    pace?.receive(bytes.readableBytes, now: .now())
                    context.fireChannelRead(wrapInboundOut(.body(bytes)))
                case .end:
                    pace = nil
                    if isReceivingBody { context.fireChannelRead(wrapInboundOut(.end)) }
                    isReceivingBody = false
                    if isLast { return }
                }
            }
        } catch {
            refuse(error, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .lingering = phase { return context.read() }
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

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            inputClosed = true
            isLast = true
            pace = nil
            if case .lingering = phase { return closeNow(context) }
            // Whatever is half received will never be whole. Answers under way still reach a client that only closed its side.
            if unanswered == 0 { return closeNow(context) }
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if unanswered == 0, !parser.isInsideHead { return closeNow(context) }
            // A request whose head is arriving is still answered; `deliver` makes it the last.
            if unanswered > 0 { isLast = true }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The socket's or the TLS layer's: nothing that an answer could reach.
        closeNow(context)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : .now()
        updateDeadline()
        context.fireChannelWritabilityChanged()
    }

    // MARK: Outbound

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .serving = phase else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .goOn:
            pace = BodyPace(limits: limits)
            pace?.wait(now: .now())
            context.write(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: promise)
            updateDeadline()
        case .complete(let head, let body):
            var bytes = writer.head(decide(head), bodySize: body.readableBytes, allocator: context.channel.allocator)
            if body.readableBytes > HTTP1Writer.largestInlineBody {
                context.write(wrapOutboundOut(bytes), promise: nil)
                bytes = body
            } else {
                bytes.writeImmutableBuffer(body)
            }
            finishAnswer(context, writing: bytes, promise: promise)
        case .head(let head):
            context.write(wrapOutboundOut(writer.head(decide(head), bodySize: 0, allocator: context.channel.allocator)), promise: promise)
        case .body(let body):
            context.write(wrapOutboundOut(writer.body(body, allocator: context.channel.allocator)), promise: promise)
        case .end:
            finishAnswer(context, writing: writer.end(), promise: promise)
        }
    }

    /// The last word on whether the connection survives this answer.
    private func decide(_ head: ResponseHead) -> ResponseHead {
        var head = head
        if isLast, unanswered == 1 { head.closes = true }
        closesAfterAnswer = head.closes
        return head
    }

    private func finishAnswer(_ context: ChannelHandlerContext, writing bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
        unanswered -= 1
        idleSince = .now()
        if unanswered == 0 { connection.becameIdle(idleSince) }
        headSince = parser.isInsideHead ? idleSince : nil
        // The head of a long answer may have gone out before the order to stop came.
        guard closesAfterAnswer || (isQuiescing && unanswered == 0) else {
            context.write(wrapOutboundOut(bytes), promise: promise)
            updateDeadline()
            return
        }
        isLast = true
        let written = promise ?? context.eventLoop.makePromise()
        // Whether it reached the socket or failed: the connection is over.
        written.futureResult.assumeIsolated().whenComplete { [self] _ in endConnection() }
        context.write(wrapOutboundOut(bytes), promise: written)
    }

    // MARK: Ending

    private func endConnection() {
        guard let context, case .serving = phase else { return }
        if inputClosed || !(wasRefused || isReceivingBody) { return closeNow(context) }
        pace = nil
        phase = .lingering(discarded: 0, until: .now() + TimeAmount(limits.lingerTimeout))
        updateDeadline()
        context.close(mode: .output, promise: nil)
        readByOurselves(context)
    }

    /// The loop above consumes nothing more, and with that automatic reads have stopped. Yet the rest of the request, and the
    /// end of TLS, are still to come; with automatic reads off, the TLS layer too knows that it must ask.
    private func readByOurselves(_ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.read()
    }

    private func closeNow(_ context: ChannelHandlerContext) {
        if case .closed = phase { return }
        phase = .closed
        timer?.cancel()
        if context.channel.isActive { readByOurselves(context) }
        context.close(promise: nil)
    }

    /// Stops taking requests. Inside a body the request is being answered already; otherwise an answer is asked for.
    private func refuse(_ refusal: TransportRefusal, _ context: ChannelHandlerContext) {
        if !isReceivingBody { unanswered += 1 }
        isLast = true
        wasRefused = true
        pace = nil
        headSince = nil
        context.fireChannelRead(wrapInboundOut(.refused(refusal)))
    }

    // MARK: Time

    private func updateDeadline() {
        var earliest: NIODeadline?
        func consider(_ deadline: NIODeadline?) {
            guard let deadline else { return }
            earliest = earliest.map { min($0, deadline) } ?? deadline
        }
        switch phase {
        case .closed: break
        case .lingering(_, let until): consider(until)
        case .serving:
            consider(stalledSince.map { $0 + TimeAmount(limits.writeStall) })
            consider(pace?.deadline)
            if unanswered == 0 {
                consider(headSince.map { $0 + TimeAmount(limits.headTimeout) } ?? idleSince + TimeAmount(limits.idleTimeout))
            }
        }
        timer?.set(earliest)
    }

    private func deadlinePassed() {
        guard let context else { return }
        let now = NIODeadline.now()
        if case .lingering = phase { return closeNow(context) }
        if let stalledSince, stalledSince + TimeAmount(limits.writeStall) <= now { return closeNow(context) }
        if let deadline = pace?.deadline, deadline <= now { return refuseLate(context) }
        guard unanswered == 0 else { return updateDeadline() }
        if headSince != nil { return refuseLate(context) }
        closeNow(context)
    }

    private func refuseLate(_ context: ChannelHandlerContext) {
        refuse(.requestTimeout, context)
        context.fireChannelReadComplete()
    }
}
