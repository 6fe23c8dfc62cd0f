import Core
import Domain
import Foundation
import GRDB
import Testing

@testable import Repositories

@Suite struct StoreTests {
    @Test("The writer commits to disk: synchronous is FULL in WAL mode, with foreign keys on")
    func pragmas() throws {
        let test = try TestStore()
        func pragma(_ name: String) throws -> String? { try test.onWriter { try String.fetchOne($0, sql: "PRAGMA \(name)") } }
        #expect(try pragma("synchronous") == "2")
        #expect(try pragma("journal_mode") == "wal")
        #expect(try pragma("foreign_keys") == "1")
        #expect(try pragma("defer_foreign_keys") == "0")
        #expect(try pragma("temp_store") == "2")
    }

    @Test("Database and directory belong to their owner alone")
    func modes() throws {
        let test = try TestStore()
        func mode(_ path: String) throws -> Int? { try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
        #expect(try mode(test.directory) == 0o700)
        #expect(try mode(test.database) == 0o600)
        #expect(try mode(test.database + "-wal") == 0o600)
    }

    @Test("A database from a newer version is refused")
    func newer() throws {
        let test = try TestStore()
        try test.store.close()
        try test.tamper("INSERT INTO grdb_migrations VALUES ('999-from-the-future')")
        #expect(throws: StoreError.newer(path: test.database)) { try Store(directory: test.directory) }
    }

    @Test("An older database is refused where migrating is forbidden")
    func older() throws {
        let test = try TestStore()
        try test.store.close()
        try test.tamper("DELETE FROM grdb_migrations")
        #expect(throws: StoreError.needsMigration(path: test.database)) {
            try Store(directory: test.directory, options: StoreOptions(migrates: false))
        }
    }

    @Test("Where migrating is forbidden a missing database is told, and nothing is made")
    func missing() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        let options = StoreOptions(migrates: false)
        #expect(throws: StoreError.noDatabase(path: directory + "/partnership.db")) { try Store(directory: directory, options: options) }
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    @Test("Of several that open a new directory at once, each gets a migrated store")
    func openingTogether() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let store = try Store(directory: directory)
                    defer { try? store.close() }
                    return try store.readNow { try $0.lastSeq() }
                }
            }
            for try await seq in group { #expect(seq == 0) }
        }
    }

    @Test("A database that needs a migration is not migrated under another process")
    func migratingAlone() throws {
        let test = try TestStore()
        try test.tamper("DELETE FROM grdb_migrations")
        #expect(throws: StoreError.inUse(directory: test.directory)) { try Store(directory: test.directory) }
    }

    @Test("Another program's database is refused and left as it is")
    func foreign() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let other = try DatabaseQueue(path: directory + "/partnership.db")
        try other.write { try $0.execute(sql: "CREATE TABLE theirs (x)") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: directory + "/partnership.db"))
        #expect(throws: StoreError.foreign(path: directory + "/partnership.db")) { try Store(directory: directory) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory + "/partnership.db")) == before)
    }

    @Test("A file that is no database is refused as damaged")
    func garbage() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data("not a database, but long enough to be read as one".utf8).write(to: URL(fileURLWithPath: directory + "/partnership.db"))
        #expect {
            try Store(directory: directory)
        } throws: { error in
            guard case StoreError.damaged? = error as? StoreError else { return false }
            return true
        }
    }

    @Test("One service per directory; commands may join it")
    func oneService() async throws {
        let test = try TestStore(options: StoreOptions(role: .service))
        #expect(throws: StoreError.serviceIsRunning(directory: test.directory)) {
            try Store(directory: test.directory, options: StoreOptions(role: .service))
        }
        let command = try Store(directory: test.directory, options: StoreOptions(role: .command))
        try await command.write(.test) { try $0.insert(School.test(1)) }
        try command.close()
        #expect(try test.integer("SELECT count(*) FROM school") == 1)
    }

    @Test("Everything written is there after closing and opening again")
    func reopening() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        try test.store.close()
        #expect(!FileManager.default.fileExists(atPath: test.database + "-wal"))
        let again = try Store(directory: test.directory, options: StoreOptions(migrates: false))
        #expect(try again.readNow { try $0.find(School.self, id: school.id) } == school)
        try again.close()
    }

    @Test("A read sees one state however many writes happen meanwhile")
    func isolation() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        let other = try DatabaseQueue(path: test.database)
        let counts = try await test.store.read { transaction in
            let before = try transaction.list(School.self, ListQuery(countsTotal: true)).total
            try other.write { try $0.execute(sql: "DELETE FROM school") }
            return [before, try transaction.list(School.self, ListQuery(countsTotal: true)).total]
        }
        #expect(counts == [1, 1])
    }

    @Test("A bookkeeping write leaves neither audit entry nor event nor a new version")
    func bookkeeping() async throws {
        let test = try TestStore()
        let token = ApiToken(
            id: ResourceType.apiToken.makeID(at: .test), name: "Reader", role: .trustAdmin, scopes: [], schoolIds: [], expiresAt: nil,
            createdAt: .test, updatedAt: .test)
        try await test.store.write(.test) { try $0.insert(token) }
        try await test.store.bookkeeping { try $0.tokens.recordUse(tokenId: token.id, at: .test) }
        let stored = try #require(try test.store.readNow { try $0.find(ApiToken.self, id: token.id) })
        #expect(stored.lastUsedAt == .test)
        #expect(stored.etag == token.etag)
        #expect(try test.integer("SELECT count(*) FROM event") == 1)
        #expect(try test.integer("SELECT count(*) FROM audit") == 1)
    }
}
