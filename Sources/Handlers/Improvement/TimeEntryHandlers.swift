package import Routing
package import Services

/// `/v1/time-entries`.
package struct TimeEntryHandlers: Sendable {
    private let operations: ResourceOperations<TimeEntryService>

    package init(timeEntries: TimeEntryService) {
        operations = ResourceOperations(timeEntries)
    }

    package var bindings: [Binding] {
        [
            operations.list("listTimeEntries"),
            operations.create("createTimeEntry"),
            operations.bulk("bulkTimeEntries"),
            operations.get("getTimeEntry"),
            operations.update("updateTimeEntry"),
            operations.delete("deleteTimeEntry"),
        ]
    }
}
