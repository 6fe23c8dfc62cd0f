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

    private let limits: ServerLimits
    private let registry: ConnectionRegistry
    private let idleSince: Atomic<UInt64>
    /// Bytes of answers that are made and that the client hasn't taken, the cost of each answer included.
    private let unread = Atomic<Int>(0)
    /// Requests whose answers are being made.
    private let begun = Atomic<Int>(0)
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    /// Requests that wait, or are about to: asked for every answer, without a lock.
    private let waitingCount = Atomic<Int>(0)

    init(_ channel: any Channel, address: AddressKey?, limits: ServerLimits, registry: ConnectionRegistry) {
        self.channel = channel
        self.address = address
        self.registry = registry
        self.limits = limits
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

    // MARK: Requests and what is unread of their answers

    private var hasEnded: Bool { unread.load(ordering: .sequentiallyConsistent) < 0 }

    private var hasRoom: Bool {
        unread.load(ordering: .sequentiallyConsistent) < limits.unreadPerConnection
            && begun.load(ordering: .sequentiallyConsistent) < limits.requestsAtOnce
    }

    /// Before a request is answered. If it isn't begun, `begin` is to be awaited.
    func beginsAtOnce() -> Bool {
        guard hasRoom, !hasEnded else { return false }
        begun.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    /// Waits while as many requests as allowed are being answered, or too much is unread.
    /// - Returns: false when the connection has ended, and nobody is there for an answer. Otherwise `made` is owed.
    func begin() async -> Bool {
        waitingCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { waitingCount.wrappingSubtract(1, ordering: .relaxed) }
        while !beginsAtOnce() {
            if hasEnded { return false }
            await withCheckedContinuation { continuation in
                let waits = waiting.withLock { waiting in
                    if hasEnded || hasRoom { return false }
                    waiting.append(continuation)
                    return true
                }
                if !waits { continuation.resume() }
            }
        }
        return true
    }

    /// The answer is made, and holds so many bytes until it is taken.
    func made(_ bytes: Int) {
        // Below 0: at its end, and settled as a whole.
        if unread.wrappingAdd(bytes, ordering: .relaxed).newValue >= 0 { registry.countUnread(bytes) }
        begun.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        wake(1)
    }

    /// An answer is taken, or will never be.
    func taken(_ bytes: Int) {
        let before = unread.wrappingSubtract(bytes, ordering: .sequentiallyConsistent).oldValue
        guard before >= 0 else { return }
        registry.countUnread(-bytes)
        // Each of these, made, wakes the next.
        if before >= limits.unreadPerConnection, before - bytes < limits.unreadPerConnection { wake(limits.requestsAtOnce) }
    }

    var unreadBytes: Int { max(0, unread.load(ordering: .relaxed)) }

    private func wake(_ count: Int) {
        guard waitingCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
        let woken = waiting.withLock { waiting in
            let woken = Array(waiting.prefix(count))
            waiting.removeFirst(woken.count)
            return woken
        }
        for continuation in woken { continuation.resume() }
    }

    /// It is at its end, so that nothing more is counted.
    func settle() {
        let bytes = unread.exchange(Self.settled, ordering: .sequentiallyConsistent)
        if bytes > 0 { registry.countUnread(-bytes) }
        wake(.max)
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
