package import Routing
package import Services

/// `/v1/resource-proposals`.
package struct ResourceProposalHandlers: Sendable {
    private let operations: ResourceOperations<ResourceProposalService>

    package init(proposals: ResourceProposalService) {
        operations = ResourceOperations(proposals)
    }

    package var bindings: [Binding] {
        [
            operations.list("listResourceProposals"),
            operations.create("createResourceProposal"),
            operations.bulk("bulkResourceProposals"),
            operations.get("getResourceProposal"),
            operations.update("updateResourceProposal"),
            operations.delete("deleteResourceProposal"),
        ] + operations.actions
    }
}
