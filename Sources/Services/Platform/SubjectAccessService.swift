package import Core
package import Domain
import OrderedCollections
package import Repositories

/// Answers to people who ask what is recorded about them: gathered, reviewed, completed, handed out.
package struct SubjectAccessService: ResourceService {
    package typealias Item = SubjectAccessDraft
    package let store: Store
    package let writing = Permission.privacyWrite
    /// How many records are read at once for an export.
    private static let chunkSize = 100

    package init(store: Store) {
        self.store = store
    }

    package func prepare(
        _ item: SubjectAccessDraft, replacing old: SubjectAccessDraft?, _ transaction: WriteTransaction
    ) throws -> SubjectAccessDraft {
        guard let old else {
            guard try transaction.find(Person.self, id: item.personId) != nil else {
                throw DomainError.invalid([
                    FieldError(pointer: "/personId", code: "not-found", detail: "is not the id of a person")
                ])
            }
            var item = item
            item.entries = try transaction.entries(about: item.personId)
            return item
        }
        try Self.checkOpen(old)
        let errors = item.errors(since: old)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func checkDeletion(of item: SubjectAccessDraft, _ transaction: WriteTransaction) throws { try Self.checkOpen(item) }

    /// Changes what is included. Throws `invalid` for an entry the draft doesn't have, `conflict` for a completed one.
    package func review(_ id: String, patch: JSON, _ call: Call) async throws -> SubjectAccessDraft {
        let known = Set(try find(id, call).entries.all.map(\.resourceId))
        let unknown = (patch["entries"]?.objectValue ?? [:]).keys.filter { !known.contains($0) }
        guard unknown.isEmpty else {
            throw DomainError.invalid(
                unknown.map { FieldError(pointer: "/entries/\($0)", code: "not-found", detail: "is not an entry of this draft") })
        }
        return try await update(id, patch: patch, call)
    }

    /// From now on nothing of it changes.
    package func complete(_ id: String, _ call: Call) async throws -> SubjectAccessDraft {
        try await store.write(call) { transaction in
            try transaction.authorise(writing, for: .trust)
            guard let old = try transaction.find(SubjectAccessDraft.self, id: id, visibleTo: Visibility(of: call.actor)) else {
                throw DomainError.notFound
            }
            try transaction.checkPrecondition(of: old)
            try Self.checkOpen(old)
            var completed = old
            completed.status = .completed
            completed.completedAt = transaction.now
            return try transaction.update(from: old, to: completed, verb: "completed")
        }
    }

    private static func checkOpen(_ draft: SubjectAccessDraft) throws {
        guard draft.status == .draft else { throw DomainError.conflict("It is completed and can't be changed any more; make another one.") }
    }

    /// What is included with what is recorded now, one JSON object each; what is gone has null `members`. Throws `notFound`.
    ///
    /// - Parameter isForReview: also what isn't included.
    package func export(_ id: String, isForReview: Bool, _ call: Call) throws -> Rows<[UInt8]> {
        let entries = try find(id, call).entries.all.filter { isForReview || $0.include }
        let snapshot = try store.snapshot()
        return Rows { sink in
            for start in stride(from: 0, to: entries.count, by: Self.chunkSize) {
                let chunk = entries[start..<min(start + Self.chunkSize, entries.count)]
                let lines = try await snapshot.read { transaction in
                    try chunk.map { entry in
                        var line = try JSONCodec.tree(entry).objectValue ?? [:]
                        line["members"] = try transaction.content(of: entry.resourceType, id: entry.resourceId) ?? .null
                        return JSON.object(line).bytes
                    }
                }
                for line in lines { try await sink(line) }
            }
        }
    }
}

extension Transaction {
    /// Everything recorded about a person, through all stored types: their own row, rows that name them, and what the audit trail keeps of
    /// those and of what they did.
    fileprivate func entries(about personId: String) throws -> SubjectAccessEntries {
        var records: [(type: ResourceType, id: String)] = [(.person, personId)]
        // Answers to earlier requests say nothing that isn't here as well.
        for type in StoredTypes.all where type != SubjectAccessDraft.self {
            for member in type.table.columnsNamingPeople {
                for id in try ids(type, where: member, is: personId) where !records.contains(where: { $0.id == id }) {
                    records.append((type.type, id))
                }
            }
        }
        var audit: OrderedSet<String> = []
        for record in records { audit.formUnion(try auditEntries(of: record.type, id: record.id)) }
        audit.formUnion(try auditEntries(causedBy: personId))
        let all = records.map { ($0.type.rawValue, $0.id) } + audit.map { (SubjectAccessEntry.auditEntry, $0) }
        return SubjectAccessEntries(
            try all.map { type, id in
                let others = Self.people(in: try content(of: type, id: id) ?? .null).subtracting([personId])
                return SubjectAccessEntry(resourceType: type, resourceId: id, thirdPartyIds: others.elements)
            })
    }

    private func ids<R: Stored>(_ type: R.Type, where member: String, is value: String) throws -> [String] {
        try all(type, where: member, is: value).map(\.id)
    }

    /// What is recorded now; never a secret, since no resource has one.
    fileprivate func content(of type: String, id: String) throws -> JSON? {
        if type == SubjectAccessEntry.auditEntry { return try auditEntry(id: id) }
        return try ResourceType(rawValue: type).flatMap { try tree(StoredTypes.of($0), id: id) }
    }

    private func tree<R: Stored>(_ type: R.Type, id: String) throws -> JSON? {
        try find(type, id: id).map(JSONCodec.tree)
    }

    /// Ids of people anywhere in it. Who wrote something down did it for the trust, which is nothing about them.
    private static func people(in tree: JSON) -> OrderedSet<String> {
        switch tree {
        case .string(let text): ResourceType.person.isID(text) ? [text] : []
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(people(in: $1)) }
        case .object(let members):
            members.reduce(into: []) { found, member in
                if !["recordedBy", "actorId", "actorPersonId"].contains(member.key) { found.formUnion(people(in: member.value)) }
            }
        default: []
        }
    }
}
