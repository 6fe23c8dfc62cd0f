package import Core
package import Domain
import GRDB

/// What is left of a deleted resource.
package struct Tombstone: Codable, Hashable, Sendable {
    package let id: String
    package let etag: VersionTag
    package let deletedAt: Instant
}

extension Transaction {
    /// What was deleted at or after `since`, in the order of ids, after `id`, and could be seen by such a reader when it was deleted.
    package func tombstones(
        of type: ResourceType, since: Instant, after id: String = "", limit: Int, visibleTo visibility: Visibility
    ) throws -> [Tombstone] {
        let audiences = Audience.condition(visibility)
        let sql = """
            SELECT resourceId, etag, deletedAt FROM tombstone
            WHERE resourceType = ? AND resourceId > ? AND deletedAt >= ? AND (\(audiences.sql)) ORDER BY resourceId LIMIT ?
            """
        var tombstones: [Tombstone] = []
        try connection.database.cached(sql).eachRow(
            [.text(type.rawValue), .text(id), .instant(since)] + audiences.arguments + [.integer(Int64(limit))]
        ) { row in
            tombstones.append(Tombstone(id: row.text(0), etag: try row.versionTag(1), deletedAt: try row.instant(2)))
        }
        return tombstones
    }

    /// Who could see a resource when it was deleted; nil when nothing is known of that.
    func audienceOfDeleted(_ type: ResourceType, id: String) throws -> Audience? {
        try connection.database.cached("SELECT audience, parties FROM tombstone WHERE resourceType = ? AND resourceId = ?")
            .first([.text(type.rawValue), .text(id)]) { Audience(column: $0.text(0), parties: try $0.strings(1)) }
    }

    /// Deletions at this instant and later can be told; nil: all of them.
    func deletionsKeptSince() throws -> Instant? {
        try connection.database.cached("SELECT value FROM meta WHERE key = 'deletionsKeptSince'").first { try $0.instant(0) }
    }

    /// A page of a list by id, with what was deleted in between.
    ///
    /// Live and deleted are one sequence of ids, cut at one place: whatever is deleted while somebody reads page by page is met as deleted,
    /// or was met before. Throws ``DomainError/expired(oldestSeq:)`` when deletions of that time are no longer kept.
    func encodedPageWithDeleted<R: Stored>(
        _ type: R.Type, _ query: ListQuery, since: Instant, visibleTo visibility: Visibility
    ) throws -> Page<Encoded> {
        if let kept = try deletionsKeptSince(), since < kept { throw DomainError.expired(oldestSeq: try oldestSeq()) }
        var live = query
        live.includesDeleted = false
        var page = try encodedPage(type, live, visibleTo: visibility)
        let after = query.cursor?.values.last?.stringValue ?? ""
        let tombstones = try tombstones(of: R.type, since: since, after: after, limit: query.limit + 1, visibleTo: visibility)
        let ids = (page.items.map(\.id) + tombstones.map(\.id)).sorted()
        // Beyond the last id in hand there may be more of the other kind.
        let last = ids.count > query.limit ? ids[query.limit - 1] : page.next == nil ? nil : ids.last
        if let last {
            page.items.removeAll { $0.id > last }
            page.next = Core.Cursor(fingerprint: "", values: [.string(last)])
        }
        page.deleted = try tombstones.filter { tombstone in last.map { tombstone.id <= $0 } ?? true }
            .map { Encoded(id: $0.id, etag: $0.etag, bytes: try JSONCodec.encode($0)) }
        return page
    }
}
