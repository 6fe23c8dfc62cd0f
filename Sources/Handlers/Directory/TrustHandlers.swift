import Core
import Domain
package import Routing
package import Services

/// `/v1/trust`.
package struct TrustHandlers: Sendable {
    private let trust: TrustService

    package init(trust: TrustService) {
        self.trust = trust
    }

    package var bindings: [Binding] {
        [
            Binding("getTrust", target: target, handle: getTrust),
            Binding("updateTrust", target: changeable, write: updateTrust) { try .item($0) },
        ]
    }

    private func target(_ exchange: Exchange) async throws -> Target? {
        let stored = try trust.find()
        return Target(id: stored.id, etag: stored.etag) {
            try await trust.changedMembers(id: stored.id, since: $0)
        } readOnlyErrors: {
            try trust.readOnlyErrors($0)
        }
    }

    private func changeable(_ exchange: Exchange) async throws -> Target? {
        try trust.authorise(exchange.call)
        return try await target(exchange)
    }

    private func getTrust(_ exchange: Exchange) async throws -> Answer {
        try .item(trust.find())
    }

    private func updateTrust(_ exchange: Exchange) async throws -> Trust {
        try await trust.update(patch: exchange.body, exchange.call)
    }
}
