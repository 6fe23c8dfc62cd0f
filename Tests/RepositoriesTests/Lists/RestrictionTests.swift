import Core
import Domain
import GRDB
import Testing

@testable import Repositories

/// Lists of what only those concerned see, for people concerned by a few of very many.
@Suite struct RestrictionTests {
    private static let count = 6_000
    /// Which of ``count`` requests name somebody, by number, and how many that makes.
    private static let shares: [String: (names: @Sendable (Int) -> Bool, count: Int)] = [
        "per_none": ({ _ in false }, 0), "per_few": ({ $0 % 20 == 0 }, 300), "per_some": ({ $0 % 3 == 0 }, 2_000),
        "per_many": ({ $0 % 10 != 3 }, 5_400),
    ]

    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.onWriter { database in
            try database.execute(sql: "BEGIN")
            for number in 0..<Self.count {
                let named = Self.shares.filter { $0.value.names(number) }.keys.sorted()
                let names = String(decoding: JSON.array(named.map(JSON.string)).bytes, as: UTF8.self)
                let opened = Instant(milliseconds: Int64((number * 7_919) % Self.count) * 60_000)
                try database.execute(
                    sql: """
                        INSERT INTO supportRequest (id, reference, subject, schoolIds, priority, watcherIds, channel, externalRefs, tags,
                            checklist, fileIds, answers, isConfidential, needsAttention, openedAt, reopenedCount, pauses, missedTargets,
                            escalations, brokenGlass, visibleTo, state, recordedBy, createdAt, updatedAt, etag)
                        VALUES (?, ?, 'x', '[]', 'low', '[]', 'portal', '[]', ?, '[]', '[]', '{}', ?, 1, ?, 0, '[]', '[]', '[]', '[]', ?,
                            'open', 'tok_x', ?, ?, '"1"')
                        """,
                    arguments: [
                        "req_\(number)", "BSR-2026-\(number)", names, number % 10 == 0, opened.description, names, opened.description,
                        opened.description,
                    ])
            }
            try database.execute(sql: "COMMIT")
        }
        return test
    }

    private func plan(_ test: TestStore, _ query: ListQuery, _ person: String? = nil) throws -> String {
        try test.onWriter { database in
            let visibility = Visibility(leadership: .none, parties: person.map { [$0] })
            let list = try ListSQL(SupportRequest.table, query, visibleTo: visibility, in: database, selecting: "id, etag")
            var lines: [String] = []
            for part in list.parts {
                try database.prepared("EXPLAIN QUERY PLAN " + part.sql).eachRow(part.arguments) { lines.append($0.text(3)) }
            }
            return lines.joined(separator: "; ")
        }
    }

    @Test("However many rows name somebody, they see those and no others, in order, page by page")
    func sameForAll() async throws {
        let test = try filled()
        let sort = [SortKey(member: "openedAt", descending: true)]
        let all = try test.store.readNow { try $0.list(SupportRequest.self, ListQuery(limit: Self.count, sort: sort)) }.items
        for (person, (_, share)) in Self.shares {
            let visibility = Visibility(leadership: .none, parties: [person, "per_other"])
            let expected = all.filter { visibility.allows($0.audience) }.map(\.id)
            try #require(expected.count == share)
            var seen: [String] = []
            var query = ListQuery(limit: 100, sort: sort, countsTotal: true)
            repeat {
                let page = try test.store.readNow { [query] in try $0.list(SupportRequest.self, query, visibleTo: visibility) }
                #expect(page.total == share)
                seen += page.items.map(\.id)
                query.cursor = page.next
            } while query.cursor != nil && seen.count < 1_000
            #expect(seen == Array(expected.prefix(1_000)), "\(person)")
            // The same of what is asked for, beside what is seen, in whichever order the arguments stand.
            let tagged = ListQuery(
                limit: 100, sort: sort,
                filters: [
                    Filter(member: "priority", values: ["low"]), Filter(member: "tag", values: [.string(person)]),
                    Filter(member: "state", values: ["open"]),
                ], countsTotal: true)
            let many = Visibility(leadership: .none, parties: ["per_many"])
            let found = try test.store.readNow { try $0.list(SupportRequest.self, tagged, visibleTo: many) }
            let both = all.filter { many.allows($0.audience) && $0.tags.contains(person) }.map(\.id)
            #expect(found.items.map(\.id) == Array(both.prefix(100)) && found.total == both.count, "\(person)")
            var exported: [String] = []
            let rows = try await test.store.snapshot().rows(of: SupportRequest.self, ListQuery(sort: sort), visibleTo: visibility)
            try await rows.each { exported.append($0.id) }
            #expect(exported == expected, "\(person)")
        }
    }

    @Test("Of very many rows only those that name somebody are looked at, or as many as fill a page")
    func plans() throws {
        let test = try filled()
        let newest = ListQuery(sort: [SortKey(member: "openedAt", descending: true)])
        for person in ["per_none", "per_few"] {
            let plan = try plan(test, newest, person)
            #expect(plan.contains("SEARCH supportRequest USING INDEX sqlite_autoindex_supportRequest_1 (id=?)"), "\(plan)")
        }
        for person in ["per_some", "per_many"] {
            let plan = try plan(test, newest, person)
            #expect(plan.contains("SCAN supportRequest USING INDEX supportRequestByOpenedAt") && !plan.contains("TEMP"), "\(plan)")
        }
        #expect(try plan(test, newest, "per_some").contains("LIST SUBQUERY"))
        // What else is asked is looked up for those alone.
        let tagged = ListQuery(sort: newest.sort, filters: [Filter(member: "tag", values: ["per_some"])])
        let both = try plan(test, tagged, "per_some")
        #expect(both.contains("CORRELATED SCALAR SUBQUERY") && both.contains("LIST SUBQUERY"), "\(both)")
        #expect(try plan(test, newest, "per_many").contains("CORRELATED SCALAR SUBQUERY"))
    }

    @Test("Of a frequent tag only what changed since is looked at; where nearly everything has, the page is soon full")
    func synchronised() throws {
        let test = try filled()
        for tag in ["per_some", "per_many"] {
            func query(since minute: Int64) -> ListQuery {
                ListQuery(
                    filters: [Filter(member: "tag", values: [.string(tag)])], updatedSince: Instant(milliseconds: minute * 60_000))
            }
            let few = try plan(test, query(since: 5_900))
            #expect(few.contains("SEARCH supportRequest USING INDEX supportRequestByUpdatedAt"), "\(few)")
            let nearlyAll = try plan(test, query(since: 100))
            #expect(nearlyAll.contains("SCAN supportRequest USING INDEX sqlite_autoindex_supportRequest_1"), "\(nearlyAll)")
        }
    }

    @Test("Whoever is named twice sees a row once, and who is named no more sees it no more")
    func namesChange() throws {
        let test = try filled()
        func total(_ parties: Set<String>) throws -> Int? {
            let visibility = Visibility(leadership: .none, parties: parties)
            return try test.store.readNow {
                try $0.list(SupportRequest.self, ListQuery(limit: 1, countsTotal: true), visibleTo: visibility)
            }.total
        }
        let named = (0..<Self.count).filter { $0 % 20 == 0 || $0 % 3 == 0 }.count
        #expect(try total(["per_few", "per_some"]) == named)
        try test.onWriter { try $0.execute(sql: "UPDATE supportRequest SET visibleTo = '[\"per_none\"]' WHERE id = 'req_0'") }
        #expect(try total(["per_few"]) == 299)
        #expect(try total(["per_none"]) == 1)
    }
}
