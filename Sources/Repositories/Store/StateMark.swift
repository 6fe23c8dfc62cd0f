import GRDB
import GRDBSQLite
import Synchronization

/// The state of the database as one comparable value: while two marks are equal, nobody has committed anything in between, in this process
/// or in another.
///
/// It is the header of SQLite's WAL index, which every commit rewrites and every reader reads; sqlite.org/walformat.html describes it.
/// It is taken from memory that SQLite shares between all connections, so it costs no system call and no statement.
package struct StateMark: Equatable, Sendable {
    private let words: SIMD8<UInt64>

    fileprivate init(_ header: UnsafeRawPointer) {
        var words = SIMD8<UInt64>()
        for index in 0..<StateWatch.headerWords { words[index] = header.load(fromByteOffset: index * 8, as: UInt64.self) }
        self.words = words
    }

    /// How many commits there have been, as SQLite counts them; begins anew after the largest number.
    var commits: UInt32 { withUnsafeBytes(of: words) { $0.load(fromByteOffset: 8, as: UInt32.self) } }
}

/// Where marks come from. The memory belongs to the connection it was made from; before that is closed, the watch is.
final class StateWatch: @unchecked Sendable {
    /// Version, change counter, sizes, checksums and salts: 48 bytes.
    fileprivate static let headerWords = 6
    /// The only format there has been since 2010. All processes on one database have to agree on it, so it can't change unnoticed.
    private static let format: UInt32 = 3_007_000
    private static let regionSize: Int32 = 32_768

    private struct State {
        var isOpen = true
        /// From the first of these to the last, commits said nothing about authority.
        var quiet: (first: StateMark, last: StateMark)?
    }

    private let header: UnsafeRawPointer
    /// Held while a mark is taken: somebody may ask still while the store is being closed.
    private let state = Mutex(State())

    /// nil where SQLite offers no such memory, or in another format: then nothing is remembered, and every read asks the database.
    init?(_ database: Database) throws {
        // Opens the index, if nothing has been read yet.
        _ = try database.prepared("SELECT 1 FROM sqlite_schema LIMIT 1").first { _ in }
        var file: UnsafeMutablePointer<sqlite3_file>?
        var memory: UnsafeMutableRawPointer?
        guard sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let methods = file.pointee.pMethods, methods.pointee.iVersion >= 2, let map = methods.pointee.xShmMap,
            map(file, 0, Self.regionSize, 0, &memory) == SQLITE_OK, let memory, memory.load(as: UInt32.self) == Self.format
        else { return nil }
        header = UnsafeRawPointer(memory)
    }

    /// Taken before a read, it is never newer than what the read sees. Half of a header that is just being written equals no other mark.
    /// nil once it is closed.
    var mark: StateMark? { state.withLock { current($0) } }

    /// The same for what follows from authority alone: stays while nothing but what is noted by ``noteQuietCommit(from:)`` is committed.
    var authorityMark: StateMark? {
        state.withLock { state in
            let mark = current(state)
            guard let quiet = state.quiet, quiet.last == mark else { return mark }
            return quiet.first
        }
    }

    /// A transaction of this process that said nothing about authority has been committed. `mark` was taken while it held the write lock:
    /// when there was one commit since, it was this one, and everything about authority is as it was.
    func noteQuietCommit(from mark: StateMark) {
        state.withLock { state in
            guard let now = current(state), now.commits == mark.commits &+ 1 else { return }
            let first = state.quiet.flatMap { $0.last == mark ? $0.first : nil }
            state.quiet = (first ?? mark, now)
        }
    }

    private func current(_ state: State) -> StateMark? {
        guard state.isOpen else { return nil }
        atomicMemoryFence(ordering: .acquiring)
        return StateMark(header)
    }

    func close() { state.withLock { $0.isOpen = false } }
}
