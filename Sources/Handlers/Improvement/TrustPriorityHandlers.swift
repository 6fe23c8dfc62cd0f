package import Routing
package import Services

/// `/v1/priorities`.
package struct TrustPriorityHandlers: Sendable {
    private let operations: ResourceOperations<TrustPriorityService>

    package init(priorities: TrustPriorityService) {
        operations = ResourceOperations(priorities)
    }

    package var bindings: [Binding] {
        [
            operations.list("listTrustPriorities"),
            operations.create("createTrustPriority"),
            operations.bulk("bulkTrustPriorities"),
            operations.get("getTrustPriority"),
            operations.update("updateTrustPriority"),
            operations.delete("deleteTrustPriority"),
        ]
    }
}
