import Core
import Domain

/// Which columns of a table say which schools a row concerns: the SQL side of ``Resource/concerningMembers``, and the rule beside ``AudienceColumns``.
/// Whoever is bound to schools reads what concerns one of them, and what is the trust's.
struct SchoolColumns: Sendable {
    /// Each with a school, or none.
    private let columns: [String]
    /// Each with an array of schools.
    private let arrays: [String]
    /// A column with support requests, one or an array of them: what belongs to a request concerns whom that does.
    private let requests: String?

    init(members: [String], requests: String? = nil) {
        arrays = members.filter { $0.hasSuffix("Ids") }
        columns = members.filter { !$0.hasSuffix("Ids") }
        self.requests = requests
    }

    /// Whether it follows from other rows, so that these can move without it.
    var followsRequests: Bool { requests != nil }

    /// Whether every row is the trust's.
    var areTrusts: Bool { columns.isEmpty && arrays.isEmpty && requests == nil }

    /// What restricts rows to those for somebody bound to schools; nil when nothing does.
    func condition(_ visibility: Visibility) -> AudienceColumns.Condition? {
        guard let schools = visibility.schools, !areTrusts else { return nil }
        if let requests {
            let own = SupportRequest.table.schools.alternatives
            let sql = """
                EXISTS (SELECT 1 FROM json_each(\(Self.asArray(requests))) AS named JOIN supportRequest ON supportRequest.id = named.value
                WHERE \(own.joined(separator: " OR ")))
                """
            return (sql, Array(repeating: SQLValue.names(schools), count: own.count - 1))
        }
        return (
            "(" + alternatives.joined(separator: " OR ") + ")",
            Array(repeating: SQLValue.names(schools), count: columns.count + arrays.count)
        )
    }

    /// Of no school at all; of one of those in the argument, which each of the others takes.
    private var alternatives: [String] {
        let none = columns.map { "\(Table.quoted($0)) IS NULL" } + arrays.map { "\(Table.quoted($0)) = '[]'" }
        let one = columns.map { "\(Table.quoted($0)) IN (SELECT value FROM json_each(?))" }
        let any = arrays.map {
            "EXISTS (SELECT 1 FROM json_each(\(Table.quoted($0))) AS concerned WHERE concerned.value IN (SELECT value FROM json_each(?)))"
        }
        return [none.joined(separator: " AND ")] + one + any
    }

    private static func asArray(_ column: String) -> String {
        column.hasSuffix("Ids") ? Table.quoted(column) : "json_array(\(Table.quoted(column)))"
    }

    /// The schools a row of these values concerns, for its history.
    func concerned(_ values: [SQLValue], of table: Table, _ transaction: some Transaction) throws -> [String] {
        func texts(_ column: String) throws -> [String] {
            guard let index = table.columns.firstIndex(of: column) else { return [] }
            switch values[index] {
            case .text(let text): return [text]
            case .json(let text): return try JSON(parsing: Array(text.utf8)).arrayValue?.compactMap(\.stringValue) ?? []
            default: return []
            }
        }
        var schools = Set(try (columns + arrays).flatMap(texts))
        if let requests {
            for id in try texts(requests) { schools.formUnion(try transaction.find(SupportRequest.self, id: id)?.schoolIds ?? []) }
        }
        return schools.sorted()
    }
}

extension Visibility {
    /// What restricts history, by its column `schools`, to what is for somebody bound to schools; nil when nothing does. What was written before
    /// there was such a column is for nobody who is.
    var historyCondition: AudienceColumns.Condition? {
        schools.map {
            (
                "(schools = '[]' OR EXISTS (SELECT 1 FROM json_each(schools) AS concerned WHERE concerned.value IN (SELECT value FROM json_each(?))))",
                [SQLValue.names($0)]
            )
        }
    }
}
