package import Routing
package import Services

/// `/v1/reviews`.
package struct PlanReviewHandlers: Sendable {
    private let operations: ResourceOperations<PlanReviewService>

    package init(planReviews: PlanReviewService) {
        operations = ResourceOperations(planReviews)
    }

    package var bindings: [Binding] {
        [
            operations.list("listPlanReviews"),
            operations.create("createPlanReview"),
            operations.bulk("bulkPlanReviews"),
            operations.get("getPlanReview"),
            operations.update("updatePlanReview"),
            operations.delete("deletePlanReview"),
        ]
    }
}
