package import Routing
package import Services

/// `/v1/stages`.
package struct StageHandlers: Sendable {
    private let operations: ResourceOperations<StageService>

    package init(stages: StageService) {
        operations = ResourceOperations(stages)
    }

    package var bindings: [Binding] {
        [
            operations.list("listStages"),
            operations.create("createStage"),
            operations.bulk("bulkStages"),
            operations.get("getStage"),
            operations.update("updateStage"),
            operations.delete("deleteStage"),
        ]
    }
}
