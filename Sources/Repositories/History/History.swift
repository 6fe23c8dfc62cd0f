import Core
import Cryptography
import Domain
import GRDB

/// One member's change, in stored form. A created resource has no values before, a deleted one none after.
struct MemberChange {
    let member: String
    let before: SQLValue?
    let after: SQLValue?

    /// Version and time of change differ with every write and say nothing.
    var isOfEveryWrite: Bool { member == "etag" || member == "updatedAt" }

    /// `{"before":…,"after":…}`: what is kept, and what the digest is taken of.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let before {
            writer.key("before")
            before.write(to: &writer)
        }
        if let after {
            writer.key("after")
            after.write(to: &writer)
        }
        writer.endObject()
    }
}

/// What one write leaves behind besides its rows.
struct HistoryEntry {
    let verb: String
    let at: Instant
    let actor: Actor
    let requestId: String
    let source: String?
    let type: ResourceType
    let resourceId: String
    let etag: VersionTag
    let changes: [MemberChange]
    let audience: Audience
    /// Which it concerns.
    let schools: [String]

    /// `["name","vision"]`
    var memberNames: String {
        var writer = JSONWriter()
        writer.beginArray()
        for change in changes { writer.string(change.member) }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Writes audit trail and event log, always together.
struct History {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    func record(_ entry: HistoryEntry) throws {
        let members = entry.memberNames
        try recordAudit(entry, members: members)
        // Everything about a created or deleted resource is new or gone: nothing about it changed.
        let isChange = entry.changes.allSatisfy { $0.before != nil && $0.after != nil }
        try recordEvent(entry, changedMembers: isChange ? members : "[]")
    }

    /// The header and the values' digests are chained; the values lie beside them and can be erased later
    /// (``WriteTransaction/eraseAuditValues(of:id:members:)``).
    private func recordAudit(_ entry: HistoryEntry, members: String) throws {
        let salts = SecureRandom.bytes(AuditChain.saltLength * entry.changes.count)
        let valueHash = SHA256()
        var digests: [UInt8] = []
        digests.reserveCapacity(AuditChain.digestLength * entry.changes.count)
        var values = JSONWriter(reservingCapacity: 64 * entry.changes.count)
        values.beginObject()
        for (index, change) in entry.changes.enumerated() {
            values.key(change.member)
            let start = values.bytes.count
            change.write(to: &values)
            let salt = salts[(index * AuditChain.saltLength)..<((index + 1) * AuditChain.saltLength)]
            digests += AuditChain.valueDigest(salt: salt, content: values.bytes[start...], valueHash)
        }
        values.endObject()
        let header: [SQLValue] = [
            .text(TypeID.make(ResourceType.RecordPrefix.audit, at: entry.at)), .instant(entry.at), .text(entry.actor.kind.rawValue),
            .text(entry.actor.id), .text(entry.actor.name), .optional(entry.actor.personId), .text(entry.requestId),
            .optional(entry.source),
            .text(entry.verb), .text(entry.type.rawValue), .text(entry.resourceId), .text(entry.etag.description), .json(members),
        ]
        let previous = try AuditChain.head(database)
        let hash = AuditChain.hash(previous: previous, header: header, digests: digests)
        try database.cached(
            """
            INSERT INTO audit (\(AuditChain.headerColumns), digests, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(header + [.blob(digests), .blob(hash)])
        try database.cached("INSERT INTO auditValue (seq, salts, content) VALUES (?, ?, ?)")
            .run([.integer(database.lastRowID), .blob(salts), .json(String(decoding: values.bytes, as: UTF8.self))])
    }

    private func recordEvent(_ entry: HistoryEntry, changedMembers: String) throws {
        try database.cached(
            """
            INSERT INTO event (id, type, occurredAt, actor, resourceType, resourceId, etag, changedMembers, requestId, audience, parties, schools)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run([
            .text(TypeID.make(ResourceType.RecordPrefix.event, at: entry.at)), .text("\(entry.type.rawValue).\(entry.verb)"),
            .instant(entry.at), .json(Self.actorText(entry.actor)), .text(entry.type.rawValue), .text(entry.resourceId),
            .text(entry.etag.description), .json(changedMembers), .text(entry.requestId), .text(entry.audience.column),
            entry.audience.names, .names(entry.schools),
        ])
    }

    /// Earlier events of a resource concern the schools it concerns now.
    func moveEvents(of id: String, to schools: [String]) throws {
        try database.cached("UPDATE event SET schools = ? WHERE resourceId = ?").run([.names(schools), .text(id)])
    }

    /// Brings earlier events of a resource to whom it is for now: who doesn't see it any more doesn't see either that it changed, and when.
    func narrowEvents(of id: String, to now: Audience) throws { try narrow("event", "resourceId = ?", [.text(id)], to: now) }

    /// The same for what belonged to a resource and was deleted, when the resource is for others now: that it was deleted, and what happened to it.
    func narrowDeleted(ownedBy owner: String, to now: Audience) throws {
        var deleted: [(type: SQLValue, id: SQLValue)] = []
        try database.cached("SELECT resourceType, resourceId FROM deletedBelonging WHERE owner = ?").eachRow([.text(owner)]) {
            deleted.append((.text($0.text(0)), .text($0.text(1))))
        }
        for (type, id) in deleted {
            try narrow("tombstone", "resourceType = ? AND resourceId = ?", [type, id], to: now)
            try narrow("event", "resourceId = ?", [id], to: now)
        }
    }

    private func narrow(_ table: String, _ condition: String, _ arguments: [SQLValue], to now: Audience) throws {
        var before: [Audience] = []
        try database.cached("SELECT DISTINCT audience, parties FROM \(table) WHERE \(condition)").eachRow(arguments) {
            before.append(Audience(column: $0.text(0), parties: try $0.strings(1)))
        }
        for former in before {
            let narrowed = former.narrowed(to: now)
            guard narrowed != former else { continue }
            try database.cached("UPDATE \(table) SET audience = ?, parties = ? WHERE \(condition) AND audience = ? AND parties = ?").run(
                [.text(narrowed.column), narrowed.names] + arguments + [.text(former.column), former.names])
        }
    }

    private static func actorText(_ actor: Actor) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("kind")
        writer.string(actor.kind.rawValue)
        writer.key("id")
        writer.string(actor.id)
        writer.key("name")
        writer.string(actor.name)
        writer.key("personId")
        actor.personId.map { writer.string($0) } ?? writer.null()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Audience {
    /// How the event table names it.
    var column: String {
        switch self {
        case .directory: "directory"
        case .leadership: "leadership"
        case .parties, .named: "parties"
        }
    }

    /// As the event table has them.
    fileprivate var names: SQLValue { .json(String(decoding: JSON.array(parties.map(JSON.string)).bytes, as: UTF8.self)) }

    /// Stands before the names where they are all that count.
    static let namedOnly = "named"

    var parties: [String] {
        switch self {
        case .directory: []
        case .leadership(let schools): schools
        case .parties(let parties): parties
        case .named(let names): [Self.namedOnly] + names
        }
    }
}
