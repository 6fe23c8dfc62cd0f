package import Routing
package import Services

/// `/v1/request-links`.
package struct RequestLinkHandlers: Sendable {
    private let operations: ResourceOperations<RequestLinkService>

    package init(links: RequestLinkService) {
        operations = ResourceOperations(links)
    }

    package var bindings: [Binding] {
        [
            operations.list("listRequestLinks"),
            operations.create("createRequestLink"),
            operations.bulk("bulkRequestLinks"),
            operations.get("getRequestLink"),
            operations.update("updateRequestLink"),
            operations.delete("deleteRequestLink"),
        ]
    }
}
