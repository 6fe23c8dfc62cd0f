package import Routing
package import Services

/// `/v1/retention-rules`.
package struct RetentionHandlers: Sendable {
    private let operations: ResourceOperations<RetentionService>

    package init(rules: RetentionService) {
        operations = ResourceOperations(rules)
    }

    package var bindings: [Binding] {
        [
            operations.list("listRetentionRules"),
            operations.bulk("bulkRetentionRules"),
            operations.get("getRetentionRule"),
            operations.update("updateRetentionRule"),
        ]
    }
}
