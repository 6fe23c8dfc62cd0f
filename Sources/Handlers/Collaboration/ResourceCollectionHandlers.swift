import Core
package import Routing
package import Services

/// `/v1/collections`.
package struct ResourceCollectionHandlers: Sendable {
    private let operations: ResourceOperations<ResourceCollectionService>

    package init(collections: ResourceCollectionService) {
        operations = ResourceOperations(collections)
    }

    package var bindings: [Binding] {
        [
            operations.list("listResourceCollections"),
            operations.create("createResourceCollection"),
            operations.bulk("bulkResourceCollections"),
            operations.get("getResourceCollection"),
            operations.update("updateResourceCollection"),
            operations.delete("deleteResourceCollection"),
            Binding("getResourceCollectionContents", target: operations.visible) {
                .view(encoded: try operations.service.contents($0.targetID, $0.call).bytes)
            },
        ]
    }
}
