package import Core
package import Domain
import GRDB
import OrderedCollections

extension Transaction {
    /// When, as it is stamped, something was written last.
    func newestStamp() throws -> Instant? {
        try connection.database.cached("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").first { try $0.instant(0) }
    }

    /// The members that changed since a version a client knew, in the order of first change; empty when that version is unknown.
    package func changedMembers(of type: ResourceType, id: String, since tag: VersionTag) throws -> [String] {
        var names: [String] = []
        let key: [SQLValue] = [.text(type.rawValue), .text(id)]
        try connection.database.cached(
            """
            SELECT members FROM audit WHERE resourceType = ?1 AND resourceId = ?2
            AND seq > (SELECT max(seq) FROM audit WHERE resourceType = ?1 AND resourceId = ?2 AND etag = ?3) ORDER BY seq
            """
        ).eachRow(key + [.text(tag.description)]) { row in
            for name in try JSON(parsing: Array(row.utf8(0))).arrayValue ?? [] {
                guard let name = name.stringValue, !names.contains(name) else { continue }
                names.append(name)
            }
        }
        return names
    }

    /// Who wrote a resource last: who that is, not what they may. nil when nobody did.
    package func lastWriter(of type: ResourceType, id: String) throws -> Actor? {
        try connection.database.cached(
            """
            SELECT actorKind, actorId, actorName, actorPersonId FROM audit WHERE resourceType = ? AND resourceId = ? ORDER BY seq DESC LIMIT 1
            """
        ).first([.text(type.rawValue), .text(id)]) { row in
            Actor(kind: Actor.Kind(rawValue: row.text(0)) ?? .system, id: row.text(1), name: row.text(2), personId: row.optionalText(3))
        }
    }

    /// Reads the whole audit trail and recomputes its chain and the digests of all values that were not erased.
    ///
    /// Returns what is wrong, as sentences, at most `limit` of them; none when the trail is whole.
    package func verifyChain(limit: Int = 20) throws -> [String] {
        var faults: [String] = []
        var previous = AuditChain.start
        var expected: Int64 = 1
        let database = connection.database
        try database.prepared(
            """
            SELECT \(AuditChain.headerColumns), digests, hash, audit.seq, salts, content
            FROM audit LEFT JOIN auditValue ON auditValue.seq = audit.seq ORDER BY audit.seq
            """
        ).scan { row in
            let seq = row.integer(AuditChain.headerCount + 2)
            if seq != expected { faults.append("Audit entries \(expected) to \(seq - 1) are missing.") }
            expected = seq + 1
            let digests = row.blob(AuditChain.headerCount)
            let hash = row.blob(AuditChain.headerCount + 1)
            if AuditChain.hash(previous: previous, header: AuditChain.header(of: row), digests: digests) != hash {
                faults.append("Audit entry \(seq) was changed, or the one before it was.")
            }
            previous = hash
            if let fault = try valueFault(row, seq: seq, digests: digests) { faults.append(fault) }
            return faults.count < limit
        }
        let last = try database.prepared("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").first { $0.integer(0) } ?? 0
        if faults.isEmpty, last != expected - 1 { faults.append("Audit entries \(expected) to \(last) are missing at the end.") }
        return faults
    }

    private func valueFault(_ row: OpaquePointer, seq: Int64, digests: [UInt8]) throws -> String? {
        let names = (try? JSON(parsing: Array(row.utf8(AuditChain.headerCount - 1))))?.arrayValue?.compactMap(\.stringValue) ?? []
        let salts = row.blob(AuditChain.headerCount + 3)
        guard !row.isNull(AuditChain.headerCount + 4), salts.count == names.count * AuditChain.saltLength,
            digests.count == names.count * AuditChain.digestLength,
            let content = (try? JSON(parsing: Array(row.utf8(AuditChain.headerCount + 4))))?.objectValue
        else { return "The values of audit entry \(seq) are missing or unreadable." }
        for (index, name) in names.enumerated() {
            // An erased value is gone from the content; its digest stays.
            guard let value = content[name] else { continue }
            let salt = salts[(index * AuditChain.saltLength)..<((index + 1) * AuditChain.saltLength)]
            let digest = digests[(index * AuditChain.digestLength)..<((index + 1) * AuditChain.digestLength)]
            guard AuditChain.valueDigest(salt: salt, content: value.bytes[...]).elementsEqual(digest) else {
                return "The value of \(name) in audit entry \(seq) was changed."
            }
        }
        return nil
    }
}
