import Core
import Domain
import Foundation
import GRDB
import Testing

@testable import Repositories

@Suite struct DamageTests {
    /// How many bytes are changed in a database, and in a backup, one at a time.
    private static let count = ProcessInfo.processInfo.environment["PARTNERSHIP_DAMAGED_BYTES"].flatMap { Int($0) } ?? 40

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func write(_ bytes: Data, _ path: String) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

    /// A closed store with rows, indexes, a search index, events, free pages.
    private func filled() async throws -> TestStore {
        let test = try TestStore()
        try await test.insert((0..<60).map { number in .test(number) { $0.vision = String(repeating: "word\(number) ", count: 200) } })
        try test.tamper("DELETE FROM registerRow; CREATE TABLE gone (x); INSERT INTO gone VALUES (randomblob(40000)); DROP TABLE gone")
        return test
    }

    @Test("A byte changed anywhere in a database, free pages among them, is found by a check and stops a backup; no service takes it")
    func database() async throws {
        let test = try await filled()
        try test.store.close()
        let good = try bytes(test.database)
        // The header's bytes among them, which say that there are checksums at all.
        for place in Array(16..<28) + (0..<Self.count).map({ _ in Int.random(in: good.indices) }) {
            var damaged = good
            damaged[place] ^= UInt8.random(in: 1...255)
            try write(damaged, test.database)
            do {
                let store = try Store(directory: test.directory)
                #expect(try await store.check() != [], "byte \(place)")
                await #expect(throws: StoreError.self, "byte \(place)") { try await store.backup(to: test.directory + "/b.db") }
                try store.close()
            } catch is StoreError {}
            #expect(!FileManager.default.fileExists(atPath: test.directory + "/b.db"))
            try write(damaged, test.database)
            #expect(throws: StoreError.self, "byte \(place)") {
                try Store(directory: test.directory, options: StoreOptions(role: .service, migrates: false))
            }
        }
        try write(good, test.database)
        let store = try Store(directory: test.directory, options: StoreOptions(role: .service, migrates: false))
        #expect(try await store.check() == [])
        try store.close()
    }

    @Test("A byte changed anywhere in a backup is found by a check, and it isn't restored")
    func backup() async throws {
        let test = try await filled()
        let copy = test.directory + "/b.db"
        let head = try await test.store.backup(to: copy)
        #expect(head?.seq == 60)
        #expect(try Backup.findings(in: copy) == [])
        let good = try bytes(copy)
        for place in Array(16..<28) + (0..<Self.count).map({ _ in Int.random(in: good.indices) }) {
            var damaged = good
            damaged[place] ^= UInt8.random(in: 1...255)
            try write(damaged, copy)
            let findings = try? Backup.findings(in: copy)
            #expect(findings != [], "byte \(place)")
            #expect(throws: StoreError.self, "byte \(place)") { try Restore.restore(copy, into: test.directory + "/new") }
            #expect(!FileManager.default.fileExists(atPath: test.directory + "/new/partnership.db"))
        }
        try write(good.dropLast(DatabasePage.size), copy)
        #expect(throws: StoreError.self) { try Restore.restore(copy, into: test.directory + "/new") }
    }

    private func list<R: Stored>(_ type: R.Type, _ transaction: ReadTransaction) throws { _ = try transaction.list(type, ListQuery()) }

    @Test("A damaged page that is met is an error and no answer, and the store says which it was")
    func met() async throws {
        let test = try await filled()
        try test.store.close()
        var damaged = try bytes(test.database)
        // Where one of the schools is, and nothing that is read when a database is opened.
        let words = Data("word10 word10".utf8)
        for start in stride(from: 0, to: damaged.count, by: DatabasePage.size) {
            let page = start..<start + DatabasePage.size
            if damaged[page].firstRange(of: words) != nil { damaged[start + 2_000] ^= 1 }
        }
        try write(damaged, test.database)
        let store = try Store(directory: test.directory)
        #expect(store.damagedPages == [])
        #expect(throws: DatabaseError.self) {
            try store.readNow { transaction in for type in StoredTypes.all { try list(type, transaction) } }
        }
        #expect(store.damagedPages.count > 0)
        try store.close()
    }

    @Test("Whoever accepts the loss goes on with what the pages hold now, and whatever else is wrong is still found")
    func accepted() async throws {
        let test = try TestStore()
        try await test.insert([.test(1) { $0.name = "Known By Name" }])
        try test.store.close()
        var damaged = try bytes(test.database)
        let place = try #require(damaged.firstRange(of: Data("Known By Name".utf8))).lowerBound
        damaged[place] = UInt8(ascii: "J")
        try write(damaged, test.database)
        let service = StoreOptions(role: .service, migrates: false)
        #expect(throws: StoreError.self) { try Store(directory: test.directory, options: service) }
        try Store(directory: test.directory, options: StoreOptions(migrates: false, acceptsLoss: true)).close()
        let store = try Store(directory: test.directory, options: service)
        // What was changed was in the row, in the audit trail or in the search index: the other two say so.
        #expect(try await store.check() != [])
        try store.close()
    }

    @Test("A database of an earlier version is checked and copied, gets its checksums, and holds what it held")
    func earlier() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        let path = directory + "/partnership.db"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let old = try DatabaseQueue(path: path)
        try Migrator.migrator.migrate(old, upTo: "160-desk-queues")
        try old.inDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; INSERT INTO meta VALUES ('kept', 'yes')")
        }
        try old.close()
        #expect(!DatabasePage.areSummed(in: path))
        #expect(throws: StoreError.needsMigration(path: path)) { try Store(directory: directory, options: StoreOptions(migrates: false)) }
        let store = try Store(directory: directory)
        #expect(DatabasePage.areSummed(in: path))
        #expect(try await store.pool.read { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = 'kept'") } == "yes")
        #expect(try await store.check() == [])
        #expect(try Backup.findings(in: path + ".before-migration") == [])
        try store.close()
    }
}
