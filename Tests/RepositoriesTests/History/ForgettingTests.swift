import Core
import Domain
import Foundation
import GRDB
import Testing

@testable import Repositories

/// What is erased is nowhere in the files any more.
@Suite struct ForgettingTests {
    private func person(_ number: Int) throws -> Person {
        try JSONCodec.decode(
            Person.self,
            from: [
                "id": .string(ResourceType.person.makeID(at: .test)), "name": .string("Zyxwvname\(number * 7_919 % 100_000)q Surname"),
                "workEmail": .string("zyxwv\(number)q@x.example"), "jobTitle": .string("Job of zyxwv\(number)q"),
                "externalRefs": [["system": "hr", "id": .string("zyxwv\(number)ref")]], "createdAt": .string(Instant.test.description),
                "updatedAt": .string(Instant.test.description), "etag": "\"1\"",
            ])
    }

    /// Whether a file has the word anywhere, as it is or as the search index folds it.
    private func file(_ path: String, contains word: String) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: path) else { return false }
        return [word, word.lowercased()].contains { bytes.range(of: Data($0.utf8)) != nil }
    }

    /// The same for the database and its log.
    private func files(_ test: TestStore, contain word: String) -> Bool {
        ["", "-wal"].contains { file(test.database + $0, contains: word) }
    }

    private func erase(_ people: [Person], _ test: TestStore) async throws {
        try await test.store.write(.test) { transaction in
            for old in people {
                let erased = try transaction.update(from: old, to: old.erased(at: transaction.now), verb: "erased", isTarget: false)
                try transaction.replaceExternalRefs(of: erased)
            }
            try transaction.forget(Person.self, people.map(\.id), members: Person.erasedMembers)
        }
        await test.store.compact(for: .test)
    }

    @Test("Erased people are in no byte of the files: rows, indexes, search index, recorded values; the others are still found")
    func everywhere() async throws {
        let test = try TestStore()
        // Enough that pages of every index are split and joined again.
        let people = try (0..<600).map(person)
        for chunk in stride(from: 0, to: 600, by: 50) {
            try await test.store.write(.test) { transaction in
                for person in people[chunk..<chunk + 50] {
                    try transaction.insert(person)
                    try transaction.replaceExternalRefs(of: person)
                }
            }
        }
        let (gone, kept) = (people.enumerated().filter { $0.offset % 3 == 0 }.map(\.element), people[1])
        #expect(files(test, contain: gone[5].name))
        try await erase(gone, test)
        for person in gone {
            for text in [String(person.name.split(separator: " ")[0]), person.workEmail ?? "", person.externalRefs[0].id] {
                #expect(!files(test, contain: text), "\(text)")
            }
        }
        #expect(files(test, contain: kept.name))
        let found = try test.store.readNow { try $0.list(Person.self, ListQuery(text: String(kept.name.split(separator: " ")[0]))) }
        #expect(found.items == [kept])
        #expect(try await test.store.check() == [])
    }

    @Test("A backup made after an erasure doesn't hold what was erased")
    func backup() async throws {
        let test = try TestStore()
        let one = try person(4)
        try await test.store.write(.test) { try $0.insert(one) }
        try await erase([one], test)
        try await test.store.backup(to: test.directory + "/b.db")
        #expect(!file(test.directory + "/b.db", contains: "Zyxwv"))
        #expect(file(test.directory + "/b.db", contains: "Erased person"))
    }

    @Test("The audit chain verifies after values were forgotten, and still shows tampering")
    func chain() async throws {
        let test = try TestStore()
        let people = try [person(1), person(2)]
        try await test.store.write(.test) { transaction in for person in people { try transaction.insert(person) } }
        try await erase([people[0]], test)
        #expect(try test.store.readNow { try $0.verifyChain() } == [])
        let members = try test.store.readNow { transaction in
            try transaction.auditEntries(of: .person, id: people[0].id).map { try transaction.auditEntry(id: $0)?["operation"] }
        }
        #expect(members == ["created", "erased"])
        try test.tamper("UPDATE audit SET operation = 'updated' WHERE operation = 'erased'")
        #expect(try test.store.readNow { try $0.verifyChain() } != [])
    }

    @Test("A resource deleted without its values leaves a tombstone, and who and when, but nothing it said")
    func deletion() async throws {
        let test = try TestStore()
        let one = try person(9)
        try await test.store.write(.test) { try $0.insert(one) }
        try await test.store.write(.test) { try $0.delete(one, keepsValues: false) }
        await test.store.compact(for: .test)
        #expect(!files(test, contain: "Zyxwv"))
        #expect(try test.integer("SELECT count(*) FROM tombstone") == 1)
        #expect(try test.integer("SELECT count(*) FROM audit WHERE operation = 'deleted'") == 1)
        #expect(try test.store.readNow { try $0.verifyChain() } == [])
    }

    @Test("What is deleted is overwritten on the writer")
    func secureDelete() throws {
        #expect(try TestStore().onWriter { try Int.fetchOne($0, sql: "PRAGMA secure_delete") } == 1)
    }

    @Test(
        "Members that can be redacted are columns of text or lists of it, and never what the service sets",
        arguments: StoredTypes.all.map { $0.type })
    func redactable(type: ResourceType) {
        func check<R: Stored>(_ type: R.Type) {
            #expect(R.redactableMembers.isSubset(of: R.table.columns), "\(R.type)")
            #expect(R.redactableMembers.isDisjoint(with: ["id", "createdAt", "updatedAt", "etag", "recordedBy"]), "\(R.type)")
        }
        check(StoredTypes.of(type))
    }
}
