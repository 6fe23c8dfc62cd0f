package import Routing
package import Services

/// `/v1/deployments`.
package struct DeploymentHandlers: Sendable {
    private let operations: ResourceOperations<DeploymentService>

    package init(deployments: DeploymentService) {
        operations = ResourceOperations(deployments)
    }

    package var bindings: [Binding] {
        [
            operations.list("listDeployments"),
            operations.create("createDeployment"),
            operations.bulk("bulkDeployments"),
            operations.get("getDeployment"),
            operations.update("updateDeployment"),
            operations.delete("deleteDeployment"),
        ] + operations.actions
    }
}
