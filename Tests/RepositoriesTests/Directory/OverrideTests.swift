import Core
import Domain
import GRDB
import Testing

@testable import Repositories

@Suite struct OverrideTests {
    private static func override(_ school: School, _ member: String, _ value: JSON, register: JSON) -> SchoolOverride {
        SchoolOverride(
            id: ResourceType.schoolOverride.makeID(at: .test), schoolId: school.id, member: member, value: value, registerValue: register,
            reason: "Counted", recordedBy: "cli", createdAt: .test)
    }

    @Test("A value comes back as what it was: text that looks like a number, whole and broken numbers, null")
    func values() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let values: [(String, JSON)] = [
            ("ukprn", "10001234"), ("capacity", 240), ("percentDisadvantaged", .double(12.5)), ("town", .null), ("name", "[1]"),
        ]
        for (member, value) in values {
            let override = Self.override(school, member, value, register: member == "town" ? "Leeds" : .null)
            try await test.store.write(.test) { try $0.insert(override) }
            #expect(try test.store.readNow { try $0.overrides.find(schoolId: school.id, member: member) } == override)
        }
        let all = try test.store.readNow { try $0.overrides.all() }
        #expect(all.map(\.member) == values.map(\.0).sorted() && all.allSatisfy { $0.urn == school.urn })
    }

    @Test("A member is overridden once, whatever the code does")
    func once() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        try await test.store.write(.test) { try $0.insert(Self.override(school, "capacity", 1, register: 2)) }
        await #expect(throws: DomainError.self) {
            try await test.store.write(.test) { try $0.insert(Self.override(school, "capacity", 3, register: 2)) }
        }
    }

    @Test("Reports of imports made before are read as reports without what they couldn't know")
    func migration() throws {
        let queue = try DatabaseQueue(configuration: Store.configuration())
        try Migrator.migrator.migrate(queue, upTo: "002-people-and-history")
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    INSERT INTO importJob (id, source, status, files, bytesRead, bytesTotal, rowsRead, report, createdAt, updatedAt, etag)
                    VALUES ('imp_1', 'gias', 'succeeded', '[]', 0, 0, 0, '{"created":1,"updated":0,"unchanged":0,"rejected":0,
                        "rejections":[],"ignoredColumns":[],"absentUrns":[]}', '2026-11-23T20:00:00.000Z', '2026-11-23T20:00:00.000Z', '"1"')
                    """)
        }
        try Migrator.migrator.migrate(queue)
        let text = try queue.read { try String.fetchOne($0, sql: "SELECT report FROM importJob") } ?? ""
        let read = try JSONCodec.decode(RegisterReport.self, fromBytes: Array(text.utf8))
        #expect(read.created == 1 && read.joined == 0 && read.overridden == [] && read.links == nil)
    }
}
