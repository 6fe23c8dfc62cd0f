package import Core
package import Domain
import GRDB

/// One entry of the ordered log that followers read.
package struct Event: Hashable, Sendable {
    package let seq: Int64
    package let id: String
    /// `school.updated`
    package let type: String
    package let occurredAt: Instant
    /// `{"kind","id","name","personId"}`
    package let actor: JSON
    package let resourceType: ResourceType
    package let resourceId: String
    package let etag: VersionTag
    package let changedMembers: [String]
    package let requestId: String
    package let audience: Audience
}

/// What is left of a deleted resource.
package struct Tombstone: Hashable, Sendable {
    package let id: String
    package let etag: VersionTag
    package let deletedAt: Instant
}

extension Transaction {
    /// The number of the newest event; 0 when there never was one. A list reflects everything up to it.
    package func lastSeq() throws -> Int64 {
        try connection.database.cached("SELECT seq FROM sqlite_sequence WHERE name = 'event'").first { $0.integer(0) } ?? 0
    }

    /// Events after `seq`, oldest first, of these types of resources and for whoever sees what `visibility` says.
    package func events(
        after seq: Int64, limit: Int, of types: some Collection<ResourceType>, visibleTo visibility: Visibility
    ) throws -> [Event] {
        let audiences = Self.audiences(visibility)
        let sql = """
            SELECT seq, id, type, occurredAt, actor, resourceType, resourceId, etag, changedMembers, requestId, audience, parties
            FROM event WHERE seq > ? AND resourceType IN (SELECT value FROM json_each(?)) AND (\(audiences.sql)) ORDER BY seq LIMIT ?
            """
        let arguments = [.integer(seq), .names(types.map(\.rawValue))] + audiences.arguments + [SQLValue.integer(Int64(limit))]
        var events: [Event] = []
        try connection.database.cached(sql).eachRow(arguments) { row in
            guard let type = ResourceType(rawValue: row.text(5)) else { throw row.unreadable(5, "a resource type") }
            events.append(
                Event(
                    seq: row.integer(0), id: row.text(1), type: row.text(2), occurredAt: try row.instant(3),
                    actor: try JSON(parsing: Array(row.utf8(4))), resourceType: type, resourceId: row.text(6), etag: try row.versionTag(7),
                    changedMembers: try Self.strings(row, 8), requestId: row.text(9),
                    audience: Audience(column: row.text(10), parties: try Self.strings(row, 11))))
        }
        return events
    }

    /// ``Visibility/allows(_:)`` in SQL, over the audience an event had when it was written.
    private static func audiences(_ visibility: Visibility) -> (sql: String, arguments: [SQLValue]) {
        let concerns = "EXISTS (SELECT 1 FROM json_each(event.parties) WHERE value IN (SELECT value FROM json_each(?)))"
        var sql = ["audience = 'directory'"]
        var arguments: [SQLValue] = []
        switch visibility.leadership {
        case .none: break
        case .all: sql.append("audience = 'leadership'")
        case .schools(let schools):
            sql.append("(audience = 'leadership' AND \(concerns))")
            arguments.append(.names(schools))
        }
        if let parties = visibility.parties {
            sql.append("(audience = 'parties' AND \(concerns))")
            arguments.append(.names(parties))
        } else {
            sql.append("audience = 'parties'")
        }
        return (sql.joined(separator: " OR "), arguments)
    }

    /// What was deleted at or after `since`, by id, after `id`; for followers of lists with `updatedSince`.
    package func tombstones(of type: ResourceType, since: Instant, after id: String = "", limit: Int) throws -> [Tombstone] {
        var tombstones: [Tombstone] = []
        try connection.database.cached(
            "SELECT resourceId, etag, deletedAt FROM tombstone WHERE resourceType = ? AND resourceId > ? AND deletedAt >= ? ORDER BY resourceId LIMIT ?"
        ).eachRow([.text(type.rawValue), .text(id), .instant(since), .integer(Int64(limit))]) { row in
            tombstones.append(Tombstone(id: row.text(0), etag: try row.versionTag(1), deletedAt: try row.instant(2)))
        }
        return tombstones
    }

    private static func strings(_ row: OpaquePointer, _ column: Int32) throws -> [String] {
        try JSON(parsing: Array(row.utf8(column))).arrayValue?.compactMap(\.stringValue) ?? []
    }
}

extension Audience {
    init(column: String, parties: [String]) {
        switch column {
        case "directory": self = .directory
        case "leadership": self = .leadership(schoolIds: parties)
        default: self = .parties(parties)
        }
    }
}
