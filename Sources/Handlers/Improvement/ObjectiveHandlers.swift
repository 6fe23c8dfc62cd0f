package import Routing
package import Services

/// `/v1/objectives`.
package struct ObjectiveHandlers: Sendable {
    private let operations: ResourceOperations<ObjectiveService>

    package init(objectives: ObjectiveService) {
        operations = ResourceOperations(objectives)
    }

    package var bindings: [Binding] {
        [
            operations.list("listObjectives"),
            operations.create("createObjective"),
            operations.bulk("bulkObjectives"),
            operations.get("getObjective"),
            operations.update("updateObjective"),
            operations.delete("deleteObjective"),
        ]
    }
}
