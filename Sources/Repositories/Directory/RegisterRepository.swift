import GRDB

extension Transaction {
    package var register: RegisterRepository<Self> { RegisterRepository(transaction: self) }
}

/// Digests of the register's rows as last imported: what lets an unchanged row be passed over without reading the school.
package struct RegisterRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    package func digest(urn: String) throws -> [UInt8]? {
        try transaction.connection.database.cached("SELECT digest FROM registerRow WHERE urn = ?").first([.text(urn)]) { $0.blob(0) }
    }

    /// Those that are known of these URNs.
    package func digests(urns: some Sequence<String>) throws -> [String: [UInt8]] {
        var digests: [String: [UInt8]] = [:]
        for urn in urns { digests[urn] = try digest(urn: urn) }
        return digests
    }

    /// The URNs of all rows ever imported, in order.
    package func urns() throws -> [String] {
        var urns: [String] = []
        try transaction.connection.database.prepared("SELECT urn FROM registerRow ORDER BY urn").eachRow { urns.append($0.text(0)) }
        return urns
    }
}

extension RegisterRepository<WriteTransaction> {
    package func setDigest(_ digest: [UInt8], urn: String) throws {
        try transaction.connection.database.cached(
            "INSERT INTO registerRow (urn, digest) VALUES (?, ?) ON CONFLICT (urn) DO UPDATE SET digest = excluded.digest"
        ).run([.text(urn), .blob(digest)])
    }
}
