import NIOCore
import Synchronization

/// The open connections of a server: how many there may be, whom each counts for, which one leaves when another comes; and so that they can
/// be asked to finish and, in the end, cut.
final class ConnectionRegistry: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: OpenConnection] = [:]
        var perAddress: [AddressKey: Int] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())
    private let unread = Atomic<Int>(0)
    private let memory = FreedMemory()
    private let limits: ServerLimits
    private let exempt: TrustedProxies
    private let metrics: ServerMetrics?

    /// - Parameter exempt: addresses that may have any number of connections.
    init(limits: ServerLimits = .standard, exempt: TrustedProxies = TrustedProxies(), metrics: ServerMetrics? = nil) {
        self.limits = limits
        self.exempt = exempt
        self.metrics = metrics
    }

    /// Takes a connection up, if need be in the place of the one idle longest.
    /// - Returns: whether it may stay. Its address may have as many as it may, all of them busy.
    func admit(_ channel: any Channel) -> Bool {
        let address = address(of: channel)
        let (leaving, admitted): ([OpenConnection], OpenConnection?) = state.withLock { state in
            var leaving: [OpenConnection] = []
            if let address, state.perAddress[address, default: 0] >= limits.connectionsPerAddress {
                guard let idle = Self.idlest(state.connections.values.lazy.filter { $0.address == address }) else { return ([], nil) }
                leaving.append(idle)
            }
            if state.connections.count >= limits.connections, leaving.isEmpty, let idle = Self.idlest(state.connections.values) {
                leaving.append(idle)
            }
            let connection = OpenConnection(channel, address: address, limits: limits, registry: self)
            state.connections[ObjectIdentifier(channel)] = connection
            if let address { state.perAddress[address, default: 0] += 1 }
            return (leaving, connection)
        }
        for connection in leaving {
            metrics?.connectionShed(.idle)
            connection.leave()
        }
        guard let admitted else {
            metrics?.connectionShed(.address)
            return false
        }
        memory.mayHaveBeenInUse(estimatedBytes)
        channel.closeFuture.whenComplete { [self] _ in remove(admitted) }
        return true
    }

    /// The one that was admitted with this channel.
    func connection(of channel: any Channel) -> OpenConnection? { state.withLock { $0.connections[ObjectIdentifier(channel)] } }

    private func remove(_ connection: OpenConnection) {
        connection.settle()
        state.withLock { state in
            state.connections[ObjectIdentifier(connection.channel)] = nil
            guard let address = connection.address, let count = state.perAddress[address] else { return }
            state.perAddress[address] = count > 1 ? count - 1 : nil
        }
        memory.inUse(estimatedBytes)
    }

    /// What connections, and what they leave unread, take of memory.
    private var estimatedBytes: Int { count * limits.connectionCost + unreadBytes }

    private func address(of channel: any Channel) -> AddressKey? {
        guard limits.connectionsPerAddress > 0, let address = channel.remoteAddress?.ipAddress else { return nil }
        return exempt.isTrusted(address) ? nil : AddressKey(address)
    }

    var count: Int { state.withLock { $0.connections.count } }
    var isDraining: Bool { state.withLock { $0.isDraining } }
    /// What all connections together leave unread.
    var unreadBytes: Int { unread.load(ordering: .relaxed) }

    // MARK: Making room

    var hasIdle: Bool { state.withLock { $0.connections.values.contains { $0.idleInstant != nil } } }

    /// Closes the connection idle longest, if any is idle.
    func makeRoom() {
        guard let idle = state.withLock({ Self.idlest($0.connections.values) }) else { return }
        metrics?.connectionShed(.idle)
        idle.leave()
    }

    /// The one idle longest, claimed; nil when none is idle.
    private static func idlest(_ connections: some Sequence<OpenConnection>) -> OpenConnection? {
        var best: (connection: OpenConnection, since: UInt64)?
        for connection in connections {
            guard let since = connection.idleInstant, since < best?.since ?? .max else { continue }
            best = (connection, since)
        }
        guard let best, best.connection.claim(idleSince: best.since) else { return nil }
        return best.connection
    }

    // MARK: Unread

    /// Of any connection. Whenever it grows beyond the limit, the connection that leaves most unread is cut.
    func countUnread(_ change: Int) {
        let all = unread.wrappingAdd(change, ordering: .relaxed).newValue
        guard change > 0 else { return }
        memory.mayHaveBeenInUse(all)
        if all > limits.unreadInAll { cutWhoReadsLeast() }
    }

    private func cutWhoReadsLeast() {
        guard let worst = state.withLock({ $0.connections.values.max { $0.unreadBytes < $1.unreadBytes } }), worst.unreadBytes > 0 else {
            return
        }
        metrics?.connectionShed(.unread)
        worst.cut()
    }

    // MARK: Ending

    /// Idle connections close at once, busy ones after their answer (HTTP/1) or with GOAWAY (HTTP/2).
    func drain() {
        let connections = state.withLock { state in
            state.isDraining = true
            return Array(state.connections.values)
        }
        for connection in connections { connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    func cutAll() {
        for connection in state.withLock({ Array($0.connections.values) }) { connection.cut() }
    }
}
