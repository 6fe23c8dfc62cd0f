import NIOCore
import Synchronization
import TLS

/// One accepted connection, as it looks to those who decide about all of them: since when it is idle, and how much it leaves unread.
final class OpenConnection: Sendable {
    /// In place of an instant while a request is being answered.
    private static let busy = UInt64.max
    /// And once it is to be closed for a newcomer, unless a request comes first.
    private static let leaving = UInt64.max - 1
    /// In place of a count once nothing is counted any more.
    private static let settled = Int.min / 2

    let channel: any Channel
    /// Whom it counts for; nil for those who may have any number.
    let address: AddressKey?

    private let limit: Int
    private let registry: ConnectionRegistry
    private let idleSince: Atomic<UInt64>
    /// Bytes of answers that are made and that the client hasn't taken, the cost of each answer included.
    private let unread = Atomic<Int>(0)
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(_ channel: any Channel, address: AddressKey?, limits: ServerLimits, registry: ConnectionRegistry) {
        self.channel = channel
        self.address = address
        self.registry = registry
        limit = limits.unreadPerConnection
        // Until its pipeline stands: closed before that, it would take the listener with it.
        idleSince = Atomic(Self.busy)
    }

    // MARK: Idle

    func becameBusy() { idleSince.store(Self.busy, ordering: .relaxed) }

    func becameIdle(_ now: NIODeadline) { idleSince.store(now.uptimeNanoseconds, ordering: .relaxed) }

    /// In nanoseconds of uptime; nil while it is busy, or leaving.
    var idleInstant: UInt64? {
        let instant = idleSince.load(ordering: .relaxed)
        return instant < Self.leaving ? instant : nil
    }

    /// Whether it is the caller's to close: it has been idle since `instant`, and nobody else chose it.
    func claim(idleSince instant: UInt64) -> Bool {
        idleSince.compareExchange(expected: instant, desired: Self.leaving, ordering: .relaxed).exchanged
    }

    /// Closes a claimed connection, unless a request has come first.
    func leave() {
        channel.eventLoop.execute { [self] in
            guard idleSince.load(ordering: .relaxed) == Self.leaving else { return }
            channel.pipeline.fireUserInboundEventTriggered(MakesRoom())
            cut()
        }
    }

    // MARK: Unread

    /// An answer is made.
    func hold(_ bytes: Int) {
        // Below 0: cut, and settled as a whole.
        guard unread.wrappingAdd(bytes, ordering: .relaxed).newValue >= 0 else { return }
        registry.countUnread(bytes)
    }

    /// It is taken, or will never be.
    func release(_ bytes: Int) {
        let before = unread.wrappingSubtract(bytes, ordering: .sequentiallyConsistent).oldValue
        guard before >= 0 else { return }
        registry.countUnread(-bytes)
        if before >= limit, before - bytes < limit { wake() }
    }

    var unreadBytes: Int { max(0, unread.load(ordering: .relaxed)) }

    var hasRoom: Bool { unread.load(ordering: .sequentiallyConsistent) < limit }

    /// Returns when a further answer may be made, or when the connection is at its end.
    func room() async {
        while !hasRoom {
            await withCheckedContinuation { continuation in
                let waits = waiting.withLock { waiting in
                    if hasRoom { return false }
                    waiting.append(continuation)
                    return true
                }
                if !waits { continuation.resume() }
            }
        }
    }

    private func wake() {
        let woken = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for continuation in woken { continuation.resume() }
    }

    /// It is at its end, so that nothing more is counted.
    func settle() {
        let bytes = unread.exchange(Self.settled, ordering: .sequentiallyConsistent)
        if bytes > 0 { registry.countUnread(-bytes) }
        wake()
    }

    // MARK: Ending

    /// Closes at once. What its client would have to take or to answer for a polite end it has had its time for.
    func cut() {
        idleSince.store(Self.busy, ordering: .relaxed)
        settle()
        channel.eventLoop.execute { [channel] in
            // TLS says farewell if the kernel takes it,
            channel.close(promise: nil)
            // and waits for no answer.
            (try? channel.pipeline.syncOperations.context(handlerType: TLSHandler.self))?.close(promise: nil)
        }
    }
}

/// An idle connection is about to be closed for a newcomer.
struct MakesRoom {}

/// Whom connections are counted for: an IPv4 address, or the /64 that a customer has to itself in IPv6.
struct AddressKey: Hashable, Sendable {
    private let bytes: [UInt8]

    /// nil for what is no numeric address.
    init?(_ text: String) {
        guard let all = TrustedProxies.bytes(text) else { return nil }
        bytes = TrustedProxies.isIPv4(all) ? all : Array(all.prefix(8))
    }
}
