import Core
import Domain
import Foundation
import GRDB
import Testing

@testable import Repositories

@Suite struct MaintenanceTests {
    private func path(_ test: TestStore, _ name: String) -> String { test.directory + "/" + name }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test("A backup taken while others write is whole, and restoring it brings that state back")
    func backupAndRestore() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let writing = Task { for number in 100..<160 { try await test.insert([.test(number)]) } }
        try await test.store.backup(to: path(test, "b.db"))
        try await writing.value
        try test.store.close()
        #expect(!exists(path(test, "b.db.part")))

        try Restore.restore(path(test, "b.db"), into: test.directory)
        #expect(!exists(test.database + ".restoring"))
        let restored = try Store(directory: test.directory)
        #expect(try restored.readNow { try $0.find(School.self, id: school.id) } == school)
        #expect(try await restored.check() == [])
        let before = try DatabaseQueue(path: test.database + ".before-restore")
        #expect(try before.inDatabase { try Int.fetchOne($0, sql: "SELECT count(*) FROM school") } == 61)
        try before.close()
        let total = try restored.readNow { try $0.list(School.self, ListQuery(countsTotal: true)) }.total
        #expect((1...61).contains(try #require(total)))
        try await restored.write(.test) { try $0.insert(School.test(500)) }
        try restored.close()
    }

    @Test("A backup never overwrites a file")
    func noOverwrite() async throws {
        let test = try TestStore()
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path(test, "b.db")))
        await #expect(throws: StoreError.exists(path: path(test, "b.db"))) { try await test.store.backup(to: path(test, "b.db")) }
        await #expect(throws: (any Error).self) { try await test.store.backup(to: path(test, "no/such/directory/b.db")) }
    }

    @Test("A restore into a new directory works")
    func restoreElsewhere() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        try await test.store.backup(to: path(test, "b.db"))
        try Restore.restore(path(test, "b.db"), into: path(test, "new"))
        let restored = try Store(directory: path(test, "new"))
        #expect(try restored.readNow { try $0.list(School.self, ListQuery()) }.items.count == 1)
        try restored.close()
    }

    @Test("A restore is refused while the store is open, and the database stays as it is")
    func refusedWhileOpen() async throws {
        let test = try TestStore()
        try await test.store.backup(to: path(test, "b.db"))
        try await test.insert([.test(1)])
        #expect(throws: StoreError.inUse(directory: test.directory)) { try Restore.restore(path(test, "b.db"), into: test.directory) }
        #expect(try test.integer("SELECT count(*) FROM school") == 1)
    }

    @Test("A log left behind by a killed process doesn't reach the restored database")
    func leftOverLog() async throws {
        let test = try TestStore()
        try await test.store.backup(to: path(test, "b.db"))
        try await test.insert([.test(1)])
        // As after kill -9: the files as they are, the log not moved into the database.
        let killed = path(test, "killed")
        try FileManager.default.createDirectory(atPath: killed, withIntermediateDirectories: true)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: test.database + suffix, toPath: killed + "/partnership.db" + suffix)
        }
        try Restore.restore(path(test, "b.db"), into: killed)
        #expect(!exists(killed + "/partnership.db-wal"))
        let restored = try Store(directory: killed)
        #expect(try restored.readNow { try $0.list(School.self, ListQuery()) }.items == [])
        #expect(try await restored.check() == [])
        try restored.close()
    }

    @Test("A missing, empty, truncated, foreign, newer or corrupt copy is refused and nothing is touched")
    func badCopies() async throws {
        let test = try TestStore()
        try await test.insert((0..<200).map { .test($0) })
        try await test.store.backup(to: path(test, "good.db"))
        try test.store.close()
        let good = try Data(contentsOf: URL(fileURLWithPath: path(test, "good.db")))
        let before = try Data(contentsOf: URL(fileURLWithPath: test.database))

        func write(_ name: String, _ data: Data) throws { try data.write(to: URL(fileURLWithPath: path(test, name))) }
        try write("empty.db", Data())
        try write("text.db", Data("hello".utf8))
        try write("truncated.db", good.prefix(good.count / 2))
        var corrupt = good
        for page in stride(from: 4096 * 10, to: corrupt.count - 4096, by: 4096 * 7) {
            corrupt.replaceSubrange(page..<(page + 64), with: Data(count: 64))
        }
        try write("corrupt.db", corrupt)
        try write("newer.db", good)
        try write("foreign.db", good)
        for (name, sql) in [("newer", "INSERT INTO grdb_migrations VALUES ('999')"), ("foreign", "PRAGMA application_id = 1")] {
            let queue = try DatabaseQueue(path: path(test, name + ".db"))
            try queue.inDatabase { try $0.execute(sql: sql) }
            try queue.close()
        }
        for name in ["missing", "empty", "text", "truncated", "corrupt", "newer", "foreign"] {
            #expect(throws: StoreError.self, "\(name)") { try Restore.restore(path(test, name + ".db"), into: test.directory) }
            #expect(!exists(test.database + ".restoring"))
        }
        #expect(throws: StoreError.newer(path: path(test, "newer.db"))) {
            try Restore.restore(path(test, "newer.db"), into: test.directory)
        }
        #expect(throws: StoreError.foreign(path: path(test, "foreign.db"))) {
            try Restore.restore(path(test, "foreign.db"), into: test.directory)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: test.database)) == before)
    }

    @Test("A sound store has no findings")
    func sound() async throws {
        let test = try TestStore()
        #expect(try await test.store.check() == [])
        try await test.insert((0..<20).map { .test($0) })
        #expect(try await test.store.check() == [])
    }

    @Test(
        "Damage is found and named",
        arguments: [
            ("INSERT INTO schoolSearch(schoolSearch) VALUES ('delete-all')", "full-text"),
            (
                "PRAGMA foreign_keys = OFF; INSERT INTO apiTokenSecret VALUES (printf('%064d', 1), 'tok_none', NULL)",
                "missing row of apiToken"
            ),
            ("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'schoolByTown'", "Integrity"),
        ])
    func damage(sql: String, finding: String) async throws {
        let test = try TestStore()
        try await test.insert((0..<20).map { .test($0) })
        try test.tamper(sql)
        let findings = try await test.store.check()
        #expect(findings.contains { $0.contains(finding) }, "\(findings)")
    }

    @Test("A copy that fails leaves no file, and a whole one is its owner's alone")
    func copies() throws {
        let test = try TestStore()
        #expect(throws: (any Error).self) { try DatabaseCopy.write(path(test, "missing/none.db"), to: path(test, "c.db")) }
        #expect(!exists(path(test, "c.db")))
        try DatabaseCopy.write(test.database, to: path(test, "c.db"))
        let mode = try FileManager.default.attributesOfItem(atPath: path(test, "c.db"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: StoreError.exists(path: path(test, "c.db"))) { try DatabaseCopy.write(test.database, to: path(test, "c.db")) }
    }
}
