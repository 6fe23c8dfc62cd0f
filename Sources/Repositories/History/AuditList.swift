package import Core
import Cryptography
import Domain
import GRDB
import OrderedCollections

/// The audit trail as a list: read-only, through the same SQL as the lists of resources.
enum AuditTable {
    static let columns = [
        "id", "seq", "at", "actorKind", "actorId", "actorName", "actorPersonId", "requestId", "source", "operation", "resourceType",
        "resourceId", "etag",
    ]

    static let table = Table(
        record: "audit",
        columns: columns,
        members: [
            .required("seq"), .instant("at"), .required("actorId"), .optional("actorPersonId"), .required("requestId"),
            .required("operation"), .required("resourceType"), .required("resourceId"),
        ])
}

extension Transaction {
    /// A page of the audit trail, each entry as it is sent. Values are in it where `actor` may read the resource they belong to.
    package func auditPage(_ query: ListQuery, for actor: Actor) throws -> Page<[UInt8]> {
        var query = query
        // An id names its type, and the index is by type first.
        let ids = query.filters.filter { $0.member == "resourceId" }.flatMap(\.values).compactMap(\.stringValue)
        let types = Set(ids.compactMap(ResourceType.init(ofID:)))
        if !ids.isEmpty, ids.allSatisfy({ ResourceType(ofID: $0) != nil }) {
            query.filters.append(Filter(member: "resourceType", values: types.map(\.rawValue).sorted().map(JSON.string)))
        }
        // In the order of the trail, which ids of the same millisecond don't have. To the outside a place in it is an id.
        let isInOrder = query.sort.isEmpty
        if isInOrder {
            query.sort = [SortKey(member: "seq")]
            if let cursor = query.cursor { query.cursor = try place(cursor) }
        }
        let columns = AuditTable.columns
        let selection = (columns + ["members", "hash"]).map(Table.quoted).joined(separator: ", ")
        var page = try page(AuditTable.table, query, .everything, selecting: selection, columns: columns.count + 2) { row in
            var entry: JSON.Object = [:]
            for (index, column) in columns.enumerated() { entry[column] = row.json(Int32(index)) }
            return (entry: entry, members: try row.strings(Int32(columns.count)), hash: Hex.encode(row.blob(Int32(columns.count + 1))))
        }
        if isInOrder { page.next?.values.removeFirst() }
        var readers = AuditReader(transaction: self, actor: actor)
        let items = try page.items.map { entry, members, hash in
            var entry = entry
            entry["changes"] = .array(try readers.changes(entry, members))
            entry["hash"] = .string(hash)
            return JSON.object(entry).bytes
        }
        return Page(items: items, next: page.next, seq: page.seq, total: page.total)
    }

    private func place(_ cursor: Core.Cursor) throws -> Core.Cursor {
        let id = cursor.values.last ?? .null
        let seq = try connection.database.cached("SELECT seq FROM audit WHERE id = ?").first([.text(id.stringValue ?? "")]) {
            $0.integer(0)
        }
        guard let seq else {
            throw DomainError.invalid([FieldError(parameter: "cursor", code: "invalid-cursor", detail: "is not a cursor of this list")])
        }
        return Core.Cursor(fingerprint: cursor.fingerprint, values: [.integer(seq), id])
    }

    /// How many entries there are, and the hash of the newest as hex.
    package func auditHead() throws -> (entries: Int64, hash: String) {
        let entries = try connection.database.cached("SELECT count(*) FROM audit").first { $0.integer(0) } ?? 0
        return (entries, Hex.encode(try AuditChain.head(connection.database)))
    }
}

/// Looks up values of entries, and once for each resource whether its values may be shown.
private struct AuditReader<Owner: Transaction> {
    let transaction: Owner
    let actor: Actor
    private var isVisible: [String: Bool] = [:]

    init(transaction: Owner, actor: Actor) {
        self.transaction = transaction
        self.actor = actor
    }

    mutating func changes(_ entry: JSON.Object, _ members: [String]) throws -> [JSON] {
        let isShown = try mayRead(entry["resourceType"]?.stringValue ?? "", entry["resourceId"]?.stringValue ?? "")
        let values = isShown ? try content(seq: entry["seq"]?.integerValue ?? 0) : [:]
        return members.map { member in
            let value = values[member]
            return [
                "member": .string(member), "value": .string(!isShown ? "hidden" : value == nil ? "erased" : "shown"),
                "before": value?["before"] ?? .null, "after": value?["after"] ?? .null,
            ]
        }
    }

    private func content(seq: Int64) throws -> JSON.Object {
        try transaction.connection.database.cached("SELECT content FROM auditValue WHERE seq = ?").first([.integer(seq)]) {
            try JSON(parsing: Array($0.utf8(0))).objectValue
        }.flatMap(\.self) ?? [:]
    }

    /// What a GET of the resource would say; for a deleted one, what it would have said. Where nobody knows who could see it, it is for those
    /// who see everything.
    private mutating func mayRead(_ typeName: String, _ id: String) throws -> Bool {
        if let known = isVisible[id] { return known }
        var isAllowed = false
        if let type = ResourceType(rawValue: typeName), type.readPermission.isHeld(by: actor) {
            let visibility = Visibility(of: actor)
            isAllowed =
                try transaction.isVisible(StoredTypes.of(type), id: id, to: visibility)
                ?? visibility.allows(transaction.audienceOfDeleted(type, id: id) ?? .parties([]))
        }
        isVisible[id] = isAllowed
        return isAllowed
    }
}

extension Transaction {
    /// nil for what isn't there.
    fileprivate func isVisible<R: Stored>(_ type: R.Type, id: String, to visibility: Visibility) throws -> Bool? {
        try find(type, id: id) == nil ? nil : find(type, id: id, visibleTo: visibility) != nil
    }
}
