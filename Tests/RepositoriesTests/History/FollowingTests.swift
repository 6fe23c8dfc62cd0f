import Core
import Domain
import GRDB
import Testing

@testable import Repositories

/// List, then follow: what integrators do.
@Suite struct FollowingTests {
    private static let rows = 300
    /// Writes that share a commit, one after each page; with ten times as many it takes a minute and says the same.
    private static let writesPerPage = 30

    private struct Random: RandomNumberGenerator {
        var state: UInt64 = 7
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    /// Changes, adds and deletes at random; the schools whose number is a multiple of three are left alone.
    private func mix(_ test: TestStore, _ live: inout [String: School], _ number: inout Int, _ random: inout Random) async throws {
        let writes = (0..<Self.writesPerPage).map { _ in (UInt64.random(in: 0..<10, using: &random), random.next()) }
        let before = live
        let start = number
        (live, number) = try await test.store.write(.test) { transaction in
            var live = before
            var number = start
            var ids = live.keys.sorted()
            for (kind, choice) in writes {
                let index = Int(choice % UInt64(ids.count))
                let school = live[ids[index]]!
                if kind == 0 || live.count < Self.rows / 2 {
                    number += 1
                    let added = try transaction.insert(School.test(number * 3 + 1))
                    live[added.id] = added
                    ids.append(added.id)
                } else if kind == 1 {
                    try transaction.delete(school)
                    live[school.id] = nil
                    ids.remove(at: index)
                } else {
                    var changed = school
                    changed.vision = "\(choice)"
                    live[school.id] = try transaction.update(from: school, to: changed)
                }
            }
            return (live, number)
        }
    }

    @Test("A list read page by page while thousands of writes happen has each untouched row once; following from its seq gives the table")
    func listThenFollow() async throws {
        let test = try TestStore()
        let untouched = try await test.insert((1...Self.rows).map { School.test($0 * 3) })
        var live: [String: School] = [:]
        for school in try await test.insert((1...Self.rows).map { School.test($0 * 3 + 1) }) { live[school.id] = school }
        var number = Self.rows
        var random = Random()
        var query = ListQuery(limit: 7)
        var listed: [String] = []
        var versions: [String: VersionTag] = [:]
        var seq: Int64?
        repeat {
            let page = try await test.store.read { [query] in try $0.encodedPage(School.self, query, visibleTo: .everything) }
            listed += page.items.map(\.id)
            for item in page.items { versions[item.id] = item.etag }
            seq = seq ?? page.seq
            query.cursor = page.next
            try await mix(test, &live, &number, &random)
        } while query.cursor != nil
        #expect(Set(listed).count == listed.count)
        #expect(Set(untouched.map(\.id)).isSubset(of: listed))

        var after = try #require(seq)
        var newest = Int64.max
        while after < newest {
            let page = try await test.store.read { [after] in
                try $0.eventPage(after: after, limit: 200, of: [.school], visibleTo: .everything)
            }
            for event in page.events { versions[event.resourceId] = event.type == "school.deleted" ? nil : event.etag }
            (after, newest) = (page.next, page.seq)
        }
        let table = try await test.store.read { transaction in
            var versions: [String: VersionTag] = [:]
            try transaction.connection.database.cached("SELECT id, etag FROM school").eachRow {
                versions[$0.text(0)] = try $0.versionTag(1)
            }
            return versions
        }
        #expect(versions == table)
    }

    @Test("With deletions, whatever goes while the pages are read is met once: as it was, or as deleted")
    func deletions() async throws {
        let test = try TestStore()
        let schools = try await test.insert((1...40).map { School.test($0) })
        try await test.store.write(.test) { for index in [0, 7, 8, 39] { try $0.delete(schools[index]) } }
        var query = ListQuery(limit: 3, updatedSince: .test, includesDeleted: true)
        var met: [String] = []
        var deleted: [String] = []
        var page: Page<Encoded>
        repeat {
            page = try await test.store.read { [query] in try $0.encodedPage(School.self, query, visibleTo: .everything) }
            #expect(page.items.count + (page.deleted?.count ?? 0) <= 3)
            met += page.items.map(\.id) + (page.deleted ?? []).map(\.id)
            deleted += (page.deleted ?? []).map(\.id)
            query.cursor = page.next
            // One behind the reader, one ahead of it.
            if met.count == 12 { try await test.store.write(.test) { for index in [2, 30] { try $0.delete(schools[index]) } } }
        } while query.cursor != nil
        #expect(met.sorted() == schools.map(\.id))
        #expect(deleted == [0, 7, 8, 30, 39].map { schools[$0].id })
    }

    @Test("A deletion is for those who could see the resource then; one from before that was recorded, for those who see everything")
    func audiences() async throws {
        let test = try TestStore()
        let schools = try await test.insert((1...3).map { School.test($0) })
        try await test.store.write(.test) { transaction in
            try transaction.delete(schools[0])
            try transaction.delete(schools[1], audience: .leadership(schoolIds: ["sch_a"]))
        }
        try test.tamper(
            "INSERT INTO tombstone (resourceType, resourceId, etag, deletedAt) VALUES ('school', 'sch_old', '\"2\"', '\(Instant.test)')")
        func seen(_ leadership: Visibility.Leadership, _ parties: Set<String>? = []) throws -> Int {
            try test.store.readNow {
                try $0.tombstones(
                    of: .school, since: .test, limit: 10, visibleTo: Visibility(leadership: leadership, parties: parties))
            }.count
        }
        #expect(try seen(.none) == 1 && seen(.schools(["sch_a"])) == 2 && seen(.schools(["sch_b"])) == 1 && seen(.all) == 2)
        #expect(try seen(.all, nil) == 3)
    }

    @Test("A deletion recorded before its audience was takes it from its event")
    func deletedBefore() throws {
        let queue = try DatabaseQueue()
        try Migrator.migrator.migrate(queue, upTo: "050-kept-answers")
        try queue.write { database in
            for (seq, audience, parties) in [(1, "directory", "[]"), (2, "parties", #"["per_1"]"#)] {
                try database.execute(
                    sql: """
                        INSERT INTO event (id, type, occurredAt, actor, resourceType, resourceId, etag, changedMembers, requestId, audience, parties)
                        VALUES (?, 'person.deleted', '', '{}', 'person', 'per_1', '"2"', '[]', '', ?, ?)
                        """, arguments: ["evt_\(seq)", audience, parties])
            }
            for id in ["per_1", "per_2"] {
                try database.execute(sql: "INSERT INTO tombstone VALUES ('person', ?, '\"2\"', '')", arguments: [id])
            }
        }
        try Migrator.migrator.migrate(queue)
        let found = try queue.read { try Row.fetchAll($0, sql: "SELECT audience, parties FROM tombstone ORDER BY resourceId") }
        #expect(found.map { $0["audience"] as String } == ["parties", "parties"])
        #expect(found.map { $0["parties"] as String } == [#"["per_1"]"#, "[]"])
    }
}
