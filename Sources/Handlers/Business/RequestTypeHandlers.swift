package import Routing
package import Services

/// `/v1/request-types`.
package struct RequestTypeHandlers: Sendable {
    private let operations: ResourceOperations<RequestTypeService>

    package init(types: RequestTypeService) {
        operations = ResourceOperations(types)
    }

    package var bindings: [Binding] {
        let types = operations.service
        return [
            operations.list("listRequestTypes"),
            operations.create("createRequestType"),
            operations.bulk("bulkRequestTypes"),
            operations.get("getRequestType"),
            operations.update("updateRequestType"),
            operations.delete("deleteRequestType"),
            Binding("reviseRequestType", target: operations.changeable) { exchange in
                try await types.revise(exchange.targetID, exchange.call)
            } answer: {
                try .created($0)
            },
        ] + operations.actions
    }
}
