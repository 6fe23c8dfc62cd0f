import Core
package import Routing
package import Services

/// `/v1/plans`.
package struct PlanHandlers: Sendable {
    private let operations: ResourceOperations<PlanService>

    package init(plans: PlanService) {
        operations = ResourceOperations(plans)
    }

    package var bindings: [Binding] {
        [
            operations.list("listImprovementPlans"),
            operations.create("createImprovementPlan"),
            operations.bulk("bulkImprovementPlans"),
            operations.get("getImprovementPlan"),
            operations.update("updateImprovementPlan"),
            operations.delete("deleteImprovementPlan"),
            Binding("getImprovementPlanOverview", target: operations.visible) {
                .view(encoded: try operations.service.overview($0.targetID, $0.call).bytes)
            },
        ] + operations.actions
    }
}
