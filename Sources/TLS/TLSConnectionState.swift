/// What a TLS connection is doing, apart from any bytes: a value that takes events and answers with what to do next.
///
///     idle → handshaking → active → outputClosed / inputClosed → closing → closed
///
/// “Output” is what this side sends, “input” what the peer sends; each is closed by its sender's close_notify.
struct TLSConnectionState: Equatable {
    enum Phase: Equatable {
        case idle
        case handshaking
        case active
        /// Our close_notify is sent; the peer may go on sending.
        case outputClosed
        /// The peer sends nothing more; we may go on sending.
        case inputClosed
        /// Both directions are ending: see `awaited`.
        case closing
        case closed
    }

    /// What a closing connection waits for before its channel is closed.
    private struct Awaited: Equatable {
        /// The peer's close_notify or the end of its stream.
        var peer: Bool
        /// Our close_notify, and with it everything before it, being handed to the kernel.
        var output: Bool
    }

    private(set) var phase = Phase.idle
    private var awaited = Awaited(peer: false, output: false)
    /// `close(.output)` was asked for before the handshake had finished.
    private var closesOutputAfterHandshake = false

    // MARK: What is allowed

    /// Whether plaintext is still wanted from the peer's records.
    var deliversInput: Bool { phase == .active || phase == .outputClosed }

    /// Whether records are still looked at: also while closing, for the peer's close_notify.
    var readsRecords: Bool { deliversInput || (phase == .closing && awaited.peer) }

    /// Whether writes are taken, to be sent now or after the handshake.
    var acceptsWrites: Bool {
        switch phase {
        case .idle, .handshaking: !closesOutputAfterHandshake
        case .active, .inputClosed: true
        case .outputClosed, .closing, .closed: false
        }
    }

    /// Whether plaintext can be turned into records.
    var encrypts: Bool { phase == .active || phase == .inputClosed }

    // MARK: Handshake

    /// - Returns: whether to start the handshake.
    mutating func channelActive() -> Bool {
        guard phase == .idle else { return false }
        phase = .handshaking
        return true
    }

    /// - Returns: whether to close the output now, after what was written before the handshake.
    mutating func handshakeFinished() -> Bool {
        guard phase == .handshaking else { return false }
        phase = .active
        return closesOutputAfterHandshake
    }

    /// The handshake failed or took too long, or a record was bad.
    /// - Returns: whether this is news: report it, then close the channel.
    mutating func failed() -> Bool {
        defer { phase = .closed }
        return phase != .closed
    }

    // MARK: The peer ends

    enum InputAction: Equatable {
        case none
        /// Tell the pipeline that nothing more comes.
        case signalInputClosed
        /// Report the truncation, then tell the pipeline that nothing more comes.
        case signalTruncation
        /// Send our close_notify and close the channel behind it.
        case sendCloseNotify
        case closeChannel
        /// Report the truncation, then close the channel.
        case closeTruncatedChannel
        /// The handshake cannot finish any more: report and close the channel.
        case failHandshake
    }

    mutating func closeNotifyReceived(halfClosureAllowed: Bool) -> InputAction {
        switch phase {
        case .active where halfClosureAllowed:
            phase = .inputClosed
            return .signalInputClosed
        case .active:
            phase = .closing
            awaited = Awaited(peer: false, output: true)
            return .sendCloseNotify
        case .outputClosed:
            phase = .closed
            return .closeChannel
        case .closing:
            return peerEnded()
        case .idle, .handshaking, .inputClosed, .closed:
            return .none
        }
    }

    /// FIN: the TCP stream ended.
    mutating func streamEnded() -> InputAction {
        switch phase {
        case .idle:
            return .signalInputClosed
        case .handshaking:
            phase = .closed
            return .failHandshake
        case .active:
            phase = .inputClosed
            return .signalTruncation
        case .outputClosed:
            phase = .closed
            return .closeTruncatedChannel
        case .closing:
            // Peers that close the socket on our close_notify instead of answering it lose nothing.
            return peerEnded()
        case .inputClosed, .closed:
            return .none
        }
    }

    /// The channel is gone.
    mutating func channelInactive() -> InputAction {
        defer { phase = .closed }
        switch phase {
        case .handshaking: return .failHandshake
        case .active, .outputClosed: return .signalTruncation
        case .idle, .inputClosed, .closing, .closed: return .none
        }
    }

    private mutating func peerEnded() -> InputAction {
        awaited.peer = false
        return awaited.output ? .none : finishClosing()
    }

    private mutating func finishClosing() -> InputAction {
        phase = .closed
        return .closeChannel
    }

    // MARK: This side ends

    enum CloseAction: Equatable {
        case none
        /// Close the channel at once.
        case closeChannel
        /// Send what is flushed and our close_notify, start the timer; the channel is closed when both sides are done.
        case sendCloseNotify
        /// Our close_notify is out already: start the timer.
        case waitForPeer
    }

    mutating func close() -> CloseAction {
        switch phase {
        case .idle, .handshaking:
            phase = .closed
            return .closeChannel
        case .active:
            phase = .closing
            awaited = Awaited(peer: true, output: true)
            return .sendCloseNotify
        case .inputClosed:
            phase = .closing
            awaited = Awaited(peer: false, output: true)
            return .sendCloseNotify
        case .outputClosed:
            phase = .closing
            awaited = Awaited(peer: true, output: false)
            return .waitForPeer
        case .closing:
            return .none
        case .closed:
            return .closeChannel
        }
    }

    enum CloseOutputAction: Equatable {
        /// Remember the request: the handshake comes first.
        case afterHandshake
        /// Send what is flushed and our close_notify, then FIN.
        case sendCloseNotify
        /// The peer has ended already: this closes the whole connection.
        case close
        /// There is no output any more.
        case alreadyClosed
    }

    mutating func closeOutput() -> CloseOutputAction {
        switch phase {
        case .idle, .handshaking:
            guard !closesOutputAfterHandshake else { return .alreadyClosed }
            closesOutputAfterHandshake = true
            return .afterHandshake
        case .active:
            phase = .outputClosed
            return .sendCloseNotify
        case .inputClosed:
            return .close
        case .outputClosed, .closing, .closed:
            return .alreadyClosed
        }
    }

    /// The write that carried our close_notify has completed.
    /// - Returns: whether to close the channel now.
    mutating func closeNotifyWritten() -> Bool {
        guard phase == .closing, awaited.output else { return false }
        awaited.output = false
        return !awaited.peer && finishClosing() == .closeChannel
    }

    /// The peer did not answer our close_notify in time.
    /// - Returns: whether to close the channel now.
    mutating func shutdownTimedOut() -> Bool {
        guard phase == .closing else { return false }
        phase = .closed
        return true
    }
}
