package import Routing
package import Services

/// `/v1/needs`.
package struct NeedHandlers: Sendable {
    private let operations: ResourceOperations<NeedService>

    package init(needs: NeedService) {
        operations = ResourceOperations(needs)
    }

    package var bindings: [Binding] {
        [
            operations.list("listNeeds"),
            operations.create("createNeed"),
            operations.bulk("bulkNeeds"),
            operations.get("getNeed"),
            operations.update("updateNeed"),
            operations.delete("deleteNeed"),
            Binding("getNeedMatches", target: visible) { try .view(await operations.service.matches($0.targetID, $0.call)) },
            Binding("raiseNeed", target: finding) { exchange in
                try await operations.service.raise(fromFinding: exchange.targetID, exchange.body, exchange.call)
            } answer: {
                try .created($0)
            },
        ] + operations.actions
    }

    /// Without a version: matches are more than the need.
    private func visible(_ exchange: Exchange) async throws -> Target? {
        Target(id: try operations.service.identify(exchange.path("id"), exchange.call).id)
    }

    private func finding(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try operations.service.identify(finding: exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag)
    }
}
