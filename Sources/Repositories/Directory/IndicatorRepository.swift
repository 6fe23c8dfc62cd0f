package import Domain
import GRDB

extension Indicator: Stored {
    package static let table = Table(
        Indicator.self,
        members: [
            .required("schoolId"), .required("measure"), .required("period"), .required("source"), .optional("asAt"),
            .instant("updatedAt"),
        ], audience: .leadership(school: "schoolId"))
}

extension Transaction {
    package var indicators: IndicatorRepository<Self> { IndicatorRepository(transaction: self) }
}

package struct IndicatorRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The one figure of a school for a measure and period from a source.
    package func find(schoolId: String, measure: String, period: String, source: String) throws -> Indicator? {
        let sql = """
            SELECT \(Indicator.table.selection) FROM indicator WHERE schoolId = ? AND measure = ? AND period = ? AND source = ?
            """
        return try transaction.connection.database.cached(sql).first([.text(schoolId), .text(measure), .text(period), .text(source)]) {
            try RowDecoder(row: $0).decode(Indicator.self)
        }
    }
}
