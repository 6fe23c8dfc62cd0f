import Core
import Dispatch
import Domain
import GRDB
import Synchronization
import Testing

@testable import Repositories

@Suite struct RememberedTests {
    /// Asks for the number of schools under one key and counts how often the database was asked.
    private final class Question: Sendable {
        let remembered: Remembered<Int64>
        let asked = Mutex(0)

        init(_ lifetime: Remembered<Int64>.Lifetime = .untilCommit) {
            remembered = Remembered(lifetime, capacity: 2)
        }

        func ask(_ store: Store, _ key: String = "schools") throws -> Int64? {
            try store.readNow(key, remembering: remembered) { transaction in
                asked.withLock { $0 += 1 }
                return try transaction.lastSeq()
            }
        }

        var count: Int { asked.withLock(\.self) }
    }

    @Test("The database is asked once while nobody commits anything, and again after any commit")
    func commits() async throws {
        let test = try TestStore()
        let question = Question()
        for _ in 0..<5 { #expect(try question.ask(test.store) == 0) }
        #expect(question.count == 1)

        try await test.store.write(.test) { try $0.insert(School.test(1), audience: .directory) }
        for _ in 0..<5 { #expect(try question.ask(test.store) == 1) }
        #expect(question.count == 2)
    }

    @Test("A commit through another store on the same files counts too, at once")
    func others() async throws {
        let test = try TestStore()
        let other = try Store(directory: test.directory)
        let question = Question()
        for number in 1...50 {
            try await other.write(.test) { try $0.insert(School.test(number), audience: .directory) }
            #expect(try question.ask(test.store) == Int64(number))
            #expect(try question.ask(test.store) == Int64(number))
        }
        #expect(question.count == 50)
        try other.close()
        #expect(try question.ask(test.store) == 50)
    }

    @Test("A write that is rolled back leaves what is remembered right, and so does a checkpoint")
    func unchanged() async throws {
        let test = try TestStore()
        let question = Question()
        try await test.store.write(.test) { try $0.insert(School.test(1), audience: .directory) }
        #expect(try question.ask(test.store) == 1)
        await #expect(throws: DomainError.notFound) {
            try await test.store.write(.test) { transaction in
                try transaction.insert(School.test(2), audience: .directory)
                throw DomainError.notFound
            }
        }
        #expect(try question.ask(test.store) == 1)
        try test.onWriter { _ = try $0.checkpoint(.truncate) }
        try await test.store.write(.test) { try $0.insert(School.test(3), audience: .directory) }
        #expect(try question.ask(test.store) == 2)
    }

    @Test("What isn't there is not remembered, and memory is bounded")
    func bounds() throws {
        let test = try TestStore()
        let question = Question()
        for key in ["a", "b", "c", "a"] { #expect(try question.ask(test.store, key) == 0) }
        #expect(question.count == 4)

        let nothing = Remembered<Int64>()
        for asked in 1...3 {
            #expect(
                try test.store.readNow("nothing", remembering: nothing) { _ in
                    question.asked.withLock { $0 += 1 }
                    return nil
                } == nil)
            #expect(question.count == 4 + asked)
        }
    }

    @Test("Whoever asks a store that is closed gets an error")
    func closed() throws {
        let test = try TestStore()
        let question = Question()
        #expect(try question.ask(test.store) == 0)
        try test.store.close()
        #expect(throws: (any Error).self) { try question.ask(test.store) }
    }

    private static let token = ApiToken(
        id: ResourceType.apiToken.makeID(at: .test), name: "T", role: .trustAdmin, scopes: [], schoolIds: [], expiresAt: nil,
        createdAt: .test, updatedAt: .test)

    @Test("What follows from authority stands through commits that say nothing about it, and through nothing else")
    func authority() async throws {
        let test = try TestStore()
        let question = Question(.untilAuthorityChanges)
        #expect(try question.ask(test.store) == 0)
        for number in 1...5 {
            try await test.store.write(.test) { try $0.insert(School.test(number)) }
            #expect(try question.ask(test.store) == 0)
        }
        #expect(question.count == 1)

        try await test.store.write(.test) { try $0.insert(Self.token) }
        #expect(try question.ask(test.store) == 6)
        try await test.store.write(.test) { try $0.insert(School.test(6)) }
        #expect(try question.ask(test.store) == 6)
        try await test.store.bookkeeping { try $0.tokens.recordUse(tokenId: Self.token.id, at: .test) }
        #expect(try question.ask(test.store) == 7)
        try await test.store.write(.test) { try $0.delete(Self.token) }
        #expect(try question.ask(test.store) == 8)
        #expect(question.count == 4)
    }

    @Test("A commit of another process ends it, also between two of our own, whatever it is about")
    func authorityOfOthers() async throws {
        let test = try TestStore()
        let other = try Store(directory: test.directory)
        let question = Question(.untilAuthorityChanges)
        for number in 1...20 {
            try await test.store.write(.test) { try $0.insert(School.test(number * 3)) }
            // The first asks the database, the others remember what was found after the last commit of the other.
            #expect(try question.ask(test.store) == Int64(max(1, number * 3 - 3)))
            try await other.write(.test) { try $0.insert(School.test(number * 3 + 1)) }
            try await test.store.write(.test) { try $0.insert(School.test(number * 3 + 2)) }
            #expect(try question.ask(test.store) == Int64(number * 3))
        }
        try other.close()
    }

    @Test("Writes of one batch share what is remembered, until one of them decides about authority; the next batch asks anew")
    func batches() async throws {
        let test = try TestStore()
        let asked = Mutex(0)
        let ask: @Sendable (WriteTransaction) throws -> Int = { transaction in
            try transaction.once("question") { asked.withLock { $0 += 1 } }
            return asked.withLock(\.self)
        }
        // The writer is held up, so that the writes come to wait together.
        let (gate, opened) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        test.store.pool.asyncWriteWithoutTransaction { _ in
            opened.signal()
            gate.wait()
        }
        opened.wait()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...3 {
                group.addTask {
                    try await test.store.write(.test) {
                        try $0.insert(School.test(number))
                        _ = try ask($0)
                    }
                }
            }
            while test.store.queue.waiting < 3 { await Task.yield() }
            gate.signal()
            try await group.waitForAll()
        }
        #expect(asked.withLock(\.self) == 1)
        #expect(
            try await test.store.write(.test) {
                try $0.insert(Self.token)
                return try [ask($0), ask($0)]
            } == [2, 2])
        #expect(try await test.store.write(.test, ask) == 3)
        #expect(try await test.store.write(.test, ask) == 3)
    }
}
