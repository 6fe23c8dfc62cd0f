package import Core
import Domain
import GRDB
import GRDBSQLite
import Synchronization

/// The one way to the database: SQLite in WAL mode, every commit on disk before it is answered (`synchronous=FULL`).
///
/// Reads see one consistent state; writes go through ``write(_:source:isLarge:_:)`` and leave row, audit entry and event in one
/// transaction, or through ``bookkeeping(_:)``, which leaves neither.
package final class Store: Sendable {
    let pool: DatabasePool
    let directory: DataDirectory
    /// The data directory.
    package var path: String { directory.path }
    let queue: WriteQueue
    let cache: EncodedCache
    /// The one clock of everything that asks what time it is.
    package let now: @Sendable () -> Instant
    /// Connections of ``readNow(_:)``, apart from those of asynchronous reads: an asynchronous read holds its connection while it waits for
    /// a worker thread, so callers that block a worker thread must never wait for its connection.
    private let pointReaders: PointReaders
    /// Apart from the pool: `data_version` speaks of changes made by other connections.
    private let watcher: DatabaseQueue
    private let stateWatch: StateWatch?
    private let authority = Remembered<any Sendable>(.untilAuthorityChanges)
    let rehearsals: Rehearsals
    /// Who waits for the next compaction.
    private let compacting = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let times: WriterTimes
    /// For bulks and imports; dry runs of them have their own, since those on a copy take long.
    private let (writingTurns, rehearsingTurns) = (Turns(4), Turns(2))
    /// Wakes whoever follows what is committed.
    package let commits: CommitWatch
    private let locks: Mutex<[FileLock]>
    /// Whether nothing can be written where the database lies: then it is read as it is.
    let isReadOnly: Bool
    /// Pages that were in the log when the database was opened; nil where somebody else had it open already.
    let logPages: Set<UInt32>?

    /// Opens the database in `directory`, creates it when there is none, migrates it when it is older, as the options allow.
    ///
    /// Throws ``StoreError``: newer than this binary, in need of a migration that is not allowed, of another program, damaged, in use, or with
    /// its newest changes lost.
    package init(directory path: String, options: StoreOptions = StoreOptions()) throws {
        directory = options.creates ? try DataDirectory.create(path) : try DataDirectory.existing(path)
        isReadOnly = directory.isReadOnly
        let service = options.role == .service ? [try directory.lockService()] : []
        // One opens at a time, so that two never migrate at once.
        let opening = try directory.lockOpening()
        defer { withExtendedLifetime(opening) {} }
        if options.creates { try directory.createDatabase() }
        do {
            let directory = directory
            let opened = try directory.room.using { try directory.prepare(options) }
            locks = Mutex([opened.lock] + service)
            logPages = opened.logPages
            let configuration = Self.configuration(readonly: isReadOnly)
            pool = try directory.room.using { try DatabasePool(path: directory.database, configuration: configuration) }
            // The pool sets NORMAL when it switches to WAL, after a connection's own preparation.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            pointReaders = try PointReaders(path: directory.database, configuration: Self.configuration(readonly: true))
            watcher = try DatabaseQueue(path: directory.database, configuration: Self.configuration(readonly: true))
            let stateWatch = try watcher.unsafeRead { try StateWatch($0) }
            self.stateWatch = stateWatch
            commits = CommitWatch { stateWatch?.mark }
            try Self.compareTrail(pool, directory, options)
        } catch let error as DatabaseError where error.tellsOfDamage {
            throw StoreError.damaged(path: directory.database, reason: error.message ?? "unreadable")
        }
        if let free = Disk.freeBytes(at: directory.path), free >= Disk.minimumFreeBytes { directory.room.keep() }
        queue = WriteQueue(pool: pool, watch: stateWatch, authority: authority)
        rehearsals = Rehearsals(pool)
        times = options.writerTimes
        cache = EncodedCache(capacity: options.cacheBytes)
        now = options.clock
    }

    static func configuration(readonly: Bool = false) -> Configuration {
        SummedFiles.install()
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        // More than there are cores: some of them wait for the disk.
        configuration.maximumReaderCount = 6
        configuration.prepareDatabase { database in
            // Room for the checksum of each page, in databases and copies that are made.
            var bytes = Int32(DatabasePage.sumBytes)
            sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes)
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // KiB. The kernel caches the file anyway; a large cache pays only where pages are changed. A search reads its index again and again.
            try database.execute(sql: "PRAGMA cache_size = \(database.configuration.readonly ? -4096 : -8192)")
            guard !database.configuration.readonly else { return }
            // What is deleted is overwritten at once, as far as SQLite can; ``compact(for:)`` does the rest.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return configuration
    }

    // MARK: Reading

    package func read<Value: Sendable>(_ body: @Sendable (ReadTransaction) throws -> Value) async throws -> Value {
        try await pool.unsafeRead { try self.transaction($0, body) }
    }

    /// Reads at once, on the calling thread: only for a few keyed rows.
    package func readNow<Value>(_ body: (ReadTransaction) throws -> Value) throws -> Value {
        try pointReaders.read { try transaction($0, body) }
    }

    /// The same for one answer that is asked for again and again: the database is asked once, and again after anyone has committed what
    /// ends the answer's ``Remembered/Lifetime``. What isn't there is not remembered.
    package func readNow<Value>(
        _ key: String, remembering remembered: Remembered<Value>, _ body: (ReadTransaction) throws -> Value?
    ) throws -> Value? {
        let current = remembered.lifetime == .untilCommit ? stateWatch?.mark : stateWatch?.authorityMark
        guard let mark = current else { return try readNow(body) }
        if let value = remembered.value(key, at: mark) { return value }
        let value = try readNow(body)
        if let value { remembered.keep(value, for: key, at: mark) }
        return value
    }

    /// What GRDB's own `read` does, but with cached statements: its BEGIN and COMMIT cost more than a point read.
    private func transaction<Value>(_ database: Database, _ body: (ReadTransaction) throws -> Value) throws -> Value {
        let known = stateWatch?.authorityMark.map { AuthorityAnswers(remembered: authority, mark: $0) }
        try database.cached("BEGIN DEFERRED").run()
        // Ends the transaction even where an error already did, or where the task was cancelled.
        defer { if database.isInsideTransaction { _ = try? database.cached("ROLLBACK").run() } }
        return try body(ReadTransaction(Connection(database, cache: cache), authority: known))
    }

    // MARK: Writing

    /// Does a bulk or an import when it is its turn. Throws ``DomainError/busy`` where that doesn't come, or too many of the account wait.
    package func inTurn<Value>(_ call: Call, _ body: () async throws -> Value) async throws -> Value {
        try await (call.dryRun ? rehearsingTurns : writingTurns).one(of: call.actor.account, body)
    }

    /// One write of resources: everything in `body` is committed together, or nothing is. Returns after the commit, with the change on
    /// disk. `body` may be run while others wait for the same commit: no I/O, no waiting in it. It may be run twice, when a neighbour in the
    /// same commit fails: all it leaves is in the database.
    ///
    /// With `call.dryRun` everything is checked and rolled back; with `call.keeping` the answer is kept along with the rows. `source` names
    /// where the values come from, for the audit trail (`gias`). `isLarge` is for chunks of many rows: they let small writes go first. `share`
    /// is the time that a write of many parts has; `body` looks at it between them. Throws ``DomainError/busy`` when too much waits.
    @discardableResult
    package func write<Value: Sendable>(
        _ call: Call, source: String? = nil, isLarge: Bool = false, within share: WriterShare? = nil,
        _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
        let (value, followUp) = try await commit(call, source: source, isLarge: isLarge, within: share, body)
        await followUp?(self)
        return value
    }

    /// The same; what follows from it is for the caller to do.
    func commit<Value: Sendable>(
        _ call: Call, source: String? = nil, isLarge: Bool = false, within share: WriterShare? = nil,
        _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> (Value, followUp: WriteTransaction.FollowUp?) {
        try await queue.submit(isLarge: isLarge, isDryRun: call.dryRun) { [self] database, batch in
            let began = ContinuousClock.now
            defer { call.cost.count(writer: ContinuousClock.now - began) }
            let transaction = WriteTransaction(
                Connection(database), batch, call: call, source: source, now: now(), time: share.map(time))
            let value = try body(transaction)
            if let keeping = call.keeping, !call.dryRun { try transaction.keptAnswers.keep(keeping, of: value) }
            return (value, call.dryRun ? nil : transaction.followUp)
        }
    }

    /// How a write of many parts shares the writer with others.
    package enum WriterShare: Sendable {
        case piece, whole
    }

    private func time(_ share: WriterShare) -> WriterTime {
        let waitingSince: @Sendable () -> ContinuousClock.Instant? = { [queue] in queue.waitingSince }
        return switch share {
        case .piece: WriterTime(longest: times.piece, shared: times.piece, waitingSince: waitingSince)
        case .whole: WriterTime(longest: times.wholeAlone, shared: times.whole, waitingSince: waitingSince)
        }
    }

    /// A write that is nobody's resource, beside the others in the same queue: no audit, no event.
    @discardableResult
    package func bookkeeping<Value: Sendable>(_ body: @escaping @Sendable (BookkeepingTransaction) throws -> Value) async throws -> Value {
        try await queue.submit { [now] database, batch in
            // Nobody knows what is done to which table.
            batch.decidesAuthority = true
            return try body(BookkeepingTransaction(Connection(database), now: now()))
        }
    }

    /// Writes the database anew from what is in it, and empties the log: what was erased before is in no byte of either afterwards.
    ///
    /// Overwriting what is deleted is not enough: when SQLite moves cells from one page to another, it leaves copies in the unused middle of
    /// the page. Writers wait meanwhile, about a second for every hundred megabytes: it can't be done in pieces, and whoever asks for it
    /// while one waits shares that one. What can't be done now, because another process writes or a reader holds an older state for long, the next one
    /// does, or ``close()``.
    package func compact(for call: Call) async {
        await withCheckedContinuation { continuation in
            let isFirst = compacting.withLock { waiting in
                waiting.append(continuation)
                return waiting.count == 1
            }
            guard isFirst else { return }
            pool.asyncWriteWithoutTransaction { [self] database in
                let began = ContinuousClock.now
                // Whoever comes from here on may have erased more than this one sees.
                let served = compacting.withLock { waiting in
                    defer { waiting = [] }
                    return waiting
                }
                // A database's worth of memory could be too much.
                _ = try? database.execute(sql: "PRAGMA temp_store = FILE; VACUUM")
                _ = try? database.execute(sql: "PRAGMA temp_store = MEMORY")
                _ = try? database.checkpoint(.truncate)
                call.cost.count(writer: ContinuousClock.now - began)
                for waiting in served { waiting.resume() }
            }
        }
    }

    /// A write that changes nothing anybody reads: whether one is possible. Throws what keeps it from being.
    package func tryWriting() async throws {
        try await queue.submit { [now] database, _ in
            try database.cached("INSERT INTO meta VALUES ('lastTriedAt', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
                .run([.instant(now())])
        }
    }

    // MARK: Damage

    /// Pages of the database that this process found damaged, in order.
    package var damagedPages: [UInt32] { SummedFiles.damagedPages(of: directory.database).sorted() }

    /// Notes beside the database where the audit trail has come to, and returns it; nil when nothing is new. What is readable is on disk, so
    /// the note is never ahead.
    @discardableResult
    package func anchor() throws -> AuditHead? {
        guard !isReadOnly, let head = try pointReaders.read({ try AuditHead($0) }), try head != directory.anchor.read() else { return nil }
        try directory.anchor.write(head)
        return head
    }

    /// Whether the audit trail goes through where that of a backup ends.
    package func goesOn(from backup: String) throws -> Bool {
        guard let head = try DatabaseCopy.auditHead(of: backup) else { return true }
        return try pointReaders.read { try head.isPart(of: $0) }
    }

    /// Whether the trail still leads to where it was when that was last noted.
    private static func compareTrail(_ pool: DatabasePool, _ directory: DataDirectory, _ options: StoreOptions) throws {
        if options.acceptsLoss { return try directory.anchor.remove() }
        // A note that can't be read says nothing of the trail. A service is begun with a good one or none; a check tells of it.
        let note = Result { try directory.anchor.read() }
        if options.role == .command, case .failure = note { return }
        guard let noted = try note.get(), try !pool.writeWithoutTransaction({ try noted.isPart(of: $0) }) else { return }
        throw StoreError.shortenedTrail(path: directory.database, seq: noted.seq)
    }

    // MARK: Closing

    /// Finishes the writes that wait, moves the log into the database file, closes the connections and releases the locks. Closing again does
    /// nothing.
    package func close() throws {
        guard locks.withLock({ !$0.isEmpty }) else { return }
        queue.close()
        // Batches that were scheduled come before this on the writer's queue; one that schedules a further one is waited for below.
        var isIdle = false
        while !isIdle {
            pool.writeWithoutTransaction { _ in }
            isIdle = queue.isIdle
        }
        pool.writeWithoutTransaction { database in
            // A full disk keeps nobody from closing.
            try? database.execute(sql: "PRAGMA optimize")
            _ = try? database.checkpoint(.truncate)
        }
        _ = try? anchor()
        commits.close()
        stateWatch?.close()
        try watcher.close()
        try pointReaders.close()
        try pool.close()
        // What the log took may just have become free.
        directory.room.keep()
        locks.withLock { $0 = [] }
    }
}
