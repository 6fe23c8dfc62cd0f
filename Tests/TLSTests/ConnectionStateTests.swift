import Testing

@testable import TLS

@Suite("Connection state")
struct ConnectionStateTests {
    private func active() -> TLSConnectionState {
        var state = TLSConnectionState()
        #expect(state.channelActive() == true)
        #expect(state.handshakeFinished() == false)
        return state
    }

    @Test("The handshake starts once")
    func startsOnce() {
        var state = TLSConnectionState()
        #expect(state.acceptsWrites && !state.encrypts && !state.deliversInput)
        #expect(state.channelActive() == true)
        #expect(state.channelActive() == false)
        #expect(state.phase == .handshaking && !state.encrypts)
        #expect(state.handshakeFinished() == false)
        #expect(state.phase == .active && state.encrypts && state.deliversInput)
    }

    @Test("With half-closure the peer's close_notify leaves the output open")
    func halfClosure() {
        var state = active()
        #expect(state.closeNotifyReceived(halfClosureAllowed: true) == .signalInputClosed)
        #expect(state.encrypts && state.acceptsWrites && !state.deliversInput)
        #expect(state.streamEnded() == .none)
        #expect(state.close() == .sendCloseNotify)
        #expect(!state.acceptsWrites)
        #expect(state.closeNotifyWritten() == true)
        #expect(state.phase == .closed)
    }

    @Test("Without half-closure the peer's close_notify is answered and the channel closed behind the answer")
    func noHalfClosure() {
        var state = active()
        #expect(state.closeNotifyReceived(halfClosureAllowed: false) == .sendCloseNotify)
        #expect(state.phase == .closing)
        #expect(state.closeNotifyWritten() == true)
        #expect(state.phase == .closed)
    }

    @Test("Closing waits for the peer's close_notify and for its own, in either order", arguments: [true, false])
    func closingWaitsForBoth(peerFirst: Bool) {
        var state = active()
        #expect(state.close() == .sendCloseNotify)
        #expect(state.readsRecords && !state.deliversInput)
        if peerFirst {
            #expect(state.closeNotifyReceived(halfClosureAllowed: true) == .none)
            #expect(state.closeNotifyWritten() == true)
        } else {
            #expect(state.closeNotifyWritten() == false)
            #expect(state.closeNotifyReceived(halfClosureAllowed: true) == .closeChannel)
        }
        #expect(state.phase == .closed)
    }

    @Test("A peer that answers our close_notify with FIN alone has truncated nothing")
    func finWhileClosing() {
        var state = active()
        #expect(state.close() == .sendCloseNotify)
        #expect(state.closeNotifyWritten() == false)
        #expect(state.streamEnded() == .closeChannel)
    }

    @Test("A closing connection gives up when its time is over, and only then")
    func timeout() {
        var state = active()
        #expect(state.shutdownTimedOut() == false)
        #expect(state.close() == .sendCloseNotify)
        #expect(state.shutdownTimedOut() == true)
        #expect(state.shutdownTimedOut() == false)
        #expect(state.close() == .closeChannel)
    }

    @Test("FIN without close_notify is a truncation")
    func truncation() {
        var state = active()
        #expect(state.streamEnded() == .signalTruncation)
        #expect(state.phase == .inputClosed && state.acceptsWrites)
        #expect(state.streamEnded() == .none)

        var half = active()
        #expect(half.closeOutput() == .sendCloseNotify)
        #expect(half.streamEnded() == .closeTruncatedChannel)
    }

    @Test("FIN during the handshake fails it")
    func finDuringHandshake() {
        var state = TLSConnectionState()
        _ = state.channelActive()
        #expect(state.streamEnded() == .failHandshake)
        #expect(state.channelInactive() == .none)
    }

    @Test("After closing the output, input is still delivered and the peer's end closes the channel")
    func outputClosed() {
        var state = active()
        #expect(state.closeOutput() == .sendCloseNotify)
        #expect(state.deliversInput && !state.acceptsWrites)
        #expect(state.closeOutput() == .alreadyClosed)
        #expect(state.closeNotifyReceived(halfClosureAllowed: true) == .closeChannel)
    }

    @Test("close(.all) after close(.output) only waits")
    func outputThenAll() {
        var state = active()
        _ = state.closeOutput()
        #expect(state.close() == .waitForPeer)
        #expect(state.closeNotifyReceived(halfClosureAllowed: true) == .closeChannel)
    }

    @Test("Closing the output before the handshake is done after it")
    func earlyCloseOutput() {
        var state = TLSConnectionState()
        _ = state.channelActive()
        #expect(state.closeOutput() == .afterHandshake)
        #expect(state.closeOutput() == .alreadyClosed)
        #expect(!state.acceptsWrites)
        #expect(state.handshakeFinished() == true)
        #expect(state.closeOutput() == .sendCloseNotify)
    }

    @Test("Closing before the end of the handshake closes the channel at once")
    func earlyClose() {
        var state = TLSConnectionState()
        #expect(state.close() == .closeChannel)
        var handshaking = TLSConnectionState()
        _ = handshaking.channelActive()
        #expect(handshaking.close() == .closeChannel)
        #expect(handshaking.handshakeFinished() == false)
        #expect(handshaking.phase == .closed)
    }

    @Test("A failure is reported once")
    func failure() {
        var state = active()
        #expect(state.failed() == true)
        #expect(state.failed() == false)
        #expect(state.channelInactive() == .none)
        #expect(state.closeNotifyReceived(halfClosureAllowed: true) == .none)
    }

    @Test("A channel that goes while open is a truncation, while handshaking a failed handshake")
    func inactive() {
        var open = active()
        #expect(open.channelInactive() == .signalTruncation)
        var handshaking = TLSConnectionState()
        _ = handshaking.channelActive()
        #expect(handshaking.channelInactive() == .failHandshake)
        var ended = active()
        _ = ended.closeNotifyReceived(halfClosureAllowed: true)
        #expect(ended.channelInactive() == .none)
    }

    @Test("No order of events brings a closed connection back or closes its channel twice")
    func everyShortHistory() {
        // Every sequence of up to five events, depth first.
        func step(_ event: Int, _ state: inout TLSConnectionState) -> Bool {
            switch event {
            case 0:
                _ = state.handshakeFinished()
                return false
            case 1: return state.closeNotifyReceived(halfClosureAllowed: true) == .closeChannel
            case 2: return state.closeNotifyReceived(halfClosureAllowed: false) == .closeChannel
            case 3: return [.closeChannel, .closeTruncatedChannel, .failHandshake].contains(state.streamEnded())
            case 4:
                let wasClosed = state.phase == .closed
                return state.close() == .closeChannel && !wasClosed
            case 5:
                _ = state.closeOutput()
                return false
            case 6: return state.closeNotifyWritten()
            case 7: return state.shutdownTimedOut()
            default: return state.failed()
            }
        }
        var wrong: [String] = []
        func explore(_ state: TLSConnectionState, closed: Bool, depth: Int) {
            guard depth > 0 else { return }
            for event in 0...8 {
                var next = state
                let closes = step(event, &next)
                let right = !(closes && closed) && (closes || closed) == (next.phase == .closed)
                if !right { wrong.append("event \(event) in \(state)") }
                explore(next, closed: closed || closes, depth: depth - 1)
            }
        }
        var state = TLSConnectionState()
        _ = state.channelActive()
        explore(state, closed: false, depth: 5)
        #expect(wrong == [])
    }
}
