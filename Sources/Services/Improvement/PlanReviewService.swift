package import Core
package import Domain
package import Repositories

/// Reviews of active plans.
package struct PlanReviewService: ResourceService {
    package typealias Item = PlanReview
    package let store: Store
    package let writing = Permission.plansWrite

    package init(store: Store) {
        self.store = store
    }

    /// A new one has no school yet: it gets the plan's, whose permission is asked then.
    package func places(of item: PlanReview, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        item.schoolId.isEmpty ? [] : [.school(item.schoolId)]
    }

    package func school(of item: PlanReview) -> String? { item.schoolId.isEmpty ? nil : item.schoolId }

    package func prepare(_ item: PlanReview, replacing old: PlanReview?, _ transaction: WriteTransaction) throws -> PlanReview {
        let plan = try transaction.plan(item.planId, isNew: old == nil)
        var item = item
        item.schoolId = plan.schoolId
        let objectives = Set(try transaction.objectives(ofPlan: plan.id).map(\.id))
        let errors =
            try item.errors(objectiveIds: objectives, today: transaction.today())
            + transaction.errors(person: item.reviewerId, replacing: old?.reviewerId, at: "/reviewerId")
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try plan.checkTakes("A review", in: [.active])
        let others = try transaction.reviews(ofPlan: plan.id)
        if let other = others.first(where: { $0.reviewedOn == item.reviewedOn && $0.id != item.id }) {
            throw DomainError.duplicate(
                FieldError(
                    pointer: "/reviewedOn", code: "duplicate", detail: "has a review of the plan already: \(other.id)",
                    conflictsWith: other.id))
        }
        return item
    }

    package func checkDeletion(of item: PlanReview, _ transaction: WriteTransaction) throws {
        try transaction.plan(item.planId, isNew: false).checkTakes("A review", in: [.active])
        guard item.content.isEmpty else {
            throw DomainError.refused("A review can be deleted only while it says nothing.", item.content)
        }
    }
}
