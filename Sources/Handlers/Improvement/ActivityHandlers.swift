package import Routing
package import Services

/// `/v1/activities`.
package struct ActivityHandlers: Sendable {
    private let operations: ResourceOperations<ActivityService>

    package init(activities: ActivityService) {
        operations = ResourceOperations(activities)
    }

    package var bindings: [Binding] {
        operations.actions + [
            operations.list("listActivities"),
            operations.create("createActivity"),
            operations.bulk("bulkActivities"),
            operations.get("getActivity"),
            operations.update("updateActivity"),
            operations.delete("deleteActivity"),
        ]
    }
}
