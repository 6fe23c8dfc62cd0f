import Core
package import Domain
import GRDB

extension SchoolOverride: Stored {
    package static let table = Table(
        SchoolOverride.self, members: [.required("schoolId"), .required("member"), .instant("updatedAt")])
}

extension Transaction {
    package var overrides: OverrideRepository<Self> { OverrideRepository(transaction: self) }
}

package struct OverrideRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    package func of(schoolId: String) throws -> [SchoolOverride] {
        try transaction.all(SchoolOverride.self, where: "schoolId", is: schoolId)
    }

    package func find(schoolId: String, member: String) throws -> SchoolOverride? {
        try transaction.connection.database.cached(
            "SELECT \(SchoolOverride.table.selection) FROM schoolOverride WHERE schoolId = ? AND member = ?"
        ).first([.text(schoolId), .text(member)]) { try RowDecoder(row: $0).decode(SchoolOverride.self) }
    }

    /// All of them with the URN of their school, by URN and member.
    package func all() throws -> [RegisterReport.Overridden] {
        var found: [RegisterReport.Overridden] = []
        try transaction.connection.database.cached(
            """
            SELECT school.urn, member, registerValue, value FROM schoolOverride JOIN school ON school.id = schoolId ORDER BY urn, member
            """
        ).eachRow { row in
            found.append(.init(urn: row.text(0), member: row.text(1), registerValue: row.json(2), value: row.json(3)))
        }
        return found
    }
}
