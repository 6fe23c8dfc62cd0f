package import Routing
package import Services

/// `/v1/resource-versions`.
package struct ResourceVersionHandlers: Sendable {
    private let operations: ResourceOperations<ResourceVersionService>

    package init(versions: ResourceVersionService) {
        operations = ResourceOperations(versions)
    }

    package var bindings: [Binding] {
        [
            operations.list("listResourceVersions"),
            operations.create("createResourceVersion"),
            operations.bulk("bulkResourceVersions"),
            operations.get("getResourceVersion"),
            operations.update("updateResourceVersion"),
            operations.delete("deleteResourceVersion"),
            Binding("revertResourceVersion", target: operations.changeable) { exchange in
                try await operations.service.revert(to: exchange.targetID, exchange.body, exchange.call)
            } answer: {
                try .created($0)
            },
        ] + operations.actions
    }
}
