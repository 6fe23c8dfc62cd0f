package import Routing
package import Services

/// `/v1/absences`.
package struct AbsenceHandlers: Sendable {
    private let operations: ResourceOperations<AbsenceService>

    package init(absences: AbsenceService) {
        operations = ResourceOperations(absences)
    }

    package var bindings: [Binding] {
        [
            operations.list("listAbsences"),
            operations.create("createAbsence"),
            operations.bulk("bulkAbsences"),
            operations.get("getAbsence"),
            operations.update("updateAbsence"),
            operations.delete("deleteAbsence"),
        ]
    }
}
