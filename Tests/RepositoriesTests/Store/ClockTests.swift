import Core
import Domain
import Synchronization
import Testing

@testable import Repositories

/// What is stamped never goes back, whatever the clock does.
@Suite("Stamps") struct ClockTests {
    private final class Clock: Sendable {
        private let time = Mutex(Instant.test)
        var now: Instant { time.withLock { $0 } }
        func advance(bySeconds seconds: Int64) { time.withLock { $0 = $0.advanced(bySeconds: seconds) } }
    }

    private static let day: Int64 = 86_400

    /// Something made at the clock's time.
    private func add(_ number: Int, to store: Store) async throws -> School {
        try await store.write(.test) { transaction in
            try transaction.insert(.test(number) { ($0.createdAt, $0.updatedAt) = (transaction.now, transaction.now) })
        }
    }

    private func seen(since instant: Instant, _ store: Store) throws -> Set<String> {
        let query = ListQuery(updatedSince: instant)
        return Set(try store.readNow { try $0.list(School.self, query).items.map(\.id) })
    }

    @Test(
        "Whoever asks what changed since the newest stamp they know misses nothing, whichever way the clock went, across a restart as well",
        arguments: [-1, -3_600, -3_650 * 86_400])
    func back(seconds: Int64) async throws {
        let clock = Clock()
        let options = StoreOptions(clock: { clock.now })
        let test = try TestStore(options: options)
        let first = try await add(1, to: test.store)
        #expect(first.updatedAt == .test)
        // Far ahead, as a clock set wrongly is; and then back where it should be.
        clock.advance(bySeconds: -seconds)
        let ahead = try await add(2, to: test.store)
        let known = clock.now
        #expect(ahead.updatedAt == known)
        clock.advance(bySeconds: seconds)
        let made = try await add(3, to: test.store)
        let changed = try await test.store.write(.test) { transaction in
            var school = first
            school.vision = "Reading"
            return try transaction.update(from: first, to: school)
        }
        // What is decided by time goes by the clock.
        #expect(try await test.store.write(.test) { $0.now } == .test)
        #expect(made.updatedAt >= known && changed.updatedAt >= known)
        #expect(try seen(since: known, test.store) == [first.id, ahead.id, made.id])
        try await test.store.write(.test) { try $0.delete(ahead) }
        let stamps = try test.store.readNow { try $0.events(after: 0, limit: 100).map(\.occurredAt) }
        #expect(stamps == stamps.sorted() && stamps.count == 5)
        let deletions = try test.integer("SELECT count(*) FROM tombstone WHERE deletedAt >= '\(known)'")
        #expect(deletions == 1)

        try test.store.close()
        let reopened = try Store(directory: test.directory, options: options)
        let later = try await add(4, to: reopened)
        #expect(later.updatedAt >= known)
        #expect(try seen(since: known, reopened).contains(later.id))
        try reopened.close()
    }

    @Test("A clock that was once far ahead is told of, since nothing grows old until then")
    func ahead() async throws {
        let clock = Clock()
        let test = try TestStore(options: StoreOptions(clock: { clock.now }))
        _ = try await add(1, to: test.store)
        #expect(try test.store.clockFinding() == nil)
        clock.advance(bySeconds: -3_000)
        #expect(try test.store.clockFinding() == nil)
        clock.advance(bySeconds: -3_650 * Self.day)
        let finding = try #require(try test.store.clockFinding())
        #expect(finding.contains("\(Instant.test)") && finding.contains("\(clock.now)"))
        #expect(try await test.store.check() == [])
    }

    @Test("What several writes of one commit are stamped with doesn't go back either")
    func together() async throws {
        let clock = Clock()
        let test = try TestStore(
            options: StoreOptions(clock: { [clock] in
                clock.advance(bySeconds: -1)
                return clock.now
            }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...20 { group.addTask { _ = try await add(number, to: test.store) } }
            try await group.waitForAll()
        }
        let stamps = try test.store.readNow { try $0.events(after: 0, limit: 100).map(\.occurredAt) }
        #expect(stamps == stamps.sorted() && stamps.count == 20)
    }
}
