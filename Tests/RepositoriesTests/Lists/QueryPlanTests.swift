import Core
import Domain
import GRDB
import Testing

@testable import Repositories

/// What SQLite intends to do with each list, alone: never walk the table, never sort.
@Suite struct QueryPlanTests {
    private static let tables = Dictionary(uniqueKeysWithValues: StoredTypes.all.map { ($0.table.name, $0.table) })

    private func plans(_ test: TestStore, _ table: Repositories.Table, _ query: ListQuery) throws -> [String] {
        let list = try ListSQL(table, query, selecting: table.selection)
        return try test.onWriter { database in
            try list.parts.map { part in
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
        let table = School.table
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
                    let list = try ListSQL(table, query, visibleTo: .everything, selecting: "id, etag")
                    if list.isCommon { kept.formUnion(list.parts.map(\.sql) + [list.count.sql]) }
                }
            }
        }
        #expect((2..<250).contains(kept.count))
        let cursor = Core.Cursor(fingerprint: "", values: ["x", "sch_x"])
        let sorted = ListQuery(cursor: cursor, sort: [SortKey(member: "name")])
        #expect(try !ListSQL(table, sorted, visibleTo: .everything, selecting: "id").isCommon)
    }
}
