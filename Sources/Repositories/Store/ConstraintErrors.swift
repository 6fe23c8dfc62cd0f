import Core
import Domain
import GRDB

/// Runs a statement that changes a table; a violated unique index becomes ``DomainError/duplicate(_:)`` naming the member. Any other
/// constraint is a mistake of ours and stays an internal error.
func translatingConstraints(_ table: Table, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as DatabaseError
        where [.SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY].contains(error.extendedResultCode)
    {
        guard let member = uniqueMember(table, error.message ?? "") else { throw error }
        throw DomainError.duplicate(
            FieldError(
                pointer: "/" + member, code: "duplicate", detail: "is already taken by another \(table.type?.rawValue ?? table.name)"))
    }
}

/// SQLite says only in words which index it was: `UNIQUE constraint failed: school.urn`.
private func uniqueMember(_ table: Table, _ message: String) -> String? {
    guard let colon = message.firstIndex(of: ":") else { return nil }
    let column = message[message.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "," }.split(separator: ".")
    guard column.count == 2 else { return nil }
    return column[0] == table.name ? String(column[1]) : table.sideTables[String(column[0])]
}
