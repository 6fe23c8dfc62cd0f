package import Routing
package import Services

/// `/v1/frameworks`.
package struct FrameworkHandlers: Sendable {
    private let operations: ResourceOperations<FrameworkService>

    package init(frameworks: FrameworkService) {
        operations = ResourceOperations(frameworks)
    }

    package var bindings: [Binding] {
        [
            operations.list("listFrameworks"),
            operations.create("createFramework"),
            operations.bulk("bulkFrameworks"),
            operations.get("getFramework"),
            operations.update("updateFramework"),
            operations.delete("deleteFramework"),
            Binding("reviseFramework", target: operations.changeable) { exchange in
                try await operations.service.revise(exchange.targetID, exchange.call)
            } answer: {
                try .created($0)
            },
        ] + operations.actions
    }
}
