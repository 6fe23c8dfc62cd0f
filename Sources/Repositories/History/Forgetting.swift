import Core
package import Domain
import GRDB
import OrderedCollections

extension WriteTransaction {
    /// Removes these members of resources from everywhere but their rows: from every recorded value, from the search index, and whatever
    /// kept answers say.
    ///
    /// THE place for whatever else keeps a copy of what a resource says: what is added to the service and keeps one is emptied here.
    package func forget<R: Stored>(_ type: R.Type, _ ids: [String], members: Set<String>) throws {
        for id in ids { try eraseAuditValues(of: R.type, id: id, members: members) }
        try keptAnswers.forget()
        try webhooks.forgetAnswers()
        // A deleted term stays in the segments of an index until they happen to be merged.
        for index in [R.table.searchIndex, R.table.alsoIndexedBy].compactMap(\.self) {
            try connection.database.cached("INSERT INTO \(index)(\(index)) VALUES ('rebuild')").run()
        }
    }

    /// Forgets the values of these entries of the audit trail, whatever they are about. Those that have none any more are left out of the answer.
    package func eraseAuditValues(entries: [AuditEntryKey]) throws -> [AuditEntryKey] {
        let database = connection.database
        return try entries.filter { entry in
            try database.cached("UPDATE auditValue SET salts = zeroblob(length(salts)), content = '{}' WHERE seq = ? AND content <> '{}'")
                .run([.integer(entry.seq)])
            return database.changes == 1
        }
    }

    /// Erases recorded values of these members of a resource from the audit trail, with their salts. Who, when and which member stay, and
    /// so does the chain.
    package func eraseAuditValues(of type: ResourceType, id: String, members: Set<String>) throws {
        let database = connection.database
        var erased: [(seq: Int64, salts: [UInt8], content: JSON.Object)] = []
        try database.cached(
            """
            SELECT audit.seq, members, salts, content FROM audit JOIN auditValue ON auditValue.seq = audit.seq
            WHERE resourceType = ? AND resourceId = ?
            """
        ).eachRow([.text(type.rawValue), .text(id)]) { row in
            let names = try JSON(parsing: Array(row.utf8(1))).arrayValue ?? []
            var salts = row.blob(2)
            var content = try JSON(parsing: Array(row.utf8(3))).objectValue ?? [:]
            for (index, name) in names.enumerated() {
                guard let name = name.stringValue, members.contains(name), content.removeValue(forKey: name) != nil else { continue }
                let place = (index * AuditChain.saltLength)..<((index + 1) * AuditChain.saltLength)
                // Shorter only in a damaged database, which `check` reports.
                guard place.upperBound <= salts.count else { continue }
                salts.replaceSubrange(place, with: repeatElement(0, count: AuditChain.saltLength))
            }
            erased.append((row.integer(0), salts, content))
        }
        for (seq, salts, content) in erased {
            try database.cached("UPDATE auditValue SET salts = ?, content = ? WHERE seq = ?")
                .run([.blob(salts), .json(String(decoding: JSON.object(content).bytes, as: UTF8.self)), .integer(seq)])
        }
    }
}
