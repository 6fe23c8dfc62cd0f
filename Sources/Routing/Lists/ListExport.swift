import Core
import NIOCore
import Synchronization

/// Streams a whole list as CSV or NDJSON, from the one snapshot its binding reads.
struct ListExport: Sendable {
    enum Format: String, Sendable {
        case csv = "text/csv"
        case lines = "application/x-ndjson"

        var contentType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .lines: "application/x-ndjson"
            }
        }
    }

    /// Ends an export that takes longer than it may hold its snapshot; the client sees a broken answer, not a short one.
    struct DeadlineExceeded: Error {}

    let format: Format
    /// Columns of CSV; with `fields` only those.
    let members: [String]
    /// Whether `fields` narrows the members.
    let projects: Bool
    let duration: Duration

    private static let flushSize = 32 * 1024

    func body(_ rows: Rows<[UInt8]>, slot: ExportSlots.Slot) -> Answer.WriteBody {
        { writer in
            // Held until the body is written or given up.
            defer { slot.release() }
            let deadline = ContinuousClock.now.advanced(by: duration)
            var pending: [UInt8] = []
            pending.reserveCapacity(Self.flushSize * 2)
            if format == .csv { CSVRow.header(members, into: &pending) }
            try await rows.each { item in
                guard ContinuousClock.now < deadline else { throw DeadlineExceeded() }
                switch format {
                case .csv: try CSVRow.row(item, members, into: &pending)
                case .lines:
                    pending += projects ? try Projection.apply(members, to: item) : item
                    pending.append(0x0A)
                }
                if pending.count >= Self.flushSize {
                    try await writer.write(ByteBuffer(bytes: pending))
                    pending.removeAll(keepingCapacity: true)
                }
            }
            if !pending.isEmpty { try await writer.write(ByteBuffer(bytes: pending)) }
            try await writer.finish()
        }
    }
}

/// How many exports run at once, of all and of each account: each holds a snapshot, and old snapshots keep the log of the database from shrinking.
final class ExportSlots: Sendable {
    enum Refusal: Error {
        case accountHasItsShare, allAreTaken
    }

    private let limit: Int
    private let limitPerAccount: Int
    private let taken = Mutex<[String: Int]>([:])

    init(_ limit: Int, perAccount: Int) {
        self.limit = limit
        limitPerAccount = perAccount
    }

    func take(for account: String) throws(Refusal) -> Slot {
        try taken.withLock { taken throws(Refusal) in
            guard taken[account, default: 0] < limitPerAccount else { throw .accountHasItsShare }
            guard taken.values.reduce(0, +) < limit else { throw .allAreTaken }
            taken[account, default: 0] += 1
        }
        return Slot(slots: self, account: account)
    }

    private func giveBack(_ account: String) {
        taken.withLock { taken in
            let left = taken[account, default: 1] - 1
            taken[account] = left > 0 ? left : nil
        }
    }

    /// Gives itself back when dropped, so that an answer that is never sent doesn't keep it.
    final class Slot: Sendable {
        private let slots: ExportSlots
        private let account: String
        private let isHeld = Atomic(true)

        fileprivate init(slots: ExportSlots, account: String) {
            self.slots = slots
            self.account = account
        }

        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { slots.giveBack(account) }
        }

        deinit {
            release()
        }
    }
}
