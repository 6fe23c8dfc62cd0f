package import Routing
package import Services

/// `/v1/request-time-entries`.
package struct RequestTimeEntryHandlers: Sendable {
    private let operations: ResourceOperations<RequestTimeEntryService>

    package init(entries: RequestTimeEntryService) {
        operations = ResourceOperations(entries)
    }

    package var bindings: [Binding] {
        [
            operations.list("listRequestTimeEntries"),
            operations.create("createRequestTimeEntry"),
            operations.bulk("bulkRequestTimeEntries"),
            operations.get("getRequestTimeEntry"),
            operations.update("updateRequestTimeEntry"),
            operations.delete("deleteRequestTimeEntry"),
        ]
    }
}
