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

/// A part of the log, oldest first.
package struct EventPage: Sendable {
    package var events: [Event]
    /// The number that was read up to, whether or not its event was for the reader: where to go on.
    package var next: Int64
    /// The newest there is.
    package var seq: Int64
}

extension Transaction {
    /// The number of the newest event; 0 when there never was one. A list reflects everything up to it.
    package func lastSeq() throws -> Int64 {
        try connection.database.cached("SELECT seq FROM sqlite_sequence WHERE name = 'event'").first { $0.integer(0) } ?? 0
    }

    /// The number of the oldest event that is kept; that of the next one when none is.
    package func oldestSeq() throws -> Int64 {
        try connection.database.cached("SELECT seq FROM event ORDER BY seq LIMIT 1").first { $0.integer(0) } ?? lastSeq() + 1
    }

    /// Events after `seq`, of these types of resources and for whoever sees what `visibility` says; nil for the oldest kept.
    ///
    /// Looks at `range` numbers at most, so that a page costs the same wherever it is and however little of it is for the reader.
    /// Throws ``DomainError/expired(oldestSeq:)`` and ``DomainError/ahead(seq:)``.
    package func eventPage(
        after seq: Int64?, limit: Int, range: Int64 = 10_000, _ filter: EventFilter = EventFilter(),
        of types: some Collection<ResourceType>,
        visibleTo visibility: Visibility
    ) throws -> EventPage {
        let newest = try lastSeq()
        let oldest = try oldestSeq()
        let start = seq ?? oldest - 1
        if start > newest { throw DomainError.ahead(seq: newest) }
        if start < oldest - 1 { throw DomainError.expired(oldestSeq: oldest) }
        let end = min(start + range, newest)
        let events = try events(after: start, through: end, limit: limit, filter, of: types, visibleTo: visibility)
        return EventPage(events: events, next: events.count < limit ? end : events.last?.seq ?? end, seq: newest)
    }

    /// Events after `seq`, as far as they are kept.
    package func events(
        after seq: Int64, through end: Int64 = .max, limit: Int, _ filter: EventFilter = EventFilter(),
        of types: some Collection<ResourceType>,
        visibleTo visibility: Visibility
    ) throws -> [Event] {
        let audiences = Audience.condition(visibility)
        // `+`: the numbers narrow it down, nothing else does.
        var sql = """
            SELECT seq, id, type, occurredAt, actor, resourceType, resourceId, etag, changedMembers, requestId, audience, parties
            FROM event WHERE seq > ? AND seq <= ? AND +resourceType IN (SELECT value FROM json_each(?)) AND (\(audiences.sql))
            """
        var arguments = [.integer(seq), .integer(end), .names(types.map(\.rawValue))] + audiences.arguments
        if let types = filter.types {
            sql += " AND type IN (SELECT value FROM json_each(?))"
            arguments.append(.names(types))
        }
        if let id = filter.resourceId {
            sql += " AND resourceId = ?"
            arguments.append(.text(id))
        }
        var events: [Event] = []
        try connection.database.cached(sql + " ORDER BY seq LIMIT ?").eachRow(arguments + [.integer(Int64(limit))]) { row in
            guard let type = ResourceType(rawValue: row.text(5)) else { throw row.unreadable(5, "a resource type") }
            events.append(
                Event(
                    seq: row.integer(0), id: row.text(1), type: row.text(2), occurredAt: try row.instant(3),
                    actor: try JSON(parsing: Array(row.utf8(4))), resourceType: type, resourceId: row.text(6), etag: try row.versionTag(7),
                    changedMembers: try row.strings(8), requestId: row.text(9),
                    audience: Audience(column: row.text(10), parties: try row.strings(11))))
        }
        return events
    }
}

extension OpaquePointer {
    /// A list of texts, kept as JSON.
    func strings(_ column: Int32) throws -> [String] {
        try JSON(parsing: Array(utf8(column))).arrayValue?.compactMap(\.stringValue) ?? []
    }
}

extension Audience {
    init(column: String, parties: [String]) {
        switch column {
        case "directory": self = .directory
        case "leadership": self = .leadership(schoolIds: parties)
        default: self = parties.first == Self.namedOnly ? .named(Array(parties.dropFirst())) : .parties(parties)
        }
    }

    /// ``Visibility/allows(_:)`` in SQL, over the columns `audience` and `parties`: who could see it when it was written.
    static func condition(_ visibility: Visibility) -> (sql: String, arguments: [SQLValue]) {
        let concerns = "EXISTS (SELECT 1 FROM json_each(parties) WHERE value IN (SELECT value FROM json_each(?)))"
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
        } else if let names = visibility.names {
            sql.append("(audience = 'parties' AND (parties ->> 0 IS NOT '\(namedOnly)' OR \(concerns)))")
            arguments.append(.names(names))
        } else {
            sql.append("audience = 'parties'")
        }
        let seen = sql.joined(separator: " OR ")
        guard let own = visibility.historyCondition else { return (seen, arguments) }
        return ("(\(seen)) AND \(own.sql)", arguments + own.arguments)
    }
}
