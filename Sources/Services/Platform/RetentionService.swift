import Core
package import Domain
package import Repositories

/// How long the trust keeps what. There is one rule for each kind of record, always.
package struct RetentionService: ResourceService {
    package typealias Item = RetentionRule
    package let store: Store
    package let writing = Permission.privacyWrite

    package init(store: Store) {
        self.store = store
    }

    /// A rule by its id or by the name of the kind of record: `appointment`.
    package func id(of key: String, _ transaction: some Transaction) throws -> String? {
        if RetentionRule.type.isID(key) { return key }
        return try transaction.all(RetentionRule.self, where: "recordType", is: key).first?.id
    }

    /// Makes the rules that are missing: all at the first start, those of new kinds of record after an update.
    package func ensureExist() async throws {
        guard try !store.readNow({ try Self.missing($0).isEmpty }) else { return }
        try await store.write(Call(actor: .system, requestId: "start")) { transaction in
            for (recordType, retention) in try Self.missing(transaction) {
                try transaction.insert(RetentionRule(recordType: recordType, retention, createdAt: transaction.now))
            }
        }
    }

    private static func missing(_ transaction: some Transaction) throws -> [(recordType: String, retention: Retention)] {
        try Retention.all.filter { try transaction.all(RetentionRule.self, where: "recordType", is: $0.recordType).isEmpty }
    }

    package func prepare(_ item: RetentionRule, replacing old: RetentionRule?, _ transaction: WriteTransaction) throws -> RetentionRule {
        guard item.errors.isEmpty else { throw DomainError.invalid(item.errors) }
        return item
    }
}
