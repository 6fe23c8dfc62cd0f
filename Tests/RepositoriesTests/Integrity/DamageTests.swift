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

    /// Where a database may be made, and as what.
    private func emptyDirectory() throws -> (directory: String, path: String) {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return (directory, directory + "/partnership.db")
    }

    /// The last without checksums in its pages.
    private func databaseOfEarlierVersion(_ path: String) throws -> DatabaseQueue {
        let old = try DatabaseQueue(path: path)
        try Migrator.migrator.migrate(old, upTo: "160-desk-queues")
        return old
    }

    @Test("A database of an earlier version is checked and copied, gets its checksums, and holds what it held")
    func earlier() async throws {
        let (directory, path) = try emptyDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let old = try databaseOfEarlierVersion(path)
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

    @Test("An empty file is no database that could be gone on with, whatever loss is accepted")
    func empty() throws {
        let (directory, path) = try emptyDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try write(Data(), path)
        for acceptsLoss in [true, false] {
            #expect(throws: StoreError.noDatabase(path: path)) {
                try Store(directory: directory, options: StoreOptions(creates: false, acceptsLoss: acceptsLoss))
            }
        }
        #expect(try bytes(path).isEmpty)
    }

    @Test("A damaged database of an earlier version is brought up to date only where its loss is accepted, and kept as it was")
    func earlierDamaged() async throws {
        let (directory, path) = try emptyDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let old = try databaseOfEarlierVersion(path)
        // An event that is missing at the end.
        try old.inDatabase { try $0.execute(sql: "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'event'") }
        try old.inDatabase { try $0.execute(sql: "INSERT INTO sqlite_sequence SELECT 'event', 5 WHERE changes() = 0") }
        try old.inDatabase { database in
            try database.execute(
                sql: """
                    INSERT INTO event (seq, id, type, occurredAt, actor, resourceType, resourceId, etag, changedMembers, requestId, audience, parties)
                    VALUES (3, 'evt_1', 'school.created', '2026-01-01T00:00:00.000Z', '{}', 'school', 'sch_1', '1', '[]', 'r', 'directory', '[]')
                    """)
        }
        try old.close()
        let before = try bytes(path)
        #expect(throws: StoreError.self) { try Store(directory: directory) }
        #expect(try bytes(path) == before && !FileManager.default.fileExists(atPath: path + ".before-migration"))
        let store = try Store(directory: directory, options: StoreOptions(creates: false, acceptsLoss: true))
        #expect(try await store.check() == ["Events 4 to 5 are missing at the end of the log."])
        #expect(try bytes(path + ".before-migration") == before)
        try store.close()
    }

    @Test("A database larger than what SQLite keeps in memory is checked, backed up and restored, beside a service as well")
    func large() async throws {
        let test = try TestStore()
        // 40 MB with its history and the index of its words, several times the cache of a connection.
        try await test.insert(
            (1...20).map { number in .test(number) { $0.vision = (0..<80_000).map { "word\($0 * number) " }.joined() } })
        #expect(try test.integer("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") > 32 << 20)
        #expect(try await test.store.check() == [])
        let beside = try Store(directory: test.directory)
        #expect(try await beside.check() == [])
        let copy = test.directory + "/b.db"
        try await beside.backup(to: copy)
        try beside.close()
        #expect(try Backup.findings(in: copy) == [])
        let restored = test.directory + "/restored"
        try Restore.restore(copy, into: restored)
        let store = try Store(directory: restored, options: StoreOptions(role: .service, migrates: false))
        #expect(try await store.check() == [])
        #expect(try store.readNow { try $0.list(School.self, ListQuery()).items.count } == 20)
        try store.close()
    }

    @Test("A command beside a service takes nothing of the log with it: what both wrote is there after a power cut")
    func besideService() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        for number in 2...4 {
            let command = try Store(directory: test.directory)
            try await command.write(.test) { try $0.insert(School.test(number * 10)) }
            try command.close()
            try await test.insert([.test(number)])
        }
        // What lies on the disk at this moment, nothing closed.
        let cut = test.directory + "/cut"
        try FileManager.default.createDirectory(atPath: cut, withIntermediateDirectories: true)
        for name in ["partnership.db", "partnership.db-wal"] {
            try FileManager.default.copyItem(atPath: "\(test.directory)/\(name)", toPath: "\(cut)/\(name)")
        }
        let store = try Store(directory: cut)
        #expect(try store.readNow { try $0.list(School.self, ListQuery()).items.count } == 7)
        #expect(try await store.check() == [])
        try store.close()
    }
}
