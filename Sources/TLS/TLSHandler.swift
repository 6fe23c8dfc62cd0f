package import NIOCore
internal import NIOTLS

/// TLS for one channel, in either role: ciphertext below, plaintext above. The first handler of its pipeline.
///
/// It fires `TLSUserEvent.handshakeCompleted` with the ALPN result, `TLSUserEvent.shutdownCompleted` after both sides'
/// close_notify, and `TLSError` through `errorCaught`. It logs nothing: what a stranger sends to a listener is not news.
/// It is confined to its event loop; what to do when is decided by `TLSConnectionState`, bytes are turned by `TLSEngine`.
package final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    let context: TLSContext
    var engine: TLSEngine?
    var state = TLSConnectionState()
    var pending = PendingWrites()
    var channelContext: ChannelHandlerContext?
    /// The handshake's timer, later the shutdown's: they never run together.
    var timer: NIOScheduledCallback?
    /// Who waits for `close(.all)`.
    var closePromise: EventLoopPromise<Void>?
    /// Who waits for a `close(.output)` that came before the end of the handshake.
    var closeOutputPromise: EventLoopPromise<Void>?

    /// The memory of the last `channelRead`, used again if nobody kept it.
    private var plaintext = ByteBuffer()
    var isReading = false
    /// Ciphertext was written while records were being read, and waits for the end of that: an answer and the
    /// close_notify behind it then leave in one system call.
    var owesFlush = false
    var isEncrypting = false
    /// Plaintext was delivered and the pipeline has not seen a channelReadComplete since, whoever delivered it.
    private var owesReadComplete = false
    /// Somebody above asked for bytes and has not got any since.
    private var readRequested = false
    private var transportFailed = false

    /// What idle connections may keep for their next request.
    private static let keptPlaintext = 16384
    private static let largestDelivery = 65536

    /// Server role.
    package init(context: TLSContext) throws {
        guard context.role == .server else { throw TLSError.setting("a client context needs the name of its server") }
        self.context = context
        self.engine = try TLSEngine(context: context, serverHostname: nil, allocator: ByteBufferAllocator())
    }

    /// Client role.
    /// - Parameter serverHostname: the DNS name or IP address that the server's certificate must be for.
    package init(context: TLSContext, serverHostname: String) throws {
        guard context.role == .client else { throw TLSError.setting("a server context cannot connect") }
        self.context = context
        self.engine = try TLSEngine(context: context, serverHostname: serverHostname, allocator: ByteBufferAllocator())
    }

    // MARK: What was agreed

    /// The peer's verified certificate, after the handshake. Nil without one, and after the channel closed.
    package var peerCertificate: TLSPeerCertificate? { engine?.peerCertificate }

    /// `TLSv1.2` or `TLSv1.3`, after the handshake.
    package var protocolVersion: String? { engine?.version }

    package var negotiatedProtocol: String? { engine?.negotiatedProtocol }

    /// Whether the handshake resumed an earlier session.
    package var wasResumed: Bool { engine?.wasResumed ?? false }

    // MARK: Lifecycle

    package func handlerAdded(context: ChannelHandlerContext) {
        channelContext = context
        if context.channel.isActive { startHandshake(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        _ = state.failed()
        release(context, error: ChannelError.ioOnClosedChannel)
        channelContext = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        startHandshake(context)
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        completeDelivery(context)
        switch state.channelInactive() {
        case .failHandshake:
            if !transportFailed { context.fireErrorCaught(TLSError.handshakeFailed("the peer closed the connection")) }
        case .signalTruncation:
            // A reset has been reported by the channel itself.
            if !transportFailed { context.fireErrorCaught(TLSError.truncated) }
        default:
            break
        }
        release(context, error: ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        transportFailed = true
        context.fireErrorCaught(error)
    }

    private func release(_ context: ChannelHandlerContext, error: any Error) {
        cancelTimer(context)
        engine = nil
        plaintext = ByteBuffer()
        failPending(error)
        closePromise?.succeed()
        closePromise = nil
    }

    // MARK: Handshake

    private func startHandshake(_ context: ChannelHandlerContext) {
        guard state.channelActive() else { return }
        startTimer(context, self.context.handshakeTimeout)
        if self.context.role == .client {
            readRecords(context)
            flushOutbound(context)
        }
        readIfNobodyDoes(context)
    }

    private func finishHandshake(_ context: ChannelHandlerContext) {
        cancelTimer(context)
        let closesOutput = state.handshakeFinished()
        context.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: engine?.negotiatedProtocol))
        encryptPending(context)
        if closesOutput {
            let promise = closeOutputPromise
            closeOutputPromise = nil
            closeOutput(context, promise: promise)
        }
    }

    // MARK: Input

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let engine else { return }
        engine.buffers.receive(unwrapInboundIn(data))
        readRecords(context)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        flushOutbound(context)
        if owesReadComplete {
            completeDelivery(context)
            if plaintext.capacity > Self.keptPlaintext { plaintext = ByteBuffer() }
        } else if state.phase == .handshaking || readRequested {
            // No plaintext came of it, so nobody above knows that there is anything more to ask for.
            readIfNobodyDoes(context)
        }
    }

    package func read(context: ChannelHandlerContext) {
        readRequested = true
        context.read()
    }

    private func readIfNobodyDoes(_ context: ChannelHandlerContext) {
        let automatic = try? context.channel.syncOptions?.getOption(.autoRead)
        if automatic == false { context.read() }
    }

    func completeDelivery(_ context: ChannelHandlerContext) {
        guard owesReadComplete else { return }
        owesReadComplete = false
        context.fireChannelReadComplete()
    }

    /// Turns all ciphertext that is here into handshake steps and plaintext. What is delivered may call back into this
    /// handler: nothing is borrowed meanwhile, and input that arrives then is taken up by the loop already running.
    private func readRecords(_ context: ChannelHandlerContext) {
        guard !isReading else { return }
        isReading = true
        defer {
            isReading = false
            if owesFlush { flushChannel(context) }
        }

        while let engine {
            if state.phase == .handshaking {
                switch engine.handshake() {
                case .finished: finishHandshake(context)
                case .needsInput: return
                case .failed(let reason): return fail(context, .handshakeFailed(reason))
                }
            } else if state.readsRecords {
                guard readBatch(context, engine) else { return }
            } else {
                // After the peer's close_notify or our own end: nothing in it can matter.
                return engine.buffers.discardInbound()
            }
        }
    }

    /// Decrypts as many records as fit one delivery and delivers them.
    /// - Returns: whether to go on.
    private func readBatch(_ context: ChannelHandlerContext, _ engine: TLSEngine) -> Bool {
        plaintext.clear(minimumCapacity: min(engine.buffers.inboundBytes, Self.largestDelivery))
        var result = TLSEngine.ReadResult.bytes
        var more = true
        while more, plaintext.readableBytes <= Self.largestDelivery - TLSEngine.largestRecord {
            result = engine.read(into: &plaintext)
            guard case .bytes = result else { break }
            more = engine.mayHaveMore
        }

        if plaintext.readableBytes > 0, state.deliversInput {
            readRequested = false
            owesReadComplete = true
            context.fireChannelRead(wrapInboundOut(plaintext))
        }

        switch result {
        case .bytes:
            return more || engine.mayHaveMore
        case .needsInput:
            // Unless somebody brought input while the plaintext was delivered.
            return engine.buffers.inbound != nil
        case .ended:
            let halfClosure = (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
            perform(state.closeNotifyReceived(halfClosureAllowed: halfClosure), context)
            return true
        case .failed(let reason):
            fail(context, .failed(reason))
            return false
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        engine?.buffers.inputEnded = true
        perform(state.streamEnded(), context)
    }

    private func perform(_ action: TLSConnectionState.InputAction, _ context: ChannelHandlerContext) {
        switch action {
        case .none:
            break
        case .signalInputClosed:
            completeDelivery(context)
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .signalTruncation:
            completeDelivery(context)
            context.fireErrorCaught(TLSError.truncated)
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .sendCloseNotify:
            completeDelivery(context)
            startTimer(context, self.context.shutdownTimeout)
            finishOutput(context)
        case .closeChannel:
            completeDelivery(context)
            context.fireUserInboundEventTriggered(TLSUserEvent.shutdownCompleted)
            closeChannel(context)
        case .closeTruncatedChannel:
            completeDelivery(context)
            context.fireErrorCaught(TLSError.truncated)
            closeChannel(context)
        case .failHandshake:
            let error = TLSError.handshakeFailed("the peer closed the connection")
            failPending(error)
            context.fireErrorCaught(error)
            closeChannel(context)
        }
    }
}

@available(*, unavailable)
extension TLSHandler: Sendable {}
