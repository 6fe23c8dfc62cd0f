import Core
package import Domain

/// A resource that is kept in a table of its own; the generic reads and writes work on any of them.
package protocol Stored: Resource {
    static var table: Table { get }
}

/// How a resource is kept: its columns are its members, in declaration order, under the same names.
package struct Table: Sendable {
    /// A member that lists may filter and sort by; an index `(member, id)` serves it.
    package struct Member: Sendable {
        let name: String
        let isNullable: Bool
        /// Filter values are brought into the stored form before they are compared.
        var isInstant = false
        /// The array whose elements are asked for, each by itself; such a member is for filters with equality only.
        var array: String?
        /// Unique where it has a value: for filters with equality only, since SQLite takes those without for a single row.
        var isUnique = false

        static func required(_ name: String) -> Member { Member(name: name, isNullable: false) }
        static func optional(_ name: String) -> Member { Member(name: name, isNullable: true) }
        static func unique(_ name: String) -> Member { Member(name: name, isNullable: true, isUnique: true) }
        static func instant(_ name: String, isNullable: Bool = false) -> Member {
            Member(name: name, isNullable: isNullable, isInstant: true)
        }
        /// Those with this element in their array, served by the table that ``ElementSQL`` makes: `schoolId` of `schoolIds`.
        static func element(_ name: String, of array: String) -> Member { Member(name: name, isNullable: false, array: array) }
    }

    /// The rows that aren't done with: indexes `WHERE` ``condition`` hold those alone.
    package struct Unfinished: Sendable {
        private let member: String
        private let ends: [String]
        private let having: Set<String>

        /// - Parameters:
        ///   - ends: what the member is for rows that are done with.
        ///   - having: members that have a value in other rows alone.
        init(_ member: String, isNot ends: [String], having: Set<String>) {
            (self.member, self.ends, self.having) = (member, ends, having)
        }

        /// As the indexes have it; SQLite doesn't see that it follows from `state IN ('new', 'open')`.
        var condition: String { "\(member) NOT IN (\(ends.map { "'\($0)'" }.joined(separator: ", ")))" }

        /// Whether a filter finds no others.
        func holds(for filter: Filter) -> Bool {
            if having.contains(filter.member) { return filter.asksForValue }
            return filter.member == member && filter.comparison == .eq
                && !filter.values.contains { $0.stringValue.map(ends.contains) ?? true }
        }

        /// Whether rows with a value of the member are all among them.
        func holds(forThoseWith member: String) -> Bool { having.contains(member) }
    }

    let name: String
    /// nil for records that are no resources.
    let type: ResourceType?
    let columns: [String]
    /// Members with an index, by name; `id` is always among them.
    let members: [String: Member]
    /// The full-text index over the table's text, by the table's `rowid`; nil when there is none.
    let searchIndex: String?
    /// Whether `q` is an expression, ``SearchExpression``, and not just words.
    let takesExpressions: Bool
    /// Another table's full-text index that holds text of this one as well.
    let alsoIndexedBy: String?
    /// Members of the full-text index that take `contains`.
    let searchMembers: Set<String>
    /// Whether bookkeeping changes members without a new version: then encoded bytes can't be kept by version.
    let isVolatile: Bool
    /// Who may see a row.
    let audience: AudienceColumns
    /// Which schools a row concerns.
    let schools: SchoolColumns
    /// What `asOf` asks of a row, with the day as its argument, twice; nil where nothing is dated.
    let asOf: String?
    /// Which rows aren't done with, where those are few beside the others.
    let unfinished: Unfinished?
    /// Which member is at fault when a unique index of a side table is violated.
    let sideTables: [String: String]

    let selection: String
    let selectByID: String
    let insert: String
    /// The same for ``rowsAtOnce`` rows.
    let insertMany: String

    init<R: Resource>(
        _ resource: R.Type, members: [Member], searchIndex: String? = nil, searchMembers: Set<String> = [],
        takesExpressions: Bool = false, alsoIndexedBy: String? = nil, isVolatile: Bool = false,
        audience: AudienceColumns = .directory, ofRequests: String? = nil, asOf: String? = nil, unfinished: Unfinished? = nil,
        sideTables: [String: String] = [:]
    ) {
        schools = SchoolColumns(members: R.concerningMembers, requests: ofRequests)
        type = R.type
        name = R.type.table
        columns = R.CodingKeys.allCases.map(\.stringValue)
        self.members = Dictionary(([.required("id")] + members).map { ($0.name, $0) }) { first, _ in first }
        self.searchIndex = searchIndex
        self.searchMembers = searchMembers
        self.takesExpressions = takesExpressions
        self.alsoIndexedBy = alsoIndexedBy
        self.isVolatile = isVolatile
        self.audience = audience
        self.asOf = asOf ?? (columns.contains("endsOn") ? Self.holds : nil)
        self.unfinished = unfinished
        self.sideTables = sideTables
        selection = columns.map(Self.quoted).joined(separator: ", ")
        selectByID = "SELECT \(selection) FROM \(name) WHERE id = ?"
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        insert = "INSERT INTO \(name) (\(selection)) VALUES (\(marks))"
        let rows = Array(repeating: "(\(marks))", count: Self.rowsAtOnce).joined(separator: ", ")
        insertMany = "INSERT INTO \(name) (\(selection)) VALUES \(rows)"
    }

    /// Each statement on a table with triggers begins with a savepoint, before which the full-text index is written out: most of that is
    /// saved by few rows at once.
    static let rowsAtOnce = 20

    /// A table of records that are no resources: read-only, all of it for whoever may read any.
    init(record name: String, columns: [String], members: [Member]) {
        self.name = name
        type = nil
        self.columns = columns
        self.members = Dictionary(([.required("id")] + members).map { ($0.name, $0) }) { first, _ in first }
        searchIndex = nil
        searchMembers = []
        takesExpressions = false
        alsoIndexedBy = nil
        isVolatile = true
        audience = .directory
        schools = SchoolColumns(members: [])
        asOf = nil
        unfinished = nil
        sideTables = [:]
        selection = columns.map(Self.quoted).joined(separator: ", ")
        selectByID = "SELECT \(selection) FROM \(name) WHERE id = ?"
        insert = ""
        insertMany = ""
    }

    /// Rows whose member is the argument numbered `?1`: of the column, or an element of the array.
    func condition(_ member: String) -> String? {
        if let array = members[member]?.array {
            return "id IN (SELECT ownerId FROM \(ElementSQL.name(name, array)) WHERE value = ?1)"
        }
        return columns.contains(member) ? "\(Self.quoted(member)) = ?1" : nil
    }

    /// Whether a dated fact holds on a day.
    static let holds = "(startsOn IS NULL OR startsOn <= ?) AND (endsOn IS NULL OR endsOn >= ?)"

    static func quoted(_ column: String) -> String { "\"\(column)\"" }
}
