import NIOCore

/// A deadline that moves with every request but is rescheduled on the event loop only when it comes nearer or passes.
/// Confined to its event loop.
final class DeadlineTimer {
    private let loop: NIOIsolatedEventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    private var scheduled: Scheduled<Void>?
    private var scheduledFor = NIODeadline.distantFuture

    init(eventLoop: any EventLoop, expired: @escaping () -> Void) {
        loop = eventLoop.assumeIsolated()
        self.expired = expired
    }

    /// Moves the deadline; nil for none.
    func set(_ deadline: NIODeadline?) {
        self.deadline = deadline
        guard let deadline else { return }
        if scheduled != nil, scheduledFor <= deadline { return }
        scheduled?.cancel()
        schedule(deadline)
    }

    func cancel() {
        deadline = nil
        scheduled?.cancel()
        scheduled = nil
    }

    private func schedule(_ deadline: NIODeadline) {
        scheduledFor = deadline
        scheduled = loop.scheduleTask(deadline: deadline) { [weak self] in self?.fire() }
    }

    private func fire() {
        scheduled = nil
        guard let deadline else { return }
        if NIODeadline.now() >= deadline {
            self.deadline = nil
            expired()
        } else {
            schedule(deadline)
        }
    }
}

/// Whether a body arrives fast enough. Only the time in which we wait for the client counts, never the time in which it waits for us.
struct BodyPace {
    private let grace: TimeAmount
    private let bytesPerSecond: Int
    private var received = 0
    private var waited = TimeAmount.zero
    private var waitingSince: NIODeadline?

    init(limits: ServerLimits) {
        grace = TimeAmount(limits.bodyGrace)
        bytesPerSecond = max(1, limits.bodyRate)
    }

    /// When the client is too slow unless something arrives before.
    var deadline: NIODeadline? {
        guard let waitingSince else { return nil }
        return waitingSince + (grace + .milliseconds(Int64(received) * 1000 / Int64(bytesPerSecond)) - waited)
    }

    mutating func wait(now: NIODeadline) {
        if waitingSince == nil { waitingSince = now }
    }

    mutating func receive(_ bytes: Int, now: NIODeadline) {
        received += bytes
        if let since = waitingSince { waited = waited + (now - since) }
        waitingSince = nil
    }
}
