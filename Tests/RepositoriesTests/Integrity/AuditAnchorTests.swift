import Domain
import Foundation
import GRDB
import Testing

@testable import Repositories

@Suite struct AuditAnchorTests {
    @Test("Where the trail has come to is noted when a store is closed, and once for each time it is asked for and something is new")
    func noted() async throws {
        let test = try TestStore()
        #expect(try test.store.anchor() == nil)
        try await test.insert([.test(1), .test(2)])
        #expect(try test.store.anchor()?.seq == 2)
        #expect(try test.store.anchor() == nil)
        try await test.insert([.test(3)])
        try test.store.close()
        #expect(try test.store.directory.anchor.read()?.seq == 3)
        try Store(directory: test.directory).close()
    }

    @Test("A database that lost the end of its trail, or has another one, isn't opened until the loss is accepted")
    func lost() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        try test.store.close()
        let older = try Data(contentsOf: URL(fileURLWithPath: test.database))
        let later = try Store(directory: test.directory)
        try await later.write(.test) { try $0.insert(School.test(2)) }
        try later.close()
        try older.write(to: URL(fileURLWithPath: test.database))
        #expect(throws: StoreError.shortenedTrail(path: test.database, seq: 2)) { try Store(directory: test.directory) }

        let accepted = try Store(directory: test.directory, options: StoreOptions(acceptsLoss: true))
        // Another second entry.
        try await accepted.write(.test) { try $0.insert(School.test(3)) }
        try accepted.close()
        try Store(directory: test.directory).close()
        try test.store.directory.anchor.write(AuditHead(seq: 2, hash: [UInt8](repeating: 7, count: 32)))
        #expect(throws: StoreError.shortenedTrail(path: test.database, seq: 2)) { try Store(directory: test.directory) }
    }

    @Test("A note that isn't as it was written is told of, and not taken for a lost trail")
    func damagedNote() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        try test.store.close()
        let path = test.store.directory.anchor.path
        var note = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in note.indices {
            note[place] ^= 1
            try note.write(to: URL(fileURLWithPath: path))
            #expect {
                try Store(directory: test.directory, options: StoreOptions(role: .service, migrates: false))
            } throws: { error in
                guard case StoreError.damaged(path, _)? = error as? StoreError else { return false }
                return true
            }
            note[place] ^= 1
        }
    }

    @Test("Restoring goes back to where the backup was; a trail that doesn't go on from a backup is told")
    func backups() async throws {
        let test = try TestStore()
        let path = { (name: String) in test.directory + "/" + name }
        try await test.insert([.test(1)])
        try await test.store.backup(to: path("one.db"))
        try await test.insert([.test(2)])
        try await test.store.backup(to: path("two.db"))
        #expect(try test.store.goesOn(from: path("one.db")) && test.store.goesOn(from: path("two.db")))
        try test.store.close()
        try Restore.restore(path("one.db"), into: test.directory)
        let restored = try Store(directory: test.directory)
        #expect(try restored.goesOn(from: path("one.db")))
        #expect(try !restored.goesOn(from: path("two.db")))
        try await restored.write(.test) { try $0.insert(School.test(3)) }
        #expect(try !restored.goesOn(from: path("two.db")))
        try restored.close()
    }

    @Test("A check looks at everything although the note can't be read, and says so")
    func damagedNoteChecked() async throws {
        let test = try TestStore()
        try await test.insert([.test(1), .test(2)])
        try test.store.close()
        let path = test.store.directory.anchor.path
        try Data("1 nonsense\n".utf8).write(to: URL(fileURLWithPath: path))
        try test.tamper("PRAGMA foreign_keys = OFF; DELETE FROM event WHERE seq = 2")
        let store = try Store(directory: test.directory)
        let findings = try await store.check()
        #expect(findings.contains { $0.contains(path) } && findings.contains { $0.contains("Events 2 to 2") }, "\(findings)")
        try store.close()
    }
}
