/// How long a write of many parts may have the writer, which is everybody's. See ADR 28.
package struct WriterTimes: Sendable {
    /// One piece of a write that goes in pieces; also a dry run, before it goes on where it is in nobody's way.
    package var piece: Duration
    /// A write that is kept whole or not at all, from when somebody else waits for it.
    package var whole: Duration
    /// The same while nobody does; not longer, since who comes at its end waits until what it wrote is on disk.
    package var wholeAlone: Duration

    package init(piece: Duration = .milliseconds(50), whole: Duration = .milliseconds(400), wholeAlone: Duration = .seconds(3)) {
        self.piece = piece
        self.whole = whole
        self.wholeAlone = wholeAlone
    }
}

/// The time one write has, from when it got the writer.
struct WriterTime: Sendable {
    private let start = ContinuousClock.now
    private let longest: Duration
    /// From when somebody waits.
    private let shared: Duration
    private let waitingSince: @Sendable () -> ContinuousClock.Instant?

    /// - Parameter waitingSince: since when somebody has waited to write.
    init(longest: Duration, shared: Duration, waitingSince: @escaping @Sendable () -> ContinuousClock.Instant?) {
        self.longest = longest
        self.shared = shared
        self.waitingSince = waitingSince
    }

    /// How many parts fit for certain when so many took the time until now; a fifth is for what comes after them, the commit.
    func fitting(_ done: Int) -> Int {
        let part = (ContinuousClock.now - start) / done
        return part > .zero ? max(1, Int(shared / part * 0.8)) : done
    }

    var isUp: Bool {
        let now = ContinuousClock.now
        if now - start >= longest { return true }
        // How long somebody waited for those before isn't this one's doing.
        return waitingSince().map { now - max($0, start) >= shared } ?? false
    }
}

/// A write of many parts wasn't done when its time was up: nothing of it was kept.
package struct WriterTimeIsUp: Error {
    /// How many parts were done by then.
    package let done: Int
    /// How many fit for certain, whoever waits; at least 1.
    package let fitting: Int
}
