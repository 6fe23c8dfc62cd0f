import Core
package import Domain
import GRDB

extension Transaction {
    package var schoolLinks: SchoolLinkRepository<Self> { SchoolLinkRepository(transaction: self) }
}

/// What the register says of how schools follow each other, a row each; whole, whichever of the schools are known here.
package struct SchoolLinkRepository<Owner: Transaction> {
    fileprivate let transaction: Owner
    private var database: Database { transaction.connection.database }
    private static var columns: String { "urn, linkUrn, linkName, linkType, establishedOn" }

    /// Those a school is in, on either side.
    package func of(urn: String) throws -> [SchoolLink] {
        try read(
            "WHERE urn = ?1 UNION SELECT \(Self.columns) FROM schoolLink WHERE linkUrn = ?1 ORDER BY urn, linkUrn, linkType", [.text(urn)])
    }

    /// The next of all, in order, after one; for reading them a part at a time.
    package func next(after last: SchoolLink?, limit: Int) throws -> [SchoolLink] {
        try read(
            "WHERE (urn, linkUrn, linkType) > (?, ?, ?) ORDER BY urn, linkUrn, linkType LIMIT ?",
            [.text(last?.urn ?? ""), .text(last?.linkUrn ?? ""), .text(last?.linkType.rawValue ?? ""), .integer(Int64(limit))])
    }

    private func read(_ condition: String, _ arguments: [SQLValue]) throws -> [SchoolLink] {
        var found: [SchoolLink] = []
        try database.cached("SELECT \(Self.columns) FROM schoolLink \(condition)").eachRow(arguments) {
            found.append(try RowDecoder(row: $0).decode(SchoolLink.self))
        }
        return found
    }

    /// The URNs of all that came after a school, nearest first. Each is visited once, so links that lead in a circle end.
    package func successors(urn: String) throws -> [String] {
        var found: [String] = []
        var seen: Set<String> = [urn]
        var waiting = [urn]
        // No school has ever had so many; what a broken file says isn't followed for ever.
        while let next = waiting.first, found.count < 100 {
            waiting.removeFirst()
            for urn in try directSuccessors(urn: next) where seen.insert(urn).inserted {
                found.append(urn)
                waiting.append(urn)
            }
        }
        return found
    }

    /// One half of a pair is sometimes missing, so both are asked: who succeeds it, and whom it precedes.
    private func directSuccessors(urn: String) throws -> [String] {
        var found: [String] = []
        try database.cached(
            """
            SELECT linkUrn FROM schoolLink WHERE urn = ?1 AND linkType IN (\(Self.list(SchoolLink.Kind.successors)))
            UNION SELECT urn FROM schoolLink WHERE linkUrn = ?1 AND linkType IN (\(Self.list(SchoolLink.Kind.predecessors))) ORDER BY 1
            """
        ).eachRow([.text(urn)]) { found.append($0.text(0)) }
        return found
    }

    private static func list(_ kinds: [SchoolLink.Kind]) -> String { kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ") }
}

extension SchoolLinkRepository<WriteTransaction> {
    package func save(_ link: SchoolLink) throws {
        try database.cached(
            """
            INSERT INTO schoolLink (\(Self.columns)) VALUES (?, ?, ?, ?, ?) ON CONFLICT (urn, linkUrn, linkType)
            DO UPDATE SET linkName = excluded.linkName, establishedOn = excluded.establishedOn
            """
        ).run(try RowEncoder.values(of: link, columns: ["urn", "linkUrn", "linkName", "linkType", "establishedOn"]))
    }

    package func remove(urn: String, linkUrn: String, linkType: SchoolLink.Kind) throws {
        try database.cached("DELETE FROM schoolLink WHERE urn = ? AND linkUrn = ? AND linkType = ?")
            .run([.text(urn), .text(linkUrn), .text(linkType.rawValue)])
    }
}
