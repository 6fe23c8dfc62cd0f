package import Core
package import Domain
import GRDB
import OrderedCollections

extension Transaction {
    /// The ids of entries of the audit trail about a resource, in order.
    package func auditEntries(of type: ResourceType, id: String) throws -> [String] {
        try auditEntries(where: "resourceType = ? AND resourceId = ?", [.text(type.rawValue), .text(id)])
    }

    /// The ids of entries a person caused, in order.
    package func auditEntries(causedBy personId: String) throws -> [String] {
        try auditEntries(where: "actorPersonId = ?", [.text(personId)])
    }

    private func auditEntries(where condition: String, _ arguments: [SQLValue]) throws -> [String] {
        var ids: [String] = []
        try connection.database.cached("SELECT id FROM audit WHERE \(condition) ORDER BY seq").eachRow(arguments) { ids.append($0.text(0)) }
        return ids
    }

    /// One entry as an object: who did what to which resource, and under `values` what is still recorded of it, before and after by member.
    package func auditEntry(id: String) throws -> JSON? {
        let columns = [
            "id", "at", "actorKind", "actorId", "actorPersonId", "requestId", "source", "operation", "resourceType", "resourceId",
        ]
        let sql = """
            SELECT \(columns.joined(separator: ", ")), content FROM audit JOIN auditValue ON auditValue.seq = audit.seq WHERE id = ?
            """
        return try connection.database.cached(sql).first([.text(id)]) { row in
            var entry: JSON.Object = [:]
            for (index, column) in columns.enumerated() { entry[column] = row.json(Int32(index)) }
            entry["values"] = try JSON(parsing: Array(row.utf8(Int32(columns.count))))
            return .object(entry)
        }
    }
}
