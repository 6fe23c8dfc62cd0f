package import Domain

extension Trust: Stored {
    package static let table = Table(Trust.self, members: [])
}

extension Transaction {
    package var trust: TrustRepository<Self> { TrustRepository(transaction: self) }
}

package struct TrustRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The one trust; nil before the first start of the service.
    package func find() throws -> Trust? {
        try transaction.connection.database.cached("SELECT \(Trust.table.selection) FROM trust")
            .first { try RowDecoder(row: $0).decode(Trust.self) }
    }
}
