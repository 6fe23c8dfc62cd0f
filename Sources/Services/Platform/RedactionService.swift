package import Core
package import Domain
import OrderedCollections
package import Repositories

/// Removes text that should never have been written: from the row, the search index and every recorded value.
package struct RedactionService: ResourceService {
    package typealias Item = Redaction
    package let store: Store
    package let writing = Permission.privacyWrite

    package init(store: Store) {
        self.store = store
    }

    /// Removes the text and leaves who did it, when and why. Throws `invalid` for a resource that never was and for members whose text
    /// can't be redacted.
    package func redact(_ body: JSON, _ call: Call) async throws -> Redaction {
        let redaction = try await create(body, call)
        if !call.dryRun { await store.compact(for: call) }
        return redaction
    }

    package func prepare(_ item: Redaction, replacing old: Redaction?, _ transaction: WriteTransaction) throws -> Redaction {
        guard let type = ResourceType(ofID: item.resourceId) else { throw Self.unknown }
        var item = item
        item.resourceType = type.rawValue
        try check(StoredTypes.of(type), item, transaction)
        return item
    }

    package func stored(_ item: Redaction, replacing old: Redaction?, _ transaction: WriteTransaction) throws {
        guard let type = ResourceType(ofID: item.resourceId) else { return }
        try empty(StoredTypes.of(type), item, transaction)
    }

    private static let unknown = DomainError.invalid([
        FieldError(pointer: "/resourceId", code: "not-found", detail: "is not the id of anything that is or was here")
    ])

    /// Of what is gone, any recorded member can be redacted: nothing else can remove it any more.
    private func check<R: Stored>(_ type: R.Type, _ item: Redaction, _ transaction: WriteTransaction) throws {
        let isThere = try transaction.find(type, id: item.resourceId) != nil
        if !isThere, try transaction.auditEntries(of: R.type, id: item.resourceId).isEmpty { throw Self.unknown }
        let allowed = isThere ? R.redactableMembers : Set(R.CodingKeys.allCases.map(\.stringValue))
        let errors = item.members.enumerated().filter { !allowed.contains($1) }.map { index, _ in
            let known = allowed.sorted().joined(separator: ", ")
            return FieldError(
                pointer: "/members/\(index)", code: "not-redactable",
                detail: allowed.isEmpty ? "can't be redacted: \(R.type.rawValue) has no free text" : "must be one of \(known)")
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
    }

    private func empty<R: Stored>(_ type: R.Type, _ item: Redaction, _ transaction: WriteTransaction) throws {
        if let old = try transaction.find(type, id: item.resourceId) {
            try transaction.update(from: old, to: try Self.emptied(old, item.members), verb: "redacted", isTarget: false)
        }
        try transaction.forget(type, [item.resourceId], members: Set(item.members))
    }

    /// Null or an empty list, or a mark where there has to be some text.
    private static func emptied<R: Resource>(_ old: R, _ names: [String]) throws -> R {
        var members = try JSONCodec.tree(old).objectValue ?? [:]
        for name in names where members[name] != .null {
            members[name] = members[name]?.arrayValue == nil ? .null : []
            if (try? JSONCodec.decode(R.self, from: .object(members))) == nil { members[name] = .string(Redaction.mark) }
        }
        return try JSONCodec.decode(R.self, from: .object(members))
    }
}
