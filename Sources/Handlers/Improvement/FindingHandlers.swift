package import Routing
package import Services

/// `/v1/findings`.
package struct FindingHandlers: Sendable {
    private let operations: ResourceOperations<FindingService>

    package init(findings: FindingService) {
        operations = ResourceOperations(findings)
    }

    package var bindings: [Binding] {
        [
            operations.list("listFindings"),
            operations.create("createFinding"),
            operations.bulk("bulkFindings"),
            operations.get("getFinding"),
            operations.update("updateFinding"),
            operations.delete("deleteFinding"),
            Binding("raiseObjective", target: operations.changeable) { exchange in
                try await operations.service.raiseObjective(exchange.targetID, exchange.body, exchange.call)
            } answer: {
                try .created($0)
            },
        ] + operations.actions
    }
}
