package import Routing
package import Services

/// `/v1/self-evaluations`.
package struct SelfEvaluationHandlers: Sendable {
    private let operations: ResourceOperations<SelfEvaluationService>

    package init(selfEvaluations: SelfEvaluationService) {
        operations = ResourceOperations(selfEvaluations)
    }

    package var bindings: [Binding] {
        [
            operations.list("listSelfEvaluations"),
            operations.create("createSelfEvaluation"),
            operations.bulk("bulkSelfEvaluations"),
            operations.get("getSelfEvaluation"),
            operations.update("updateSelfEvaluation"),
            operations.delete("deleteSelfEvaluation"),
        ] + operations.actions
    }
}
