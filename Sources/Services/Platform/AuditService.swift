package import Core
import Domain
import Repositories
import Synchronization

/// The audit trail: who did what when, and whether it is whole.
package struct AuditService: Sendable {
    let store: Store
    private let verifying = Verifying()

    init(store: Store) {
        self.store = store
    }

    /// What a reading of the whole trail found.
    package struct Verification: Encodable, Sendable {
        package let entries: Int64
        /// The hash of the newest entry.
        package let head: String
        package let intact: Bool
        package let faults: [String]
    }

    /// It is of the whole trust, and so for nobody bound to schools.
    private func checkIsOfTrust(_ actor: Actor) throws {
        guard actor.schoolIds.isEmpty else {
            throw DomainError.forbidden("The audit trail is the whole trust's; a token bound to schools doesn't read it.")
        }
    }

    package func list(_ query: ListQuery, _ call: Call) async throws -> Page<[UInt8]> {
        try checkIsOfTrust(call.actor)
        return try await store.read { try $0.auditPage(query, for: call.actor) }
    }

    /// Everything the query finds, from one snapshot, in its order. Throws what ``list(_:_:)`` would.
    package func export(_ query: ListQuery, _ call: Call) async throws -> Rows<[UInt8]> {
        try checkIsOfTrust(call.actor)
        let snapshot = try store.snapshot()
        var query = query
        query.limit = ListQuery.limits.upperBound
        query.countsTotal = false
        let first = try await snapshot.read { [query] in try $0.auditPage(query, for: call.actor) }
        return Rows { [query] sink in
            var (page, query) = (first, query)
            while true {
                for item in page.items { try await sink(item) }
                guard let next = page.next else { return }
                query.cursor = next
                page = try await snapshot.read { [query] in try $0.auditPage(query, for: call.actor) }
            }
        }
    }

    /// Reads the whole trail. Who asks while it is being read gets what that finds, so that it is never read twice at once.
    package func verify(_ call: Call) async throws -> Verification {
        try checkIsOfTrust(call.actor)
        return try await verifying.once { [store] in
            let snapshot = try store.snapshot()
            return try await snapshot.read { transaction in
                let (entries, head) = try transaction.auditHead()
                let faults = try transaction.verifyChain()
                return Verification(entries: entries, head: head, intact: faults.isEmpty, faults: faults)
            }
        }
    }
}

private final class Verifying: Sendable {
    private let running = Mutex<Task<AuditService.Verification, any Error>?>(nil)

    func once(_ verify: @escaping @Sendable () async throws -> AuditService.Verification) async throws -> AuditService.Verification {
        let task = running.withLock { running in
            if let running { return running }
            let task = Task { [weak self] in
                defer { self?.running.withLock { $0 = nil } }
                return try await verify()
            }
            running = task
            return task
        }
        return try await task.value
    }
}
