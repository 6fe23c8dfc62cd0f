import NIOCore
import Synchronization

/// The open connections of a server, so that they can be asked to finish and, in the end, cut.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.channels[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.channels[id] = nil }
        }
    }

    var count: Int { state.withLock { $0.channels.count } }
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Idle connections close at once, busy ones after their answer (HTTP/1) or with GOAWAY (HTTP/2).
    func drain() {
        let channels = state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    func cutAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }
}
