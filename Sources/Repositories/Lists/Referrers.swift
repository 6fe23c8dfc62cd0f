import Domain
import GRDB

/// A column whose foreign key keeps the rows it names from being deleted.
struct Referrer: Hashable {
    let table: String
    let column: String
}

extension Transaction {
    /// All that refer to rows of a table and don't go with them.
    func referrers(to table: String) throws -> [Referrer] {
        let sql = """
            SELECT referrer.name, key."from" FROM sqlite_schema AS referrer JOIN pragma_foreign_key_list(referrer.name) AS key
            WHERE referrer.type = 'table' AND key."table" = ? AND key.on_delete = 'NO ACTION' ORDER BY 1, 2
            """
        var found: [Referrer] = []
        try connection.database.cached(sql).eachRow([.text(table)]) { found.append(Referrer(table: $0.text(0), column: $0.text(1))) }
        return found
    }
}

extension WriteTransaction {
    /// Runs the deletion of a row. Throws ``DomainError/conflict(_:)`` naming the kind of record that still refers to it.
    func deleting(_ id: String, from table: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY {
            let kept = try referrers(to: table).first { referrer in
                try connection.database.cached("SELECT 1 FROM \(referrer.table) WHERE \(Table.quoted(referrer.column)) = ? LIMIT 1")
                    .first([.text(id)]) { _ in true } != nil
            }
            guard let kept else { throw error }
            throw DomainError.conflict(
                "A record of the type \(kept.table) refers to it in \(kept.column). Delete that first, or keep both.")
        }
    }
}
