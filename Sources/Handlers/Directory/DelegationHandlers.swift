package import Routing
package import Services

/// `/v1/delegations`.
package struct DelegationHandlers: Sendable {
    private let operations: ResourceOperations<DelegationService>

    package init(delegations: DelegationService) {
        operations = ResourceOperations(delegations)
    }

    package var bindings: [Binding] {
        [
            operations.list("listDelegations"),
            operations.create("createDelegation"),
            operations.bulk("bulkDelegations"),
            operations.get("getDelegation"),
            operations.update("updateDelegation"),
            operations.delete("deleteDelegation"),
        ]
    }
}
