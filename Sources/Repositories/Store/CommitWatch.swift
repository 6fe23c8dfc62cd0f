import Synchronization

/// Tells whoever follows the log that somebody has committed something, in this process or in another.
///
/// One task looks at the mark of the database, which is a read of shared memory, for all who wait; while nobody does, there is none.
package final class CommitWatch: Sendable {
    /// How often it looks; a commit is noticed this late at most.
    private static let interval = Duration.milliseconds(5)

    private struct Follower {
        let continuation: AsyncStream<Int>.Continuation
        let longestWait: Duration
        var lastWake: ContinuousClock.Instant

        mutating func wake(_ count: Int, at now: ContinuousClock.Instant) {
            lastWake = now
            continuation.yield(count)
        }
    }

    private struct State {
        var followers: [Int: Follower] = [:]
        var lastFollower = 0
        /// Changes noticed so far.
        var count = 0
        var seen: StateMark?
        var isWatching = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let mark: @Sendable () -> StateMark?

    /// - Parameter mark: nil where there are no marks: then every look counts as a change.
    init(mark: @escaping @Sendable () -> StateMark?) {
        self.mark = mark
    }

    /// One element after each change, with the number of changes noticed so far; several in a row are one. The first comes at once, so
    /// that what was committed just before is not missed. Ends when the store is closed.
    ///
    /// - Parameter longestWait: after which an element comes though nothing changed.
    package func changes(atLeastEvery longestWait: Duration = .seconds(3_600)) -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let starts: Bool = state.withLock { state in
            guard !state.isClosed else {
                continuation.finish()
                return false
            }
            state.lastFollower += 1
            let number = state.lastFollower
            continuation.onTermination = { [weak self] _ in self?.leave(number) }
            if !state.isWatching {
                state.count += 1
                state.seen = mark()
            }
            continuation.yield(state.count)
            state.followers[number] = Follower(continuation: continuation, longestWait: longestWait, lastWake: .now)
            defer { state.isWatching = true }
            return !state.isWatching
        }
        if starts { Task { [weak self] in await Self.watch { self } } }
        return stream
    }

    private func leave(_ number: Int) { state.withLock { $0.followers[number] = nil } }

    /// Holds the watch only while it looks.
    private static func watch(_ watch: () -> CommitWatch?) async {
        while watch()?.look() ?? false { try? await Task.sleep(for: interval) }
    }

    /// Returns whether anybody waits still.
    private func look() -> Bool {
        // Within the lock: a store that is being closed takes the memory of the mark away.
        state.withLock { state in
            state.isWatching = !state.isClosed && !state.followers.isEmpty
            guard state.isWatching else { return false }
            let mark = mark()
            let hasChanged = mark == nil || mark != state.seen
            state.seen = mark
            if hasChanged { state.count += 1 }
            let now = ContinuousClock.now
            for (number, follower) in state.followers where hasChanged || now - follower.lastWake >= follower.longestWait {
                state.followers[number]?.wake(state.count, at: now)
            }
            return true
        }
    }

    /// Whether everybody is to stop following.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Ends everybody's waiting. Afterwards no mark is taken any more.
    package func close() {
        let followers = state.withLock { state in
            state.isClosed = true
            defer { state.followers = [:] }
            return Array(state.followers.values)
        }
        for follower in followers { follower.continuation.finish() }
    }
}
