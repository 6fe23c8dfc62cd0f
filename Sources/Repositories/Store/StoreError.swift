import Glibc

/// Why a store can't be opened, copied or put back; each description is a sentence for the operator.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A newer version of the service wrote it.
    case newer(path: String)
    /// It needs a migration and the caller forbade one.
    case needsMigration(path: String)
    /// An SQLite database, but none of ours.
    case foreign(path: String)
    /// No SQLite database, or a damaged one.
    case damaged(path: String, reason: String)
    /// There is no such file.
    case missing(path: String)
    /// There is no database where one is expected, or an empty one.
    case noDatabase(path: String)
    /// The write-ahead log has commits that SQLite would leave out, with the number of its first bad frame.
    case tornLog(path: String, frame: Int)
    /// The disk has no room to open the database in.
    case noRoom(path: String, reason: String)
    /// The audit trail doesn't lead to where it led before.
    case shortenedTrail(path: String, seq: Int64)
    /// The file is there already and is not overwritten.
    case exists(path: String)
    /// A running service or command holds the data directory.
    case inUse(directory: String)
    /// A service already runs on the data directory.
    case serviceIsRunning(directory: String)
    /// The operating system refused.
    case system(operation: String, path: String, code: Int32)
    /// A list asks for a member that is not indexed: the contract and the table disagree.
    case notListable(table: String, member: String)
    /// The store was closed.
    case closed

    package var description: String {
        switch self {
        case .newer(let path): "\(path) was written by a newer version of partnership; install that version or a later one."
        case .needsMigration(let path): "\(path) was written by an older version of partnership; run `partnership migrate` first."
        case .foreign(let path): "\(path) is an SQLite database of another program."
        case .damaged(let path, let reason): "\(path) is damaged or no database: \(reason)."
        case .missing(let path): "\(path) does not exist."
        case .exists(let path): "\(path) exists already; choose another name."
        case .inUse(let directory): "The data directory \(directory) is in use; stop the service and other commands first."
        case .serviceIsRunning(let directory): "Another partnership service runs on the data directory \(directory)."
        case .noDatabase(let path):
            "There is no database at \(path). Is the disk it lies on mounted? To begin anew, run `partnership migrate`."
        case .noRoom(let path, let reason):
            "The disk of \(path) has no room, not even for opening the database: \(reason). Make some; 256 KiB are enough to read it."
        case .tornLog(let path, let frame):
            "\(path) is damaged at its frame \(frame), and acknowledged changes come after it. \(Self.wayOut)"
        case .shortenedTrail(let path, let seq):
            "The audit trail of \(path) once had an entry \(seq) that isn't there any more, or is another: newer changes are lost. \(Self.wayOut)"
        case .system(let operation, let path, let code): "Can't \(operation) \(path): \(String(cString: strerror(code)))."
        case .notListable(let table, let member): "The table \(table) can't be listed by \(member)."
        case .closed: "The store is closed."
        }
    }

    /// - Parameter finding: a sentence of a check.
    static func damaged(path: String, finding: String) -> StoreError {
        .damaged(path: path, reason: finding.last == "." ? String(finding.dropLast()) : finding)
    }

    private static var wayOut: String {
        "Restore a backup with `partnership restore`; or, to go on without what is lost, run `partnership accept-loss`."
    }
}
