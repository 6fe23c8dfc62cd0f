import Domain
import Testing

@testable import Repositories

@Suite struct CommitWatchTests {
    @Test("Whoever follows is woken by each commit, of this store and of another on the same files", .timeLimit(.minutes(1)))
    func commits() async throws {
        let test = try TestStore()
        let other = try Store(directory: test.directory)
        var changes = test.store.commits.changes().makeAsyncIterator()
        var seen = try #require(await changes.next())
        for number in 1...10 {
            let writer = number.isMultiple(of: 2) ? other : test.store
            try await writer.write(.test) { try $0.insert(School.test(number)) }
            // A wake may still be about the commit before.
            while try await test.store.read({ try $0.lastSeq() }) < number {}
            let next = try #require(await changes.next())
            #expect(next > seen)
            seen = next
        }
        try other.close()
    }

    @Test("Several follow at once, one that goes away is forgotten, and all end with the store", .timeLimit(.minutes(1)))
    func followers() async throws {
        let test = try TestStore()
        let first = test.store.commits.changes()
        do {
            var passing = test.store.commits.changes().makeAsyncIterator()
            #expect(await passing.next() != nil)
        }
        var second = test.store.commits.changes().makeAsyncIterator()
        #expect(await second.next() != nil)
        try test.store.close()
        var ended = 0
        for await _ in first { ended += 1 }
        #expect(ended <= 1)
        #expect(await second.next() == nil)
        #expect(await test.store.commits.changes().first { _ in true } == nil)
    }
}
