import Core
import Domain
import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import Testing

@testable import Repositories

@Suite struct WriteQueueTests {
    private struct Refusal: Error {}

    private final class Runs: Sendable {
        private let count = Mutex(0)

        /// Whether it is asked for the first time.
        var isFirst: Bool {
            count.withLock {
                $0 += 1
                return $0 == 1
            }
        }
    }

    /// Keeps the writer busy until `count` further writes wait, which then share its batch. Returns when the writer is busy.
    private func hold(
        _ test: TestStore, until count: Int, and isReleased: @escaping @Sendable () -> Bool = { true }
    ) async -> Task<Void, any Error> {
        let store = test.store
        var task: Task<Void, any Error>?
        // It may be run again, with its neighbours.
        let runs = Runs()
        await withCheckedContinuation { isHeld in
            task = Task {
                try await store.bookkeeping { _ in
                    guard runs.isFirst else { return }
                    isHeld.resume()
                    while store.queue.waiting < count || !isReleased() { usleep(500) }
                }
            }
        }
        return task!
    }

    @Test("Writes that wait share one commit")
    func sharedCommit() async throws {
        let test = try TestStore()
        let counter = CommitCounter()
        try test.onWriter { counter.install(on: $0) }
        let holding = await hold(test, until: 50)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 { group.addTask { try await test.insert([.test(number)]) } }
            try await group.waitForAll()
        }
        try await holding.value
        try test.onWriter { counter.remove(from: $0) }
        #expect(counter.count == 1)
        #expect(try test.integer("SELECT count(*) FROM school") == 50)
        #expect(try test.store.readNow { try $0.verifyChain() } == [])
    }

    @Test("A failing write leaves nothing and its neighbours are kept")
    func neighboursOfAFailure() async throws {
        let test = try TestStore()
        let holding = await hold(test, until: 30)
        let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<30 {
                group.addTask {
                    let outcome: Void? = try? await test.store.write(.test) { transaction in
                        try transaction.insert(School.test(number))
                        if number.isMultiple(of: 3) { throw Refusal() }
                    }
                    return (number, outcome != nil)
                }
            }
            return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
        }
        try await holding.value
        for number in 0..<30 {
            #expect(outcomes[number] == !number.isMultiple(of: 3))
            #expect(try test.integer("SELECT count(*) FROM school WHERE urn = '\(100_000 + number)'") == (number.isMultiple(of: 3) ? 0 : 1))
        }
        #expect(try test.integer("SELECT count(*) FROM event") == 20)
        #expect(try test.integer("SELECT max(seq) FROM audit") == 20)
        #expect(try await test.store.check() == [])
    }

    @Test("Neighbours of a failing write run again only when it had changed something by then", arguments: [(false, 1), (true, 2)])
    func runAgain(changesFirst: Bool, runs: Int) async throws {
        let test = try TestStore()
        let count = Mutex(0)
        let holding = await hold(test, until: 2)
        let kept = Task {
            try await test.store.write(.test) { transaction in
                count.withLock { $0 += 1 }
                try transaction.insert(School.test(2))
            }
        }
        while test.store.queue.waiting < 1 { await Task.yield() }
        await #expect(throws: Refusal.self) {
            try await test.store.write(.test) { transaction in
                if changesFirst { try transaction.insert(School.test(1)) }
                throw Refusal()
            }
        }
        _ = try await kept.value
        try await holding.value
        #expect(count.withLock(\.self) == runs)
        #expect(try test.integer("SELECT count(*) FROM school") == 1)
        #expect(try test.integer("SELECT count(*) FROM audit") == 1)
    }

    @Test("A violated constraint in the middle of a batch harms nobody else")
    func constraintInBatch() async throws {
        let test = try TestStore()
        let holding = await hold(test, until: 3)
        let kept = await withTaskGroup(of: Bool.self) { group in
            for number in [1, 1, 2] {
                group.addTask { (try? await test.insert([.test(number)])) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        try await holding.value
        #expect(kept == 2)
        #expect(try test.integer("SELECT count(*) FROM school") == 2)
    }

    @Test("A full disk fails everyone in the batch and keeps nothing, and the next write works")
    func fullDisk() async throws {
        let test = try TestStore()
        try await test.insert([.test(0)])
        try test.onWriter { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count")!
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 30)")
        }
        let holding = await hold(test, until: 5)
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 1...4 { group.addTask { (try? await test.insert([.test(number)])) == nil } }
            group.addTask {
                while test.store.queue.waiting < 4 { usleep(500) }
                let big = School.test(5) { $0.vision = String(repeating: "vision ", count: 100_000) }
                return (try? await test.insert([big])) == nil
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        await #expect(throws: DomainError.diskFull) { try await holding.value }
        #expect(failures == 5)
        #expect(try test.integer("SELECT count(*) FROM school") == 1)
        try test.onWriter { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try await test.insert([.test(6)])
        #expect(try test.integer("SELECT count(*) FROM school") == 2)
        #expect(try await test.store.check() == [])
    }

    @Test("A dry run returns its value and leaves nothing, not even a gap in seq")
    func dryRun() async throws {
        let test = try TestStore()
        let school = try await test.store.write(.test(dryRun: true)) { transaction in
            let school = try transaction.insert(School.test(1))
            #expect(try transaction.find(School.self, id: school.id) == school)
            return school
        }
        #expect(school.urn == "100001")
        for table in ["school", "audit", "auditValue", "event", "schoolSearch"] {
            #expect(try test.integer("SELECT count(*) FROM \(table)") == 0, "\(table)")
        }
        try await test.insert([.test(2)])
        #expect(try test.integer("SELECT seq FROM event") == 1)
        #expect(try test.integer("SELECT seq FROM audit") == 1)
    }

    @Test("Cancelling a request's task interrupts neither its write nor the batch")
    func cancellation() async throws {
        let test = try TestStore()
        let holding = await hold(test, until: 10)
        let tasks = (0..<10).map { number in Task { try await test.insert([.test(number)]) } }
        for task in tasks.prefix(5) { task.cancel() }
        for task in tasks { _ = await task.result }
        try await holding.value
        #expect(try test.integer("SELECT count(*) FROM school") == 10)
    }

    @Test("A large write lets small ones go first and still takes its turn")
    func largeWrites() async throws {
        let test = try TestStore()
        let order = OrderLog()
        let holding = await hold(test, until: 4)
        async let large: Void = test.store.write(.test, isLarge: true) { _ in order.append("large") }
        while test.store.queue.waiting < 1 { usleep(500) }
        async let second: Void = test.store.write(.test, isLarge: true) { _ in order.append("large") }
        while test.store.queue.waiting < 2 { usleep(500) }
        async let one: Void = test.store.write(.test) { _ in order.append("small") }
        async let two: Void = test.store.write(.test) { _ in order.append("small") }
        _ = try await (large, second, one, two)
        try await holding.value
        #expect(order.entries == ["small", "small", "large", "large"])
    }

    @Test("Beyond its capacity the queue refuses writes as busy and does those it took")
    func backPressure() async throws {
        let test = try TestStore()
        let release = OrderLog()
        let holding = await hold(test, until: WriteQueue.capacity) { !release.entries.isEmpty }
        let done = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<WriteQueue.capacity {
                group.addTask { (try? await test.store.bookkeeping { _ in }) != nil }
            }
            while test.store.queue.waiting < WriteQueue.capacity { await Task.yield() }
            let refusal = OrderLog()
            let further = Task {
                await #expect(throws: DomainError.busy) { try await test.store.bookkeeping { _ in } }
                refusal.append("answered")
            }
            while refusal.entries.isEmpty, test.store.queue.waiting <= WriteQueue.capacity { await Task.yield() }
            release.append("now")
            await further.value
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        try await holding.value
        #expect(done == WriteQueue.capacity)
    }

    @Test("A write lock held by another process makes writes busy, not wrong")
    func lockedByAnother() async throws {
        let test = try TestStore()
        try test.onWriter { try $0.execute(sql: "PRAGMA busy_timeout = 50") }
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: test.database, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: DomainError.busy) { try await test.insert([.test(1)]) }
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        try await test.insert([.test(1)])
    }

    @Test("A closed store refuses writes")
    func closed() async throws {
        let test = try TestStore()
        try test.store.close()
        await #expect(throws: StoreError.closed) { try await test.insert([.test(1)]) }
    }
}

/// Counts commits through SQLite's hook.
private final class CommitCounter: Sendable {
    private let commits = Mutex(0)
    var count: Int { commits.withLock { $0 } }

    func install(on database: Database) {
        sqlite3_commit_hook(
            database.sqliteConnection,
            { context in
                Unmanaged<CommitCounter>.fromOpaque(context!).takeUnretainedValue().commits.withLock { $0 += 1 }
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func remove(from database: Database) { sqlite3_commit_hook(database.sqliteConnection, nil, nil) }
}

private final class OrderLog: Sendable {
    private let log = Mutex<[String]>([])
    var entries: [String] { log.withLock { $0 } }
    func append(_ entry: String) { log.withLock { $0.append(entry) } }
}
