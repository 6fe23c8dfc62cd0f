package import Domain
import GRDB

extension ImportJob: Stored {
    package static let table = Table(
        ImportJob.self, members: [.required("status"), .instant("createdAt"), .instant("updatedAt")], isVolatile: true,
        audience: .parties(["id"], always: Audience.administrators))
}

extension Transaction {
    package var imports: ImportJobRepository<Self> { ImportJobRepository(transaction: self) }
}

package struct ImportJobRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// All in this state, oldest first.
    package func all(status: ImportJob.Status) throws -> [ImportJob] {
        try transaction.all(ImportJob.self, where: "status", is: status.rawValue)
    }
}

extension ImportJobRepository<BookkeepingTransaction> {
    /// Progress: everything but identity and version is stored as it is, unless the job is gone.
    package func save(_ job: ImportJob) throws {
        let fixed: Set<String> = ["id", "createdAt", "updatedAt", "etag"]
        let values = zip(ImportJob.table.columns, try RowEncoder.values(of: job, columns: ImportJob.table.columns))
            .filter { !fixed.contains($0.0) }
        let assignments = values.map { "\(Table.quoted($0.0)) = ?" }.joined(separator: ", ")
        try transaction.connection.database.cached("UPDATE importJob SET \(assignments) WHERE id = ?").run(
            values.map(\.1) + [.text(job.id)])
    }
}
