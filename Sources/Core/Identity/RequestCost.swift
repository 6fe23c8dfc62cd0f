import Synchronization

/// What a request takes of what there is little of: counted where it is spent, charged to the caller's rate when it is answered.
package final class RequestCost: Sendable {
    private let lines = Atomic(0)
    private let bytes = Atomic(0)
    private let exports = Atomic(0)
    private let writerNanoseconds = Atomic<Int64>(0)

    package init() {}

    /// Lines of a bulk.
    package func count(lines count: Int) { lines.add(count, ordering: .relaxed) }

    /// Bytes of the body.
    package func count(bytes count: Int) { bytes.add(count, ordering: .relaxed) }

    /// A whole list, read from one state of the database.
    package func countExport() { exports.add(1, ordering: .relaxed) }

    /// Time in which nobody else could write.
    package func count(writer time: Duration) {
        let (seconds, attoseconds) = time.components
        writerNanoseconds.add(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
    }

    /// THE price list: how many further requests it counts as. What a usual request takes is in the one that it is itself.
    package var requests: Int {
        let beyondUsual = max(0, writerNanoseconds.load(ordering: .relaxed) / 1_000_000 - 50)
        return lines.load(ordering: .relaxed) / 10 + bytes.load(ordering: .relaxed) / (256 << 10) + exports.load(ordering: .relaxed) * 20
            + Int(beyondUsual / 5)
    }
}
