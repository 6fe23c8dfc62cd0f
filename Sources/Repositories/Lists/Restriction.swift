import Core
import Domain
import GRDB

/// What restricts the rows of a table to some of them: a condition and its arguments, and how many those are. Its text depends on few things,
/// so that statements are kept.
typealias Restriction = (sql: String, arguments: [SQLValue], share: Share)

enum Share { case few, some, many }

extension Database {
    /// The rows somebody may see; nil for all. `readsAll`: not a page of them is wanted, but all.
    func restriction(of table: Table, to visibility: Visibility, readsAll: Bool = false) throws -> Restriction? {
        let visible = try restriction(of: table, toAudienceOf: visibility, readsAll: readsAll)
        guard let own = table.schools.condition(visibility) else { return visible }
        guard let visible else { return (own.sql, own.arguments, .many) }
        return ("\(visible.sql) AND \(own.sql)", visible.arguments + own.arguments, visible.share)
    }

    private func restriction(
        of table: Table, toAudienceOf visibility: Visibility, readsAll: Bool
    ) throws -> Restriction? {
        guard case .shown(let array, isIndexed: true) = table.audience, let parties = visibility.parties else {
            return table.audience.condition(visibility).map { ($0.sql, $0.arguments, .many) }
        }
        return try restriction(of: table, withElementOf: array, .names(parties), readsAll: readsAll)
    }

    /// The rows with one of these values, as ``SQLValue/names(_:)``, in one of their arrays, which ``ElementSQL`` keeps in a table.
    ///
    /// How many elements that are decides how the rows are found: a list of hundreds of thousands is never read through for somebody who sees
    /// three. `isFurther`: few rows are left already where this is asked.
    func restriction(
        of table: Table, withElementOf array: String, _ values: SQLValue, readsAll: Bool = false, isFurther: Bool = false
    ) throws -> Restriction {
        let elements = ElementSQL.name(table.name, array)
        let isOne = "value IN (SELECT value FROM json_each(?))"
        let count = try cached("SELECT count(*) FROM (SELECT 1 FROM \(elements) WHERE \(isOne) LIMIT \(Self.some + 1))")
            .first([values]) { Int($0.integer(0)) }
        let found = "id IN (SELECT ownerId FROM \(elements) WHERE \(isOne))"
        return switch count ?? 0 {
        // Few: these, put in order.
        case ...(readsAll ? Self.some : Self.few): (found, [values], .few)
        // Some: in the order of the list, whose index says which rows are among these; `+id` is no index.
        case ...Self.some where !isFurther: ("+" + found, [values], .some)
        // Many: in the order of the list, each row looked up; a page is soon full.
        default: ("EXISTS (SELECT 1 FROM \(elements) WHERE ownerId = \(table.name).id AND \(isOne))", [values], .many)
        }
    }

    // Where one way becomes faster than the other, with 100,000 support requests and with twice as many.
    private static var few: Int { 1_000 }
    static var some: Int { 5_000 }
}
