package import Core
package import Domain
package import Repositories

/// What people do with the one trust.
package struct TrustService: Sendable {
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// The trust exists from the first start on, if only as an empty record.
    package func ensureExists() async throws {
        guard try store.readNow({ try $0.trust.find() }) == nil else { return }
        try await store.write(Call(actor: .system, requestId: "start")) { transaction in
            guard try transaction.trust.find() == nil else { return }
            try transaction.insert(
                Trust(id: ResourceType.trust.makeID(at: transaction.now), createdAt: transaction.now), audience: .directory)
        }
    }

    package func find() throws -> Trust {
        guard let trust = try store.readNow({ try $0.trust.find() }) else { throw DomainError.notFound }
        return trust
    }

    package func changedMembers(id: String, since tag: VersionTag) async throws -> [String] {
        try await store.read { try $0.changedMembers(of: .trust, id: id, since: tag) }
    }

    /// Throws `forbidden` for a caller bound to schools, `invalid` for values no trust can have.
    package func update(patch: JSON, _ call: Call) async throws -> Trust {
        guard Permission.mayActForTrust(call.actor) else {
            throw DomainError.forbidden("This token is bound to schools; the trust is changed by one that isn't.")
        }
        return try await store.write(call) { transaction in
            guard let stored = try transaction.trust.find() else { throw DomainError.notFound }
            let changed = try MergePatch.apply(
                patch, to: stored, writable: Trust.writableMembers, defaults: Trust.defaults, reason: "is set by the service and read-only")
            try changed.validate()
            return try transaction.update(from: stored, to: changed, audience: .directory)
        }
    }
}
