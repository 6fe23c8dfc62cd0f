package import Routing
package import Services

/// `/v1/academic-years`.
package struct AcademicYearHandlers: Sendable {
    private let operations: ResourceOperations<AcademicYearService>

    package init(academicYears: AcademicYearService) {
        operations = ResourceOperations(academicYears)
    }

    package var bindings: [Binding] {
        [
            operations.list("listAcademicYears"),
            operations.create("createAcademicYear"),
            operations.bulk("bulkAcademicYears"),
            operations.get("getAcademicYear"),
            operations.update("updateAcademicYear"),
            operations.delete("deleteAcademicYear"),
        ]
    }
}
