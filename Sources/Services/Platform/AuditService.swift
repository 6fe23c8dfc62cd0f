package import Core
import Domain
import Repositories

/// The audit trail: who did what when, and whether it is whole.
package struct AuditService: Sendable {
    let store: Store

    /// What a reading of the whole trail found.
    package struct Verification: Encodable, Sendable {
        package let entries: Int64
        /// The hash of the newest entry.
        package let head: String
        package let intact: Bool
        package let faults: [String]
    }

    package func list(_ query: ListQuery, _ call: Call) async throws -> Page<[UInt8]> {
        try await store.read { try $0.auditPage(query, for: call.actor) }
    }

    /// Streams everything the query finds from one snapshot, in its order.
    package func export(_ query: ListQuery, _ call: Call, _ body: ([UInt8]) async throws -> Void) async throws {
        let snapshot = try store.snapshot()
        var query = query
        query.limit = ListQuery.limits.upperBound
        query.countsTotal = false
        repeat {
            let page = try await snapshot.read { [query] in try $0.auditPage(query, for: call.actor) }
            for item in page.items { try await body(item) }
            query.cursor = page.next
        } while query.cursor != nil
    }

    package func verify() async throws -> Verification {
        try await store.read { transaction in
            let (entries, head) = try transaction.auditHead()
            let faults = try transaction.verifyChain()
            return Verification(entries: entries, head: head, intact: faults.isEmpty, faults: faults)
        }
    }
}
