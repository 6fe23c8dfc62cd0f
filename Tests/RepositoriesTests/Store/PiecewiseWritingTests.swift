import Core
import Domain
import Glibc
import Synchronization
import Testing

@testable import Repositories

/// Writes of many parts, and who gets in between.
@Suite struct PiecewiseWritingTests {
    private struct Refusal: Error {}

    /// A small write that somebody waits for meanwhile.
    private final class Small: Sendable {
        private let task = Mutex<Task<Void, any Error>?>(nil)

        /// Returns once it waits.
        func begin(_ store: Store, _ body: @escaping @Sendable () -> Void = {}) {
            task.withLock { $0 = Task { _ = try await store.write(.test) { _ in body() } } }
            while store.queue.waiting == 0 { usleep(500) }
        }

        func finish() async throws { try await task.withLock(\.self)?.value }
    }

    /// Pieces of one part; a whole write's time is up after its first part.
    private static let shortest = WriterTimes(piece: .zero, whole: .zero, wholeAlone: .zero)

    private func store(_ times: WriterTimes = shortest) throws -> TestStore { try TestStore(options: StoreOptions(writerTimes: times)) }

    @Test("Whoever waits writes between two pieces")
    func between() async throws {
        let test = try store()
        let (order, small) = (Log(), Small())
        let parts = try await test.store.writeInPieces(.test, count: 3, from: 0) { part, done, transaction in
            try transaction.insert(School.test(part))
            done += 1
            order.add("part \(part)")
            if part == 0 { small.begin(test.store) { order.add("small") } }
        }
        try await small.finish()
        #expect(parts == 3 && order.all == ["part 0", "small", "part 1", "part 2"])
        #expect(try test.integer("SELECT count(*) FROM school") == 3)
        #expect(try test.store.readNow { try $0.verifyChain() } == [])
    }

    @Test("A part that ends everything leaves the pieces before it; with time enough all of them are one piece")
    func ended() async throws {
        for (times, kept) in [(Self.shortest, 2), (WriterTimes(piece: .seconds(600)), 0)] {
            let test = try store(times)
            await #expect(throws: Refusal.self) {
                try await test.store.writeInPieces(.test, count: 5, from: ()) { part, _, transaction in
                    guard part < 2 else { throw Refusal() }
                    try transaction.insert(School.test(part))
                }
            }
            #expect(try test.integer("SELECT count(*) FROM school") == kept)
        }
    }

    @Test("A dry run that takes longer than a moment goes on beside the others, sees what its earlier parts did, and leaves nothing")
    func rehearsed() async throws {
        let test = try store()
        try await test.insert([.test(0)])
        let (runs, written) = (Log(), Log())
        let seen = try await test.store.writeInPieces(.test(dryRun: true), count: 3, from: [Int]()) { part, seen, transaction in
            if part == 0 { runs.add("run") }
            try transaction.insert(School.test(part + 1))
            seen.append(try transaction.connection.database.cached("SELECT count(*) FROM school").first { Int($0.integer(0)) } ?? 0)
            // Nobody who writes waits for it, once it isn't on the writer.
            if part == 2 {
                Task {
                    try await test.insert([.test(99)])
                    written.add("by another")
                }
                while written.all.isEmpty { usleep(500) }
            }
        }
        #expect(seen == [2, 3, 4] && runs.all.count == 2)
        #expect(try test.integer("SELECT count(*) FROM school") == 2)
        for table in ["audit", "event"] { #expect(try test.integer("SELECT count(*) FROM \(table)") == 2) }
        await #expect(throws: Refusal.self) {
            try await test.store.writeInPieces(.test(dryRun: true), count: 2, from: ()) { part, _, _ in if part == 1 { throw Refusal() } }
        }
    }

    @Test("A write that is kept whole or not at all ends when somebody has waited for it, and says how many parts fit")
    func whole() async throws {
        let test = try store(WriterTimes(whole: .milliseconds(1), wholeAlone: .seconds(600)))
        let small = Small()
        let error = await #expect(throws: WriterTimeIsUp.self) {
            try await test.store.write(.test, isLarge: true, within: .whole) { transaction in
                for part in 0... {
                    try transaction.checkTime(done: part)
                    try transaction.insert(School.test(part))
                    if part == 4 { small.begin(test.store) }
                }
            }
        }
        try await small.finish()
        #expect(try #require(error).done >= 5 && #require(error).fitting >= 1)
        #expect(try test.integer("SELECT count(*) FROM school") == 0)
        // Alone it has all the time.
        try await test.store.write(.test, isLarge: true, within: .whole) { transaction in
            for part in 0..<50 {
                try transaction.checkTime(done: part)
                try transaction.insert(School.test(part))
            }
        }
        #expect(try test.integer("SELECT count(*) FROM school") == 50)
    }

    @Test("What follows is done once, after the last piece, and not for a dry run")
    func followUp() async throws {
        let test = try store()
        let order = Log()
        for dryRun in [true, false] {
            try await test.store.writeInPieces(.test(dryRun: dryRun), count: 2, from: ()) { part, _, transaction in
                if !dryRun { order.add("part \(part)") }
                transaction.followUp = { _ in order.add("after") }
            }
        }
        #expect(order.all == ["part 0", "part 1", "after"])
    }
}
