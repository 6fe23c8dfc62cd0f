import Core
import Domain
import GRDB

/// One list as SQL. Keyset pagination, nulls last.
///
/// A list that starts with a nullable member is read in two parts, rows with a value and then rows without: both are ranges of the plain
/// index `(member, id)`, forwards and backwards, which `ORDER BY member IS NULL, member` is not.
struct ListSQL {
    /// One part: a complete query but for LIMIT.
    struct Part {
        let sql: String
        let arguments: [SQLValue]
    }

    /// In reading order. Each row has the selected columns, then one per sort key.
    private(set) var parts: [Part] = []
    /// Counts all rows the filters find, wherever the cursor stands.
    let count: Part
    /// Whether the texts are few enough to keep their prepared statements.
    let isCommon: Bool
    /// How many columns follow the selection: the sort keys.
    let sortKeys: [SortKey]

    /// Throws ``StoreError/notListable(table:member:)`` when the contract allows what the table can't, ``DomainError/invalid(_:)`` for a
    /// cursor that isn't ours.
    ///
    /// `readsAll`: not a page is wanted, but the whole list.
    init(
        _ table: Table, _ query: ListQuery, visibleTo visibility: Visibility, in database: Database, selecting selection: String,
        readsAll: Bool = false
    ) throws {
        // What follows an id says nothing more.
        let lastKey = query.sort.firstIndex { $0.member == "id" } ?? query.sort.count
        sortKeys = Array(query.sort[..<lastKey])
        let descends = lastKey < query.sort.count ? query.sort[lastKey].descending : sortKeys.last?.descending ?? false
        let filters = try ListFilters(table, query, visibleTo: visibility, in: database, readsAll: readsAll)
        let counted =
            query.countsTotal ? try ListFilters(table, query, visibleTo: visibility, in: database, readsAll: true) : filters
        // `+id` is the same value and no index.
        let id = try sortKeys.isEmpty && filters.isNarrowedByRange() ? "+id" : "id"
        let order = try Order(table: table, keys: sortKeys, id: id, idDescends: descends)
        count = Part(sql: "SELECT count(*) FROM \(table.name)" + counted.clause(), arguments: counted.arguments)
        isCommon = Self.isCommon(query)

        let keys = sortKeys.map { Table.quoted($0.member) }
        let select = "SELECT \(([selection] + keys).joined(separator: ", ")) FROM \(table.name)"
        let cursor = try query.cursor.map { try order.values(of: $0) }
        for section in order.sections where !query.filters.contains(where: section.isEmptied(by:)) {
            guard let position = try order.position(in: section, cursor) else { continue }
            let conditions =
                section.conditions(table, isNarrowed: filters.isNarrowedByPoint) + [position.condition].compactMap(\.self)
            parts.append(
                Part(
                    sql: select + filters.clause(adding: conditions) + " ORDER BY " + order.terms(in: section),
                    arguments: filters.arguments + position.arguments))
        }
    }
}

extension ListSQL {
    /// The first page by one member or none, the next ones of the plain list, and one member equal to one value: a few dozen texts for each
    /// table. A kept statement is never forgotten, on any connection, so everything that can be combined is prepared anew.
    private static func isCommon(_ query: ListQuery) -> Bool {
        guard query.text == nil, query.updatedSince == nil, query.asOf == nil else { return false }
        if query.filters.isEmpty { return query.sort.isEmpty || (query.sort.count == 1 && query.cursor == nil) }
        guard query.filters.count == 1, query.sort.isEmpty, query.cursor == nil else { return false }
        return query.filters[0].comparison == .eq && query.filters[0].values.count == 1
    }
}

/// The order of a list and where a cursor stands in it.
private struct Order {
    /// Rows whose first key has a value, rows whose first key has none, or simply all.
    enum Section {
        case withValue(String)
        case withoutValue(String)
        case all

        /// Whether a filter leaves nothing in it: looking for that would be going through everything.
        func isEmptied(by filter: Filter) -> Bool {
            switch self {
            case .withValue(let member): member == filter.member && filter.asksForNone
            case .withoutValue(let member): member == filter.member && filter.asksForValue
            case .all: false
            }
        }

        /// `isNarrowed`: SQLite is kept from an index of everything without a value, by `+`.
        func conditions(_ table: Table, isNarrowed: Bool) -> [String] {
            switch self {
            case .withValue(let member):
                ["\(Table.quoted(member)) IS NOT NULL"]
                    + [table.unfinished].compactMap { $0?.holds(forThoseWith: member) == true ? $0?.condition : nil }
            case .withoutValue(let member): ["\(isNarrowed ? "+" : "")\(Table.quoted(member)) IS NULL"]
            case .all: []
            }
        }
    }

    private struct Key {
        let member: String
        let column: String
        let isNullable: Bool
        let descends: Bool

        var direction: String { descends ? " DESC" : "" }
        var beyond: String { descends ? "<" : ">" }
    }

    /// The sort keys and, always last, the id.
    private let keys: [Key]

    init(table: Table, keys: [SortKey], id: String, idDescends: Bool) throws {
        self.keys =
            try keys.map { key in
                guard let member = table.members[key.member], member.array == nil, !member.isUnique else {
                    throw StoreError.notListable(table: table.name, member: key.member)
                }
                return Key(member: key.member, column: Table.quoted(key.member), isNullable: member.isNullable, descends: key.descending)
            } + [Key(member: "id", column: id, isNullable: false, descends: idDescends)]
    }

    var sections: [Section] { keys[0].isNullable ? [.withValue(keys[0].member), .withoutValue(keys[0].member)] : [.all] }

    func terms(in section: Section) -> String {
        var keys = self.keys[...]
        var terms: [String] = []
        switch section {
        case .withValue:
            let first = keys.removeFirst()
            terms = [first.column + first.direction]
        case .withoutValue: keys.removeFirst()
        case .all: break
        }
        for key in keys { terms += (key.isNullable ? ["\(key.column) IS NULL"] : []) + [key.column + key.direction] }
        return terms.joined(separator: ", ")
    }

    func values(of cursor: Core.Cursor) throws -> [SQLValue] {
        let values = cursor.values.compactMap(SQLValue.init)
        guard values.count == keys.count, cursor.values.count == keys.count, zip(keys, values).allSatisfy({ $0.isNullable || $1 != .null })
        else {
            throw DomainError.invalid([FieldError(parameter: "cursor", code: "invalid-cursor", detail: "is not a cursor of this list")])
        }
        return values
    }

    /// What restricts a section to the rows after the cursor; nil when the whole section lies before it.
    func position(in section: Section, _ cursor: [SQLValue]?) throws -> (condition: String?, arguments: [SQLValue])? {
        guard let cursor else { return (nil, []) }
        switch section {
        case .withValue:
            guard cursor[0] != .null else { return nil }
            return after(0, cursor, firstIsNullable: false)
        case .withoutValue:
            // Not there yet: the section is read from its start.
            guard cursor[0] == .null else { return (nil, []) }
            return after(1, cursor, firstIsNullable: keys[1].isNullable)
        case .all:
            return after(0, cursor, firstIsNullable: false)
        }
    }

    /// Rows strictly after the cursor, judged by the keys from `index` on.
    private func after(_ index: Int, _ cursor: [SQLValue], firstIsNullable: Bool) -> (condition: String?, arguments: [SQLValue]) {
        let key = keys[index]
        let value = cursor[index]
        guard index < keys.count - 1 else { return ("\(key.column) \(key.beyond) ?", [value]) }
        if index == keys.count - 2, !firstIsNullable, key.descends == keys[index + 1].descends {
            // A row value seeks in the index by both columns.
            return ("(\(key.column), \(keys[index + 1].column)) \(key.beyond) (?, ?)", [value, cursor[index + 1]])
        }
        let rest = after(index + 1, cursor, firstIsNullable: keys[index + 1].isNullable)
        let restCondition = rest.condition ?? "TRUE"
        if firstIsNullable, value == .null { return ("(\(key.column) IS NULL AND \(restCondition))", rest.arguments) }
        let beyond = firstIsNullable ? "(\(key.column) \(key.beyond) ? OR \(key.column) IS NULL)" : "\(key.column) \(key.beyond) ?"
        let either = "(\(beyond) OR (\(key.column) = ? AND \(restCondition)))"
        let arguments = [value, value] + rest.arguments
        // The first key's own bound is what an index can seek by.
        return firstIsNullable ? (either, arguments) : ("(\(key.column) \(key.beyond)= ? AND \(either))", [value] + arguments)
    }
}

extension Filter {
    /// Whether only rows without a value of the member are found.
    var asksForNone: Bool { comparison == .isNull && values == [true] }
    /// Whether only rows with one are.
    var asksForValue: Bool { !asksForNone && ![.ne, .nin].contains(comparison) }
}
