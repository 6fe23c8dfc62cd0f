import Synchronization

/// Digests whose row is still being written, and how many wait for each: the collector leaves their bytes alone.
final class FileHolds: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    fileprivate func take(_ sha256: String) { counts.withLock { $0[sha256, default: 0] += 1 } }

    fileprivate func giveBack(_ sha256: String) {
        counts.withLock { counts in
            let left = (counts[sha256] ?? 1) - 1
            counts[sha256] = left > 0 ? left : nil
        }
    }

    /// Does the work if nobody holds the digest; nobody begins to before it is done.
    func withoutHold(of sha256: String, _ work: () throws -> Void) rethrows {
        try counts.withLock { counts in
            if counts[sha256] == nil { try work() }
        }
    }
}

/// Keeps bytes while it lives.
package final class FileHold: Sendable {
    private let holds: FileHolds
    package let sha256: String

    init(_ holds: FileHolds, _ sha256: String) {
        self.holds = holds
        self.sha256 = sha256
        holds.take(sha256)
    }

    deinit { holds.giveBack(sha256) }
}
