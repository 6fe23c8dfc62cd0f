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
                Trust(id: ResourceType.trust.makeID(at: transaction.now), createdAt: transaction.now))
        }
    }

    package func find() throws -> Trust {
        guard let trust = try store.readNow({ try $0.trust.find() }) else { throw DomainError.notFound }
        return trust
    }

    /// Throws `forbidden` for whoever may not change the trust.
    package func authorise(_ call: Call) throws {
        try store.readNow { try $0.authorise(.trustWrite, for: .trust, call.actor, on: store.now().day(in: $0.zone())) }
    }

    /// What a patch may not change and would.
    package func readOnlyErrors(_ patch: JSON) throws -> [FieldError] { try MergePatch.readOnlyErrors(patch, to: find()) }

    package func changedMembers(id: String, since tag: VersionTag) async throws -> [String] {
        try await store.read { try $0.changedMembers(of: .trust, id: id, since: tag) }
    }

    /// Throws `forbidden` for a caller bound to schools, `invalid` for values no trust can have.
    package func update(patch: JSON, _ call: Call) async throws -> Trust {
        return try await store.write(call) { transaction in
            try transaction.authorise(.trustWrite, for: .trust)
            guard let stored = try transaction.trust.find() else { throw DomainError.notFound }
            let changed = try MergePatch.apply(patch, to: stored, in: transaction)
            try changed.validate()
            let trust = try transaction.update(from: stored, to: changed)
            // Promises are counted on its clock and without its bank holidays.
            if changed.timeZone != stored.timeZone || changed.bankHolidayDivision != stored.bankHolidayDivision {
                try transaction.follow(.init(.schedule))
            }
            return trust
        }
    }
}
