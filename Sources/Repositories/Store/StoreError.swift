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
    /// The file is there already and is not overwritten.
    case exists(path: String)
    /// A running service or command holds the data directory.
    case inUse(directory: String)
    /// A service already runs on the data directory.
    case serviceIsRunning(directory: String)
    /// The operating system refused.
    case system(operation: String, path: String, reason: String)
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
        case .system(let operation, let path, let reason): "Can't \(operation) \(path): \(reason)."
        case .notListable(let table, let member): "The table \(table) can't be listed by \(member)."
        case .closed: "The store is closed."
        }
    }
}
