import Core
import Cryptography
import GRDB

/// The hash chain over the audit trail: each entry's hash covers the one before, its own header and the salted digests of its values.
///
/// Whoever changes, inserts or removes an entry has to recompute every later hash; a copy of one hash kept elsewhere proves the past.
/// Values themselves are not hashed directly: they can be erased, with their salts, and the chain still verifies.
enum AuditChain {
    static let saltLength = 16
    static let digestLength = 32

    /// Everything the hash covers besides the digests, in this order.
    static let headerColumns =
        "id, at, actorKind, actorId, actorName, actorPersonId, requestId, source, operation, resourceType, resourceId, etag, members"
    static let headerCount: Int32 = 13

    /// The hash of the newest entry; 32 zero bytes before the first.
    static func head(_ database: Database) throws -> [UInt8] {
        try database.cached("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1").first { $0.blob(0) } ?? start
    }

    static let start = [UInt8](repeating: 0, count: digestLength)

    static func hash(previous: [UInt8], header: [SQLValue], digests: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginArray()
        for value in header { value.write(to: &writer) }
        writer.endArray()
        return Digest.sha256(previous + writer.bytes + digests)
    }

    /// `hash` is used again and again: an entry has a digest for each member, and to set one up costs more than the digest.
    static func valueDigest(salt: ArraySlice<UInt8>, content: ArraySlice<UInt8>, _ hash: SHA256 = SHA256()) -> [UInt8] {
        hash.update(salt)
        hash.update(content)
        return hash.finalize()
    }

    /// The header of the current row, whose first columns are ``headerColumns``.
    static func header(of row: OpaquePointer) -> [SQLValue] {
        (0..<headerCount).map { column in
            // The members are the last and the only JSON.
            column == headerCount - 1 ? .json(row.text(column)) : .optional(row.optionalText(column))
        }
    }
}
