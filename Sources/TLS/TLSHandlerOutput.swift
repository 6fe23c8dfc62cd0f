package import NIOCore

/// What leaves: writes, closing, and the timers that bound a handshake and a shutdown. Its state is declared with the class.
extension TLSHandler {
    // MARK: Output

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state.acceptsWrites else {
            promise?.fail(state.phase == .closed ? ChannelError.ioOnClosedChannel : ChannelError.outputClosed)
            return
        }
        pending.append(unwrapOutboundIn(data), promise: promise)
    }

    package func flush(context: ChannelHandlerContext) {
        pending.markFlush()
        encryptPending(context)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        // First what was held back: it may fill the channel again, and whoever asks then sees that.
        encryptPending(context)
        context.fireChannelWritabilityChanged()
    }

    /// - Parameter all: also when the channel cannot take it at once; the output is ending.
    func encryptPending(_ context: ChannelHandlerContext, all: Bool = false) {
        guard all || (state.encrypts && !isEncrypting) else { return }
        let wasEncrypting = isEncrypting
        isEncrypting = true
        defer { isEncrypting = wasEncrypting }

        var wrote = false
        while all || (state.encrypts && context.channel.isWritable), let engine, let slice = pending.nextSlice() {
            if slice.plaintext.readableBytes > 0 {
                engine.buffers.reserveOutbound(slice.plaintext.readableBytes + TLSEngine.recordOverhead * 4)
                if let reason = slice.plaintext.withUnsafeReadableBytes({ engine.write($0) }) {
                    slice.promise?.fail(TLSError.failed(reason))
                    return fail(context, .failed(reason))
                }
            }
            writeOutbound(context, promise: slice.promise)
            wrote = true
            // Flushed slice by slice, so that writability tells how far the kernel is.
            if isReading && !pending.hasFlushed { owesFlush = true } else { flushChannel(context) }
        }
        // A flush also carries what was not ours to hold back: tickets, key updates.
        if !wrote { flushOutbound(context) }
        engine?.buffers.trim()
    }

    private func writeOutbound(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard let engine else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if engine.buffers.hasOutbound {
            context.write(wrapOutboundOut(engine.buffers.takeOutbound()), promise: promise)
        } else if let promise {
            // Nothing to send, but the promise keeps its place behind the ciphertext before it.
            context.write(wrapOutboundOut(ByteBuffer()), promise: promise)
        }
    }

    func flushOutbound(_ context: ChannelHandlerContext) {
        guard let engine, engine.buffers.hasOutbound else { return }
        writeOutbound(context, promise: nil)
        flushChannel(context)
    }

    func flushChannel(_ context: ChannelHandlerContext) {
        owesFlush = false
        context.flush()
    }

    func failPending(_ error: any Error) {
        for promise in pending.removeAll() { promise.fail(error) }
        let promise = closeOutputPromise
        closeOutputPromise = nil
        promise?.fail(error)
    }

    // MARK: Closing

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all: close(context, promise: promise)
        case .output: closeOutput(context, promise: promise)
        case .input: promise?.fail(ChannelError.operationUnsupported)
        }
    }

    private func close(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let action = state.close()
        if let promise { closePromise.setOrCascade(to: promise) }
        switch action {
        case .none:
            break
        case .closeChannel:
            closeChannel(context)
        case .sendCloseNotify:
            startTimer(context, self.context.shutdownTimeout)
            finishOutput(context)
        case .waitForPeer:
            startTimer(context, self.context.shutdownTimeout)
        }
    }

    func closeOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        switch state.closeOutput() {
        case .afterHandshake:
            closeOutputPromise = promise
        case .sendCloseNotify:
            finishOutput(context)
            context.close(mode: .output, promise: promise)
        case .close:
            close(context, promise: promise)
        case .alreadyClosed:
            promise?.fail(ChannelError.outputClosed)
        }
    }

    /// Sends what is flushed, then our close_notify. Writes that were never flushed fail, as they do on a plain channel.
    func finishOutput(_ context: ChannelHandlerContext) {
        encryptPending(context, all: true)
        failPending(ChannelError.ioOnClosedChannel)
        guard let engine else { return }
        engine.sendCloseNotify()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            if state.closeNotifyWritten(), let channelContext { closeChannel(channelContext) }
        }
        writeOutbound(context, promise: written)
        flushChannel(context)
    }

    /// After a failure: the alert first, and nothing more of OpenSSL.
    func fail(_ context: ChannelHandlerContext, _ error: TLSError) {
        guard state.failed() else { return }
        flushOutbound(context)
        completeDelivery(context)
        failPending(error)
        context.fireErrorCaught(error)
        closeChannel(context)
    }

    func closeChannel(_ context: ChannelHandlerContext) {
        cancelTimer(context)
        failPending(ChannelError.ioOnClosedChannel)
        if owesFlush { flushChannel(context) }
        let promise = closePromise
        closePromise = nil
        context.close(mode: .all, promise: promise)
    }
}

// MARK: - Timers

extension TLSHandler: NIOScheduledCallbackHandler {
    func startTimer(_ context: ChannelHandlerContext, _ duration: Duration) {
        cancelTimer(context)
        // Fails only when the event loop is shutting down, and that closes every channel.
        timer = try? context.eventLoop.assumeIsolated().scheduleCallback(in: TimeAmount(duration), handler: self)
    }

    func cancelTimer(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    package func handleScheduledCallback(eventLoop: some EventLoop) {
        timer = nil
        guard let context = channelContext else { return }
        if state.phase == .handshaking {
            fail(context, .handshakeTimedOut)
        } else if state.shutdownTimedOut() {
            closeChannel(context)
        }
    }
}
