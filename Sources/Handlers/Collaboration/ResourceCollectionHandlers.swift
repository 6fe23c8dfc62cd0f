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
            Binding("getResourceCollectionContents", target: { Target(id: try operations.service.identify($0.path("id"), $0.call).id) }) {
                exchange in
                let bytes = try operations.service.contents(exchange.targetID, exchange.call).bytes
                return .item(bytes, etag: .weak(of: bytes))
            },
        ]
    }
}
