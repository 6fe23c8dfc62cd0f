import Core
import Domain
import GRDB

/// The WHERE clause of a list: filters, full-text words and `updatedSince`, all of which must hold.
struct ListFilters {
    private var conditions: [String] = []
    private(set) var arguments: [SQLValue] = []
    /// What is asked of members as ranges.
    private var ranges: [(condition: String, values: [SQLValue])] = []
    /// Whether something narrower is asked: equality, absence, words.
    private var hasPoint = false
    /// Whether no more than some rows are seen, or asked for by an element of an array.
    private var isRestricted = false
    /// Whether only what isn't done with is asked for, which has indexes of its own.
    private var isOfUnfinished = false
    private let table: Table
    private let database: Database
    private let readsAll: Bool

    /// `readsAll`: not a page of the list is wanted, but all of it, or how many there are.
    init(
        _ table: Table, _ query: ListQuery, visibleTo visibility: Visibility, in database: Database, readsAll: Bool = false
    ) throws {
        self.table = table
        self.database = database
        self.readsAll = readsAll
        if let visible = try database.restriction(of: table, to: visibility, readsAll: readsAll) { add(visible) }
        for filter in query.filters { try add(filter) }
        if let text = query.text {
            try addSearch(table.takesExpressions ? SearchExpression(text).match : SearchText.match(text, prefixes: .last))
        }
        if let since = query.updatedSince { addRange("\"updatedAt\" >= ?", [.instant(since)]) }
        if let day = query.asOf {
            guard let holds = table.asOf else { throw StoreError.notListable(table: table.name, member: "asOf") }
            add("(\(holds))", [.text(day.description), .text(day.description)])
        }
    }

    /// Whether nothing is asked.
    var isEmpty: Bool { conditions.isEmpty }

    /// ` WHERE …`, or nothing when nothing is asked.
    func clause(adding further: [String] = []) -> String {
        let all = conditions + further
        return all.isEmpty ? "" : " WHERE " + all.joined(separator: " AND ")
    }

    private mutating func add(_ condition: String, _ values: [SQLValue]) {
        conditions.append(condition)
        arguments += values
    }

    private mutating func addRange(_ condition: String, _ values: [SQLValue]) {
        ranges.append((condition, values))
        add(condition, values)
    }

    private mutating func addPoint(_ condition: String, _ values: [SQLValue]) {
        hasPoint = true
        add(condition, values)
    }

    /// Whether the index of a range is all that narrows the list down, and does. SQLite, left alone, reads a list in the order of ids then and
    /// looks at every row, which is right only where many are in the range: a page is soon full.
    func isNarrowedByRange() throws -> Bool {
        guard !hasPoint, !ranges.isEmpty else { return false }
        let within = ranges.map(\.condition).joined(separator: " AND ")
        let sql = "SELECT count(*) FROM (SELECT 1 FROM \(table.name) WHERE \(within) LIMIT \(Database.some + 1))"
        return try database.prepared(sql).first(ranges.flatMap(\.values)) { $0.integer(0) <= Database.some } ?? true
    }

    /// Whether an index of what is asked for finds less than one of everything without a value does.
    var isNarrowedByPoint: Bool { hasPoint && !isOfUnfinished }

    private mutating func add(_ restriction: Restriction) {
        (hasPoint, isRestricted) = (hasPoint || restriction.share == .few, isRestricted || restriction.share != .many)
        add(restriction.sql, restriction.arguments)
    }

    private mutating func add(_ filter: Filter) throws {
        if filter.comparison == .contains { return try addContains(filter) }
        guard let member = table.members[filter.member] else { throw StoreError.notListable(table: table.name, member: filter.member) }
        if let array = member.array {
            guard filter.comparison == .eq else { throw Self.invalid(filter) }
            let values = SQLValue.names(filter.values.map { $0.stringValue ?? String(decoding: $0.bytes, as: UTF8.self) })
            return add(
                try database.restriction(of: table, withElementOf: array, values, readsAll: readsAll, isFurther: isRestricted))
        }
        let values = try filter.values.map { try value($0, of: member) }
        let column = Table.quoted(member.name)
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        if let unfinished = table.unfinished, unfinished.holds(for: filter) {
            isOfUnfinished = true
            add(unfinished.condition, [])
        }
        guard !member.isUnique || filter.comparison == .eq else { throw Self.invalid(filter) }
        switch filter.comparison {
        case .eq:
            // Written out, a boolean is what an index of those rows alone has.
            if filter.values == [true] { return addPoint("\(column) = 1", []) }
            addPoint(values.count == 1 ? "\(column) = ?" : "\(column) IN (\(marks))", values)
        // A row without a value is not equal to one.
        case .ne where values.count == 1: add("\(column) IS NOT ?", values)
        case .ne, .nin:
            add(member.isNullable ? "(\(column) IS NULL OR \(column) NOT IN (\(marks)))" : "\(column) NOT IN (\(marks))", values)
        case .lt: addRange("\(column) < ?", [try one(values, filter)])
        case .lte: addRange("\(column) <= ?", [try one(values, filter)])
        case .gt: addRange("\(column) > ?", [try one(values, filter)])
        case .gte: addRange("\(column) >= ?", [try one(values, filter)])
        case .isNull where try one(values, filter) == .integer(0): add("\(column) IS NOT NULL", [])
        case .isNull: addPoint("\(column) IS NULL", [])
        case .startsWith:
            guard case .text(let start) = try one(values, filter) else { throw Self.invalid(filter) }
            // Nothing sorts after U+10FFFF, so this is the whole range of texts that begin so.
            addRange("(\(column) >= ? AND \(column) < ?)", [.text(start), .text(start + "\u{10FFFF}")])
        case .contains: throw Self.invalid(filter)
        }
    }

    /// Words, or beginnings of words, within one member.
    private mutating func addContains(_ filter: Filter) throws {
        guard table.searchMembers.contains(filter.member) else { throw StoreError.notListable(table: table.name, member: filter.member) }
        for value in filter.values {
            guard let text = value.stringValue else { throw Self.invalid(filter) }
            try addSearch(SearchText.match(text, prefixes: .all, member: filter.member))
        }
    }

    /// `match` is nil when there is nothing to look for.
    private mutating func addSearch(_ match: String?) throws {
        guard let index = table.searchIndex else { throw StoreError.notListable(table: table.name, member: "q") }
        guard let match else { return add("FALSE", []) }
        addPoint("rowid IN (SELECT rowid FROM \(index) WHERE \(index) MATCH ?)", [.text(match)])
    }

    private func value(_ json: JSON, of member: Table.Member) throws -> SQLValue {
        guard let value = SQLValue(json) else { throw StoreError.notListable(table: table.name, member: member.name) }
        if member.isInstant, let text = json.stringValue, let instant = Instant(text) { return .instant(instant) }
        return value
    }

    private func one(_ values: [SQLValue], _ filter: Filter) throws -> SQLValue {
        guard values.count == 1 else { throw Self.invalid(filter) }
        return values[0]
    }

    private static func invalid(_ filter: Filter) -> DomainError {
        .invalid([
            FieldError(
                parameter: "\(filter.member).\(filter.comparison.rawValue)", code: "invalid-value",
                detail: "takes exactly one value of its kind")
        ])
    }
}

/// What people type, made into an FTS5 query that is never a syntax error.
enum SearchText {
    /// Which words may be the beginning of one.
    enum Prefixes { case all, last }

    /// How many words count; a query of thousands would be slow and means nothing.
    private static let wordLimit = 32

    /// All the words, in any of the columns or in one. nil when there is none, only punctuation.
    static func match(_ text: String, prefixes: Prefixes, member: String? = nil) -> String? {
        let words = text.split { $0.isWhitespace || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
            .filter { $0.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
            .prefix(wordLimit)
        guard !words.isEmpty else { return nil }
        // Quoted, a word is a phrase of its tokens and never an operator.
        var phrases = words.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
        for index in phrases.indices where prefixes == .all || index == phrases.count - 1 { phrases[index] += "*" }
        let all = phrases.joined(separator: " ")
        return member.map { "\"\($0)\" : (\(all))" } ?? all
    }
}
