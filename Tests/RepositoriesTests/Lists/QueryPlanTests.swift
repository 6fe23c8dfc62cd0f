import Core
import Domain
import GRDB
import Testing

@testable import Repositories

/// What SQLite intends to do with each list, alone: never walk the table, never sort.
@Suite struct QueryPlanTests {
    private static let tables = Dictionary(uniqueKeysWithValues: StoredTypes.all.map { ($0.table.name, $0.table) })

    /// Members of support requests with few values.
    private static let frequent: Set = ["serviceId", "area", "priority", "teamId", "channel", "needsAttention", "satisfaction", "state"]

    private func plans(_ test: TestStore, _ table: Repositories.Table, _ query: ListQuery) throws -> [String] {
        try test.onWriter { database in
            let list = try ListSQL(table, query, visibleTo: .everything, in: database, selecting: table.selection)
            return try list.parts.map { part in
                var lines: [String] = []
                try database.prepared("EXPLAIN QUERY PLAN " + part.sql + " LIMIT 51").eachRow(part.arguments) { lines.append($0.text(3)) }
                return lines.joined(separator: "; ")
            }
        }
    }

    @Test("Each sort alone is read in the order of an index, both ways, on the first and on a later page", arguments: tables.keys)
    func sorts(name: String) throws {
        let table = try #require(Self.tables[name])
        let test = try TestStore()
        for member in table.members.values where member.name != "id" && member.array == nil && !member.isUnique {
            for descending in [false, true] {
                let values: [JSON?] = [nil, "2026-01-01"] + (member.isNullable ? [.null] : [])
                let cursors = values.map { $0.map { Core.Cursor(fingerprint: "", values: [$0, "x_1"]) } }
                for cursor in cursors {
                    let query = ListQuery(cursor: cursor, sort: [SortKey(member: member.name, descending: descending)])
                    for plan in try plans(test, table, query) {
                        #expect(plan.contains("USING INDEX"), "\(table.name) \(query.sort): \(plan)")
                        #expect(!plan.contains("TEMP B-TREE"), "\(table.name) \(query.sort): \(plan)")
                        if cursor != nil { #expect(plan.contains("SEARCH"), "\(table.name) \(query.sort): \(plan)") }
                    }
                }
            }
        }
    }

    @Test("Each equality, range, beginning and isNull alone searches an index", arguments: tables.keys)
    func filters(name: String) throws {
        let table = try #require(Self.tables[name])
        let test = try TestStore()
        for member in table.members.values where member.name != "id" && member.array == nil && !member.isUnique {
            let one = [JSON.string("2026-01-01")]
            var filters = [
                Filter(member: member.name, values: one), Filter(member: member.name, values: one + ["b"]),
                Filter(member: member.name, comparison: .lt, values: one), Filter(member: member.name, comparison: .lte, values: one),
                Filter(member: member.name, comparison: .gt, values: one), Filter(member: member.name, comparison: .gte, values: one),
                Filter(member: member.name, comparison: .startsWith, values: one),
            ]
            if member.isNullable { filters.append(Filter(member: member.name, comparison: .isNull, values: [true])) }
            for filter in filters {
                for plan in try plans(test, table, ListQuery(filters: [filter])) {
                    // Where each value is frequent, a page of two is soon full in the order of ids.
                    let isFrequent = name == "supportRequest" && Self.frequent.contains(member.name)
                    if isFrequent, filter.values.count > 1, plan == "SCAN \(name) USING INDEX sqlite_autoindex_\(name)_1" { continue }
                    #expect(plan.contains("SEARCH \(table.name) USING"), "\(table.name) \(filter): \(plan)")
                    #expect(plan.contains(member.name), "\(table.name) \(filter): \(plan)")
                }
            }
        }
    }

    @Test("Words are found through the full-text index")
    func words() throws {
        let test = try TestStore()
        for query in [ListQuery(text: "mary"), ListQuery(filters: [Filter(member: "name", comparison: .contains, values: ["mary"])])] {
            for plan in try plans(test, School.table, query) { #expect(plan.contains("SCAN schoolSearch VIRTUAL TABLE INDEX"), "\(plan)") }
        }
    }

    @Test("Without anything asked the list is read in the order of ids")
    func plain() throws {
        let test = try TestStore()
        for table in Self.tables.values {
            for plan in try plans(test, table, ListQuery()) { #expect(plan.contains("USING INDEX") && !plan.contains("TEMP"), "\(plan)") }
        }
    }

    @Test("However lists are asked for, few statements are kept")
    func keptStatements() throws {
        let (table, test) = (School.table, try TestStore())
        func listed(_ query: ListQuery, _ selection: String) throws -> ListSQL {
            try test.onWriter { try ListSQL(table, query, visibleTo: .everything, in: $0, selecting: selection) }
        }
        let filters: [[Filter]] =
            [[]]
            + table.members.keys.flatMap { name in
                [Filter.Comparison.eq, .ne, .gte, .isNull].map { [Filter(member: name, comparison: $0, values: [.integer(1)])] }
            } + (1...50).map { [Filter(member: "urn", values: Array(repeating: "100001", count: $0))] }
            + [[Filter(member: "urn", values: ["1"]), Filter(member: "name", values: ["x"])]]
        let sorts: [[SortKey]] =
            [[]]
            + table.members.keys.flatMap { name in
                [[SortKey(member: name)], [SortKey(member: name, descending: true)], [SortKey(member: name), SortKey(member: "urn")]]
            }
        var kept: Set<String> = []
        for filter in filters {
            for sort in sorts {
                for (text, since) in [(nil, nil), ("word", nil), (nil, Instant(milliseconds: 0))] as [(String?, Instant?)] {
                    let query = ListQuery(sort: sort, filters: filter, text: text, updatedSince: since)
                    let list = try listed(query, "id, etag")
                    if list.isCommon { kept.formUnion(list.parts.map(\.sql) + [list.count.sql]) }
                }
            }
        }
        #expect((2..<250).contains(kept.count))
        // However many are asked for, it is one text.
        let texts = try test.onWriter { database in
            try (1...50).map { count in
                let filter = Filter(member: "tag", values: (0..<count).map { .string("tag\($0)") })
                return try ListSQL(
                    SupportRequest.table, ListQuery(filters: [filter]), visibleTo: .everything, in: database, selecting: "id"
                ).parts[0].sql
            }
        }
        #expect(Set(texts).count == 1)
        let cursor = Core.Cursor(fingerprint: "", values: ["x", "sch_x"])
        let sorted = ListQuery(cursor: cursor, sort: [SortKey(member: "name")])
        #expect(try !listed(sorted, "id").isCommon)
    }

    @Test(
        "Each queue of the desk is read from the index of what isn't done with",
        arguments: [
            ("assigneeId", "supportRequestOwnQueue"), ("teamId", "supportRequestTeamQueue"), ("serviceId", "supportRequestServiceQueue"),
            ("priority", "supportRequestPriorityQueue"), ("", "supportRequestQueue"),
        ])
    func queues(member: String, index: String) throws {
        let test = try TestStore()
        let running = Filter(member: "state", values: ["new", "open", "waitingOnSchool", "onHold"])
        let whose = member.isEmpty ? [] : [Filter(member: member, values: ["x"])]
        for state in [running, Filter(member: "state", values: ["onHold"])] {
            let query = ListQuery(sort: [SortKey(member: "dueBy")], filters: whose + [state])
            for plan in try plans(test, SupportRequest.table, query) { #expect(plan.contains(" USING INDEX \(index) ("), "\(plan)") }
        }
        // A state that ends is in none of them; nothing that has ended has a due time.
        let closed = ListQuery(sort: [SortKey(member: "dueBy")], filters: whose + [Filter(member: "state", values: ["open", "closed"])])
        let plan = try #require(try plans(test, SupportRequest.table, closed).last)
        #expect(!plan.contains("Queue"), "\(plan)")
    }

    @Test("What is to be answered, and the newest of a team, somebody or a service, is read in the order of an index")
    func answersAndNewest() throws {
        let test = try TestStore()
        let newest = [SortKey(member: "openedAt", descending: true)]
        let attention = Filter(member: "needsAttention", values: [true])
        func of(_ member: String) -> Filter { Filter(member: member, values: ["x"]) }
        let expected: [(index: String, filters: [Filter])] = [
            ("supportRequestAnswerQueue", [attention]), ("supportRequestTeamAnswerQueue", [attention, of("teamId")]),
            ("supportRequestOwnAnswerQueue", [attention, of("assigneeId")]),
            ("supportRequestServiceAnswerQueue", [attention, of("serviceId")]),
            ("supportRequestTeamNewest", [of("teamId")]), ("supportRequestOwnNewest", [of("assigneeId")]),
            ("supportRequestServiceNewest", [of("serviceId")]),
        ]
        for (index, filters) in expected {
            for plan in try plans(test, SupportRequest.table, ListQuery(sort: newest, filters: filters)) {
                #expect(plan.contains(" USING INDEX \(index)") && !plan.contains("TEMP"), "\(plan)")
            }
        }
    }

    @Test("A queue that names no state is read from what isn't done with, then from whose it is")
    func queuesWithoutState() throws {
        let test = try TestStore()
        let due = [SortKey(member: "dueBy")]
        let expected: [(indexes: [String], filters: [Filter])] = [
            (["supportRequestOwnQueue", "supportRequestBy"], [Filter(member: "assigneeId", values: ["x"])]),
            (
                ["Queue", "supportRequestBy"],
                [Filter(member: "teamId", values: ["x"]), Filter(member: "assigneeId", comparison: .isNull, values: [true])]
            ),
            (["Queue", "supportRequest"], [Filter(member: "needsAttention", values: [true])]),
            (["supportRequestQueue"], [Filter(member: "dueBy", comparison: .lt, values: ["2026-01-01T00:00:00.000Z"])]),
        ]
        for (indexes, filters) in expected {
            let plans = try plans(test, SupportRequest.table, ListQuery(sort: due, filters: filters))
            try #require(plans.count == indexes.count)
            for (plan, index) in zip(plans, indexes) { #expect(plan.contains(index) && !plan.contains("ByDueBy"), "\(plan)") }
        }
    }

    @Test("The planner's figures of support requests are those of the schema, for every index, and stay so")
    func figures() throws {
        let test = try TestStore()
        try test.onWriter { database in
            func figures() throws -> [String] {
                try String.fetchAll(
                    database, sql: "SELECT idx || ' ' || stat FROM sqlite_stat1 WHERE tbl = 'supportRequest' ORDER BY 1")
            }
            let before = try figures()
            try database.execute(sql: "SELECT * FROM supportRequest WHERE state = 'open'; PRAGMA optimize")
            #expect(try figures() == before)
            let indexes = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'supportRequest' ORDER BY name")
            #expect(before.map { String($0.prefix { $0 != " " }) }.sorted() == indexes.sorted())
        }
    }

    @Test("Where a filter leaves only rows with a value, or only rows without, the others aren't looked for")
    func emptiedParts() throws {
        let test = try TestStore()
        func parts(_ filters: [Filter]) throws -> Int {
            try plans(test, SupportRequest.table, ListQuery(sort: [SortKey(member: "dueBy")], filters: filters)).count
        }
        let now: [JSON] = ["2026-01-01T00:00:00Z"]
        #expect(try parts([]) == 2)
        #expect(try parts([Filter(member: "openedAt", comparison: .lt, values: now)]) == 2)
        #expect(try parts([Filter(member: "dueBy", comparison: .lt, values: now)]) == 1)
        #expect(try parts([Filter(member: "dueBy", comparison: .isNull, values: [false])]) == 1)
        #expect(try parts([Filter(member: "dueBy", comparison: .isNull, values: [true])]) == 1)
        #expect(try parts([Filter(member: "dueBy", comparison: .ne, values: now)]) == 2)
    }
}
