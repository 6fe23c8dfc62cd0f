package import Routing
package import Services

/// `/v1/request-messages`.
package struct RequestMessageHandlers: Sendable {
    private let operations: ResourceOperations<RequestMessageService>

    package init(messages: RequestMessageService) {
        operations = ResourceOperations(messages)
    }

    package var bindings: [Binding] {
        [
            operations.list("listRequestMessages"),
            operations.create("createRequestMessage"),
            operations.get("getRequestMessage"),
        ]
    }
}
