import Domain
import GRDB

/// What restricts the rows of a table to some of them: a condition and its arguments. The text depends on few things, so that statements are
/// kept.
typealias Restriction = (sql: String, arguments: [SQLValue])

extension Database {
    /// The rows somebody may see; nil for all.
    func restriction(of table: Table, to visibility: Visibility) throws -> Restriction? {
        guard case .shown(let array, isIndexed: true) = table.audience, let parties = visibility.parties else {
            return table.audience.condition(visibility)
        }
        return try restriction(of: table, withElementOf: array, "value IN (SELECT value FROM json_each(?))", [.names(parties)])
    }

    /// The rows with an element in one of their arrays, which ``ElementSQL`` keeps in a table, of which `condition` holds.
    ///
    /// How many there are decides how they are found: a list of hundreds of thousands is never read through for somebody who sees three.
    func restriction(
        of table: Table, withElementOf array: String, _ condition: String, _ arguments: [SQLValue]
    ) throws -> Restriction {
        let elements = ElementSQL.name(table.name, array)
        let count = try cached("SELECT count(*) FROM (SELECT 1 FROM \(elements) WHERE \(condition) LIMIT \(Self.some + 1))")
            .first(arguments) { Int($0.integer(0)) }
        let found = "id IN (SELECT ownerId FROM \(elements) WHERE \(condition))"
        return switch count ?? 0 {
        // Few: these, put in order.
        case ...Self.few: (found, arguments)
        // Some: in the order of the list, whose index says which rows are among these; `+id` is no index.
        case ...Self.some: ("+" + found, arguments)
        // Many: in the order of the list, each row looked up; a page is soon full.
        default: ("EXISTS (SELECT 1 FROM \(elements) WHERE ownerId = \(table.name).id AND \(condition))", arguments)
        }
    }

    // Where one way becomes faster than the other, with 100,000 support requests and with twice as many.
    private static var few: Int { 1_000 }
    private static var some: Int { 5_000 }
}
