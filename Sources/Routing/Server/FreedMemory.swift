import Dispatch
import Glibc
import Synchronization

/// Gives memory back to the system when much less is in use than was: `malloc` keeps what is freed, above all the small pieces that thousands
/// of connections leave behind.
final class FreedMemory: Sendable {
    /// Less isn't worth the time it takes, milliseconds in which others may wait for memory.
    private static let worthwhile = 16 * 1024 * 1024

    /// glibc's, which its Swift module leaves out; nil with another C library.
    private static let trim = dlsym(nil, "malloc_trim").map { unsafeBitCast($0, to: (@convention(c) (Int) -> CInt).self) }

    private let peak = Atomic<Int>(0)

    /// It was this much, if it wasn't more.
    func mayHaveBeenInUse(_ bytes: Int) {
        guard peak.load(ordering: .relaxed) < bytes else { return }
        peak.max(bytes, ordering: .relaxed)
    }

    /// It is no more than this.
    func inUse(_ bytes: Int) {
        let before = peak.load(ordering: .relaxed)
        guard before - bytes >= Self.worthwhile, bytes < before / 2,
            peak.compareExchange(expected: before, desired: bytes, ordering: .relaxed).exchanged
        else { return }
        // A little later: who closed last still cleans up behind itself.
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(2)) { _ = Self.trim?(0) }
    }
}
