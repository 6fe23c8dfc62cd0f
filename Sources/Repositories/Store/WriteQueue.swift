import DequeModule
import Domain
import GRDB
import GRDBSQLite
import Synchronization

/// Group commit: writes that wait share one `BEGIN IMMEDIATE … COMMIT` and so one fsync, and are answered after it. One that fails leaves the
/// others alone: when it has changed something by then, all of them run again, each in a savepoint of its own.
///
/// Batches run on GRDB's writer queue and never in a request's task, so that cancelling a request interrupts nobody. Foreign keys are all
/// immediate: a deferred violation would fail innocent neighbours at COMMIT.
final class WriteQueue: Sendable {
    /// How many writes may wait; beyond that they are refused with ``DomainError/busy``.
    static let capacity = 10_000
    /// How many writes share a commit at most: the first of them waits for the last.
    private static let batchLimit = 256

    /// One write that waits. Exactly one of its two answers is called, once.
    private struct Job: Sendable {
        let since = ContinuousClock.now
        /// All checks, nothing kept.
        let isDryRun: Bool
        /// Does the work and returns what to do after the commit. May be called twice, the first time for nothing.
        let perform: @Sendable (Database, WriteBatch) throws -> Answer
        let fail: @Sendable (any Error) -> Void
    }

    private typealias Answer = @Sendable () -> Void

    private struct State {
        var small: Deque<Job> = []
        var large: Deque<Job> = []
        var isDraining = false
        var isClosed = false
    }

    private let pool: DatabasePool
    private let watch: StateWatch?
    private let authority: Remembered<any Sendable>
    private let state = Mutex(State())

    /// - Parameter authority: what is remembered about authority, together with `watch`.
    init(pool: DatabasePool, watch: StateWatch?, authority: Remembered<any Sendable>) {
        self.pool = pool
        self.watch = watch
        self.authority = authority
    }

    /// Runs `work` and returns after the commit. A large write waits for the small ones and is committed by itself. Cancelling the calling
    /// task changes nothing: the write takes place.
    func submit<Value: Sendable>(
        isLarge: Bool = false, isDryRun: Bool = false, _ work: @escaping @Sendable (Database, WriteBatch) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                isDryRun: isDryRun,
                perform: { database, batch in
                    let value = try work(database, batch)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            enqueue(job, isLarge: isLarge)
        }
    }

    /// Takes no further write; those that wait are still done.
    func close() { state.withLock { $0.isClosed = true } }

    /// How many writes wait for a batch.
    var waiting: Int { state.withLock { $0.small.count + $0.large.count } }

    /// Since when the first of the small writes has waited for one that has the writer.
    var waitingSince: ContinuousClock.Instant? { state.withLock { $0.small.first?.since } }

    /// Whether nothing waits and no batch runs.
    var isIdle: Bool { state.withLock { !$0.isDraining } }

    private func enqueue(_ job: Job, isLarge: Bool) {
        enum Verdict { case waits, starts, isClosed, isFull }
        let verdict: Verdict = state.withLock { state in
            if state.isClosed { return .isClosed }
            if state.small.count + state.large.count >= Self.capacity { return .isFull }
            if isLarge { state.large.append(job) } else { state.small.append(job) }
            defer { state.isDraining = true }
            return state.isDraining ? .waits : .starts
        }
        switch verdict {
        case .waits: break
        case .starts: scheduleBatch()
        case .isClosed: job.fail(StoreError.closed)
        case .isFull: job.fail(DomainError.busy)
        }
    }

    private func scheduleBatch() {
        pool.asyncWriteWithoutTransaction { [self] database in
            runSmall(database)
            runLarge(database)
            let isFinished = state.withLock { state in
                state.isDraining = !(state.small.isEmpty && state.large.isEmpty)
                return !state.isDraining
            }
            // Scheduled anew rather than looped: whoever else needs the writer gets a turn between batches.
            if !isFinished { scheduleBatch() }
        }
    }

    /// One batch of small writes, as many as wait.
    private func runSmall(_ database: Database) {
        var jobs: [Job] = []
        do {
            let answers = try runTogether(&jobs, database) ?? runApart(jobs, database)
            for answer in answers { answer() }
        } catch {
            if database.isInsideTransaction { try? database.cached("ROLLBACK").run() }
            // Where another process holds the write lock for longer than the busy timeout, everyone waits in vain.
            let isBusy = (error as? DatabaseError)?.resultCode == .SQLITE_BUSY
            for job in jobs + (isBusy ? takeAll() : []) { job.fail(DomainError.refusing(error)) }
        }
    }

    /// Takes what waits and commits it, without a savepoint for each: SQLite would copy every page that several of them change, once for each.
    /// Most that fail do so before they have changed anything. nil, with nothing changed at all, where one failed later.
    private func runTogether(_ jobs: inout [Job], _ database: Database) throws -> [Answer]? {
        var answers: [Answer] = []
        var batch: WriteBatch?
        while jobs.count < Self.batchLimit, let job = state.withLock({ $0.small.popFirst() }) {
            // Listed before anything runs: an error that ends the whole transaction is this job's too.
            jobs.append(job)
            let current = try batch ?? begin(database)
            batch = current
            if job.isDryRun {
                answers.append(try performInSavepoint(job, database, current))
                continue
            }
            let changes = sqlite3_total_changes(database.sqliteConnection)
            do {
                answers.append(try job.perform(database, current))
            } catch {
                guard database.isInsideTransaction, !error.endsTransaction else { throw error }
                guard sqlite3_total_changes(database.sqliteConnection) == changes else {
                    try database.cached("ROLLBACK").run()
                    return nil
                }
                answers.append { job.fail(error) }
            }
        }
        if let batch { try commit(database, batch) }
        return answers
    }

    /// Runs them again, each in a savepoint of its own, and commits.
    private func runApart(_ jobs: [Job], _ database: Database) throws -> [Answer] {
        let batch = try begin(database)
        let answers = try jobs.map { try performInSavepoint($0, database, batch) }
        try commit(database, batch)
        return answers
    }

    /// One large write, in a transaction of its own. Within a savepoint SQLite keeps the former state of every page in a journal that each
    /// statement with a trigger walks through: thousands of rows would take time quadratic in their number.
    private func runLarge(_ database: Database) {
        guard let job = state.withLock({ $0.large.popFirst() }) else { return }
        do {
            let batch = try begin(database)
            let answer = try job.perform(database, batch)
            if !job.isDryRun {
                try commit(database, batch)
            } else if database.isInsideTransaction {
                // SQLite may have ended it already, where what was looked at is damaged.
                try database.cached("ROLLBACK").run()
            }
            answer()
        } catch {
            if database.isInsideTransaction { try? database.cached("ROLLBACK").run() }
            job.fail(DomainError.refusing(error))
        }
    }

    private func begin(_ database: Database) throws -> WriteBatch {
        try database.cached("BEGIN IMMEDIATE").run()
        return WriteBatch(watch, authority)
    }

    private func commit(_ database: Database, _ batch: WriteBatch) throws {
        try database.cached("COMMIT").run()
        batch.committed()
    }

    private func takeAll() -> [Job] {
        state.withLock { state in
            defer {
                state.small = []
                state.large = []
            }
            return Array(state.small) + Array(state.large)
        }
    }

    /// Throws only when the whole batch is lost; an error of the job itself becomes its answer.
    private func performInSavepoint(_ job: Job, _ database: Database, _ batch: WriteBatch) throws -> Answer {
        try database.cached("SAVEPOINT job").run()
        let answer: Answer
        do {
            answer = try job.perform(database, batch)
            if job.isDryRun { try database.cached("ROLLBACK TO job").run() }
        } catch {
            // A full disk or an I/O error may already have rolled everything back, and leaves nothing worth committing.
            guard database.isInsideTransaction, !error.endsTransaction else { throw error }
            try database.cached("ROLLBACK TO job").run()
            try database.cached("RELEASE job").run()
            return { job.fail(error) }
        }
        try database.cached("RELEASE job").run()
        return answer
    }
}
