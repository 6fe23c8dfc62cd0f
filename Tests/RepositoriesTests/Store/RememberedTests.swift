import Core
import Domain
import GRDB
import Synchronization
import Testing

@testable import Repositories

@Suite struct RememberedTests {
    /// Asks for the number of schools under one key and counts how often the database was asked.
    private final class Question: Sendable {
        let remembered = Remembered<Int64>(capacity: 2)
        let asked = Mutex(0)

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
}
