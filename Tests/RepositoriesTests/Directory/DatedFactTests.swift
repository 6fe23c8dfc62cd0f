import Core
import Domain
import GRDB
import Testing

@testable import Repositories

@Suite struct DatedFactTests {
    private func membership(_ school: School, _ start: String?, _ end: String?) -> Membership {
        var membership = Membership(
            id: ResourceType.membership.makeID(at: .test), schoolId: school.id, startsOn: start.flatMap { LocalDate($0) }, reason: nil,
            recordedBy: "cli", createdAt: .test)
        membership.endsOn = end.flatMap { LocalDate($0) }
        return membership
    }

    /// First and last days that meet another from 10 to 20 January 2026, and those that don't.
    private static let overlapping: [(String?, String?)] = [
        (nil, nil), (nil, "2026-01-10"), ("2026-01-20", nil), ("2026-01-01", "2026-02-01"), ("2026-01-12", "2026-01-13"),
    ]
    private static let apart: [(String?, String?)] = [(nil, "2026-01-09"), ("2026-01-21", nil), ("2026-01-21", "2026-01-21")]

    @Test("What overlaps is refused by name: the rule says which record it collides with")
    func rule() async throws {
        let test = try TestStore()
        let schools = try await test.insert([.test(1), .test(2)])
        let first = membership(schools[0], "2026-01-10", "2026-01-20")
        try await test.store.write(.test) { try $0.insert(first) }
        for (start, end) in Self.overlapping {
            let other = membership(schools[0], start, end)
            let error = await #expect(throws: DomainError.self) {
                try await test.store.write(.test) { try $0.checkExclusions(of: other, visibleTo: .everything) }
            }
            guard case .overlap(let field) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(
                field.conflictsWith == first.id && field.place == .pointer("/startsOn") && field.detail.contains("2026-01-10 to 2026-01-20")
            )
        }
        for (start, end) in Self.apart {
            let other = membership(schools[0], start, end)
            try await test.store.write(.test) { try $0.checkExclusions(of: other, visibleTo: .everything) }
        }
        let elsewhere = membership(schools[1], "2026-01-12", nil)
        try await test.store.write(.test) { try $0.checkExclusions(of: elsewhere, visibleTo: .everything) }
    }

    @Test("The schema refuses what overlaps whatever the code does, on insert and on update")
    func schema() async throws {
        let test = try TestStore()
        let schools = try await test.insert([.test(1)])
        let first = membership(schools[0], "2026-01-10", "2026-01-20")
        let second = membership(schools[0], "2027-01-01", nil)
        try await test.store.write(.test) { transaction in
            try transaction.insert(first)
            try transaction.insert(second)
        }
        for (start, end) in Self.overlapping {
            let other = membership(schools[0], start, end)
            await #expect(throws: DatabaseError.self) { try await test.store.write(.test) { try $0.insert(other) } }
            var moved = second
            moved.startsOn = other.startsOn
            moved.endsOn = other.endsOn
            let change = moved
            await #expect(throws: DatabaseError.self) { try await test.store.write(.test) { try $0.update(from: second, to: change) } }
        }
    }

    @Test("A list as of a day has what held on that day")
    func asOf() async throws {
        let test = try TestStore()
        let schools = try await test.insert([.test(1), .test(2)])
        let facts = [membership(schools[0], "2026-01-10", "2026-01-20"), membership(schools[1], nil, "2026-01-12")]
        try await test.store.write(.test) { transaction in for fact in facts { try transaction.insert(fact) } }
        func ids(_ day: String) throws -> Set<String> {
            Set(try test.store.readNow { try $0.list(Membership.self, ListQuery(asOf: LocalDate(day))) }.items.map(\.id))
        }
        #expect(try ids("2026-01-09") == [facts[1].id] && ids("2026-01-20") == [facts[0].id] && ids("2026-01-21").isEmpty)
        #expect(try ids("2026-01-10") == Set(facts.map(\.id)))
        let members = try test.store.readNow { try $0.list(School.self, ListQuery(asOf: LocalDate("2026-01-12"))) }
        #expect(members.items.map(\.id) == schools.map(\.id))
    }

    @Test("Tokens and their secrets survive the migration that lets them belong to people")
    func tokens() async throws {
        let test = try TestStore()
        try test.store.close()
        let path = test.directory + "/old.db"
        let old = try DatabaseQueue(path: path, configuration: Store.configuration())
        try Migrator.migrator.migrate(old, upTo: "001-directory-and-platform")
        let digest = String(repeating: "a", count: 64)
        try await old.write { database in
            try database.execute(
                sql: """
                    INSERT INTO apiToken VALUES ('tok_1', 'Old', 'trustAdmin', '[]', '[]', NULL, NULL, NULL, '\(Instant.test)', '\(Instant.test)', '"3"');
                    INSERT INTO apiTokenSecret VALUES ('\(digest)', 'tok_1', NULL);
                    """)
        }
        try Migrator.migrator.migrate(old)
        let found = try await old.read { database in
            try ReadTransaction(Connection(database)).tokens.find(secretDigest: digest)?.token
        }
        #expect(found?.name == "Old" && found?.role == .trustAdmin && found?.personId == nil && found?.etag.number == 3)
        try old.close()
    }
}
