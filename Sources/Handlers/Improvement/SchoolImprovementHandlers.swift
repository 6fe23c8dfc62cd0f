import Core
package import Routing
package import Services

/// `/v1/schools/{id}/improvement`.
package struct SchoolImprovementHandlers: Sendable {
    private let improvement: SchoolImprovementService
    private let schools: SchoolService

    package init(improvement: SchoolImprovementService, schools: SchoolService) {
        self.improvement = improvement
        self.schools = schools
    }

    package var bindings: [Binding] {
        [
            Binding(
                "getSchoolImprovement", target: { Target(id: try schools.identify($0.path("id"), $0.call).id) },
                handle: { .view(encoded: try await improvement.view($0.targetID, $0.call).bytes) })
        ]
    }
}
