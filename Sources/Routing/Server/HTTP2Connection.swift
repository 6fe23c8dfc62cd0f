import NIOCore
import NIOHTTP2

/// The life of an HTTP/2 connection, from the end of its handshake: its time limits, how much it may send that asks for nothing, and its end.
/// Above `NIOHTTP2Handler` in the pipeline, with `Watch` below it. Confined to its event loop.
final class HTTP2Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private enum Phase {
        case serving
        /// Told to go away. What it sent before it knew is still answered, so until it acknowledges the PING the last request isn't known.
        case leaving(ping: HTTP2PingData, until: NIODeadline)
        /// The last request is named; what is open is finished.
        case finishing(until: NIODeadline)
        case closed
    }

    private let limits: ServerLimits
    private let connection: OpenConnection
    private var context: ChannelHandlerContext?
    private var timer: DeadlineTimer?
    private var phase = Phase.serving
    private var openStreams = 0
    private var lastStream = HTTP2StreamID.rootStream

    private var scanner = HTTP2FrameScanner()
    private var unfinished: (number: Int, since: NIODeadline)?
    private var idleSince = NIODeadline.now()
    private var stalledSince: NIODeadline?
    private var allowance: Int
    private var allowanceSince = NIODeadline.now()

    /// Pieces of answers that the client's windows and the channel have let through: whether it takes anything at all.
    private(set) var piecesTaken = 0

    init(limits: ServerLimits, connection: OpenConnection) {
        self.limits = limits
        self.connection = connection
        allowance = limits.idleFrames
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = DeadlineTimer(eventLoop: context.eventLoop) { [weak self] in self?.deadlinePassed() }
        noteUnfinished()
        updateDeadline()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    // MARK: What arrives

    /// - Returns: false when nothing more of it is to be looked at.
    fileprivate func arrived(_ bytes: ByteBuffer) -> Bool {
        if case .closed = phase { return false }
        var spent = 0
        bytes.withUnsafeReadableBytes { bytes in scanner.scan(bytes) { spent += cost(of: $0) } }
        allowance = min(limits.idleFrames, allowance - spent)
        if allowance < 0 { renewAllowance() }
        guard allowance >= 0 else {
            goAway(.enhanceYourCalm)
            return false
        }
        noteUnfinished()
        updateDeadline()
        return true
    }

    private static let mostSettings = 32
    /// Of one request, or piece of an answer: clients report what they have taken of it by stream and by connection.
    private static let framesAllowedFor = 4

    private func cost(of frame: HTTP2FrameScanner.Frame) -> Int {
        switch frame.kind {
        case HTTP2FrameScanner.Frame.headers: -Self.framesAllowedFor
        case HTTP2FrameScanner.Frame.data where frame.length > 0 || frame.endsStream: 0
        // Each setting is kept, whether anybody knows it or not.
        case HTTP2FrameScanner.Frame.settings where frame.length > Self.mostSettings * 6: limits.idleFrames + 1
        default: 1
        }
    }

    private func renewAllowance() {
        let now = NIODeadline.now()
        guard now - allowanceSince >= TimeAmount(limits.resetWindow) else { return }
        allowance += limits.idleFrames
        allowanceSince = now
    }

    private func noteUnfinished() {
        guard let number = scanner.unfinished else {
            unfinished = nil
            return
        }
        if unfinished?.number != number { unfinished = (number, .now()) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(let answer, ack: true) = unwrapInboundIn(data).payload, case .leaving(answer, _) = phase { finish() }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        switch event {
        // HTTP/2 knows no half-closed connection.
        case ChannelEvent.inputClosed: close()
        case is ChannelShouldQuiesceEvent: leave()
        case is MakesRoom: writeGoAway(.noError, last: lastStream)
        default: break
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : .now()
        updateDeadline()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        timer?.cancel()
        context.fireChannelInactive()
    }

    // MARK: Streams

    private func streamOpened(_ id: HTTP2StreamID) {
        lastStream = id
        openStreams += 1
        if openStreams == 1 { connection.becameBusy() }
        updateDeadline()
    }

    private func streamClosed() {
        openStreams -= 1
        guard openStreams == 0 else { return }
        idleSince = .now()
        connection.becameIdle(idleSince)
        if case .finishing = phase {
            // Not before the last frame of the stream is on its way.
            connection.channel.eventLoop.assumeIsolated().execute { [self] in close() }
        }
        updateDeadline()
    }

    // MARK: Ending

    /// Politely: first the client is told, then nothing new is taken, then what is open is finished.
    private func leave() {
        guard case .serving = phase, let context else { return }
        let ping = HTTP2PingData(withInteger: .random(in: .min ... .max))
        phase = .leaving(ping: ping, until: .now() + TimeAmount(limits.lingerTimeout))
        writeGoAway(.noError, last: .maxID)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: .ping(ping, ack: false))), promise: nil)
        updateDeadline()
    }

    private func finish() {
        writeGoAway(.noError, last: lastStream)
        if openStreams == 0 { return close() }
        phase = .finishing(until: .now() + TimeAmount(limits.drainTimeout))
        updateDeadline()
    }

    /// Because of what the client does or leaves undone; the observer closes behind it.
    private func goAway(_ code: NIOHTTP2.HTTP2ErrorCode) {
        writeGoAway(code, last: lastStream)
        close()
    }

    private func writeGoAway(_ code: NIOHTTP2.HTTP2ErrorCode, last: HTTP2StreamID) {
        let frame = HTTP2Frame(streamID: .rootStream, payload: .goAway(lastStreamID: last, errorCode: code, opaqueData: nil))
        context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    private func close() {
        if case .closed = phase { return }
        phase = .closed
        timer?.cancel()
        context?.close(promise: nil)
    }

    /// For a client that takes nothing: it wouldn't take a farewell.
    func cut() {
        phase = .closed
        timer?.cancel()
        connection.cut()
    }

    // MARK: Time

    private func updateDeadline() {
        var earliest = stalledSince.map { $0 + TimeAmount(limits.writeStall) }
        func consider(_ deadline: NIODeadline) { earliest = earliest.map { min($0, deadline) } ?? deadline }
        if let unfinished { consider(unfinished.since + TimeAmount(limits.headTimeout)) }
        switch phase {
        case .serving: if openStreams == 0 { consider(idleSince + TimeAmount(limits.idleTimeout)) }
        case .leaving(_, let until), .finishing(let until): consider(until)
        case .closed: return
        }
        timer?.set(earliest)
    }

    private func deadlinePassed() {
        let now = NIODeadline.now()
        if let stalledSince, stalledSince + TimeAmount(limits.writeStall) <= now { return cut() }
        if let unfinished, unfinished.since + TimeAmount(limits.headTimeout) <= now { return goAway(.enhanceYourCalm) }
        switch phase {
        case .serving: if openStreams == 0, idleSince + TimeAmount(limits.idleTimeout) <= now { return leave() }
        case .leaving(_, let until): if until <= now { return finish() }
        case .finishing(let until): if until <= now { return cut() }
        case .closed: return
        }
        updateDeadline()
    }
}

extension HTTP2Connection {
    /// Sees what the client sends before NIOHTTP2 does, which reports only whole frames, and none it doesn't know.
    final class Watch: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private let connection: HTTP2Connection

        init(_ connection: HTTP2Connection) {
            self.connection = connection
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if connection.arrived(unwrapInboundIn(data)) { context.fireChannelRead(data) }
        }
    }

    /// What NIOHTTP2 tells of its own accord.
    struct Observer: NIOHTTP2StreamDelegate, NIOHTTP2FrameDelegate {
        let connection: NIOLoopBound<HTTP2Connection>

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { connection.value.streamOpened(id) }

        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { connection.value.streamClosed() }

        func wroteFrame(_ frame: HTTP2Frame) { connection.value.wrote(frame.payload) }
    }

    private func wrote(_ payload: HTTP2Frame.FramePayload) {
        switch payload {
        case .data(let data) where data.data.readableBytes > 0:
            piecesTaken &+= 1
            allowance = min(limits.idleFrames, allowance + Self.framesAllowedFor)
        // NIOHTTP2 leaves the connection open behind an error, and a client otherwise waits until the idle timeout.
        case .goAway(_, let code, _) where code != .noError:
            // Not before the frame itself is on its way.
            connection.channel.eventLoop.assumeIsolated().execute { [self] in close() }
        default: break
        }
    }
}
