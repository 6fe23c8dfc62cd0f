package import Routing
package import Services

/// `/v1/inspections`.
package struct InspectionHandlers: Sendable {
    private let operations: ResourceOperations<InspectionService>

    package init(inspections: InspectionService) {
        operations = ResourceOperations(inspections)
    }

    package var bindings: [Binding] {
        [
            operations.list("listInspections"),
            operations.create("createInspection"),
            operations.bulk("bulkInspections"),
            operations.get("getInspection"),
            operations.update("updateInspection"),
            operations.delete("deleteInspection"),
        ]
    }
}
