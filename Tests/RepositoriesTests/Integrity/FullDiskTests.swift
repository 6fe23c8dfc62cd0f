import Domain
import GRDB
import Testing

@testable import Repositories

@Suite struct FullDiskTests {
    @Test("Where the disk is full every write is refused as such and reads go on; with room again writes do")
    func full() async throws {
        let test = try TestStore()
        let kept = try await test.insert([.test(1)])[0]
        // As full as a disk can be made without one: no page more than there are.
        try test.onWriter { database in
            let pages = try #require(try Int.fetchOne(database, sql: "PRAGMA page_count"))
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let large = School.test(2) { $0.vision = String(repeating: "a long story ", count: 20_000) }
        for isLarge in [false, true] {
            await #expect(throws: DomainError.diskFull) {
                try await test.store.write(.test, isLarge: isLarge) { try $0.insert(large) }
            }
        }
        #expect(try test.store.readNow { try $0.find(School.self, id: kept.id) } == kept)
        try test.onWriter { try $0.execute(sql: "PRAGMA max_page_count = 1073741823") }
        try await test.store.write(.test) { try $0.insert(large) }
        try await test.store.tryWriting()
    }

    @Test("What keeps anything from being written is a refusal; what tells of damage, or of a mistake of ours, is not")
    func meanings() {
        func meaning(_ code: ResultCode) -> DomainError? { DomainError.refusing(DatabaseError(resultCode: code)) as? DomainError }
        #expect(meaning(.SQLITE_FULL) == .diskFull)
        #expect(meaning(.SQLITE_BUSY) == .busy)
        for code: ResultCode in [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_SHMSIZE] {
            #expect(meaning(code) == .unwritable)
        }
        for code: ResultCode in [.SQLITE_IOERR_DATA, .SQLITE_IOERR_READ, .SQLITE_CORRUPT, .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_ERROR] {
            #expect(meaning(code) == nil)
        }
    }

    @Test("To try writing is a commit that everybody's reads of the database notice, and nobody's resource")
    func trying() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        let other = try DatabaseQueue(path: test.database)
        let before = try await other.read { try Int.fetchOne($0, sql: "PRAGMA data_version") }
        try await test.store.tryWriting()
        #expect(try await other.read { try Int.fetchOne($0, sql: "PRAGMA data_version") } != before)
        #expect(try test.integer("SELECT count(*) FROM event") == 1)
    }
}
