package import Core
package import Domain
import GRDB

extension Inspection: Stored {
    package static let table = Table(
        Inspection.self,
        members: [
            .required("schoolId"), .required("regime"), .required("visitType"), .required("inspectedUrn"), .required("inspectedOn"),
            .optional("publishedOn"), .optional("categoryOfConcern"), .required("relativeToJoining"), .instant("updatedAt"),
        ])
}

extension Transaction {
    package var inspections: InspectionRepository<Self> { InspectionRepository(transaction: self) }
}

package struct InspectionRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The school's last outcome of an inspection on this day or before.
    package func latest(of schoolId: String, on day: LocalDate) throws -> Inspection? {
        let sql = """
            SELECT \(Inspection.table.selection) FROM inspection WHERE schoolId = ? AND inspectedOn <= ?
            ORDER BY inspectedOn DESC, publishedOn DESC, id DESC LIMIT 1
            """
        return try transaction.connection.database.cached(sql).first([.text(schoolId), .text(day.description)]) {
            try RowDecoder(row: $0).decode(Inspection.self)
        }
    }

    /// Another record of the same visit.
    package func other(than item: Inspection) throws -> Inspection? {
        try transaction.all(Inspection.self, where: "schoolId", is: item.schoolId).first {
            $0.inspectedOn == item.inspectedOn && $0.visitType == item.visitType && $0.id != item.id
        }
    }
}
