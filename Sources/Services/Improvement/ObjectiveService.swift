package import Core
package import Domain
package import Repositories

/// Objectives of plans: edited together by those who lead the schools that own them.
package struct ObjectiveService: ResourceService {
    package typealias Item = Objective
    package let store: Store
    package let writing = Permission.plansWrite
    private static let openStates: Set<ImprovementPlan.State> = [.draft, .active]

    package init(store: Store) {
        self.store = store
    }

    /// The plan's school and those that share it; a new one has yet to name the former.
    package func places(of item: Objective, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        let plan = try transaction.find(ImprovementPlan.self, id: item.planId)
        return Set(item.schoolIds + [plan?.schoolId].compactMap(\.self)).sorted().map(Scope.school)
    }

    /// It is part of the plan, and so of the plan's school, which is the first.
    package func school(of item: Objective) -> String? { item.schoolIds.first }

    package func prepare(_ item: Objective, replacing old: Objective?, _ transaction: WriteTransaction) throws -> Objective {
        let plan = try transaction.plan(item.planId, isNew: old == nil)
        var item = item
        item.planState = plan.state
        item.schoolIds = [plan.schoolId] + item.schoolIds.filter { $0 != plan.schoolId }
        let errors =
            try item.errors + transaction.errors(person: item.leaderId, replacing: old?.leaderId, at: "/leaderId")
            + schoolErrors(item, transaction)
            + priorityErrors(item, plan, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try plan.checkTakes("An objective", in: Self.openStates)
        for school in item.schoolIds where old?.schoolIds.contains(school) != true {
            try transaction.checkHasNotLeft(school: school, on: transaction.today())
        }
        if item.position == 0 {
            let others = try transaction.objectives(ofPlan: plan.id).filter { $0.id != item.id }
            item.position = (others.last?.position ?? 0) + Objective.positionStep
        }
        return item
    }

    private func schoolErrors(_ item: Objective, _ transaction: WriteTransaction) throws -> [FieldError] {
        try item.schoolIds.enumerated().flatMap { try transaction.errors(school: $1, at: "/schoolIds/\($0)") }
    }

    private func priorityErrors(_ item: Objective, _ plan: ImprovementPlan, _ transaction: WriteTransaction) throws -> [FieldError] {
        guard let id = item.priorityId else { return [] }
        guard let priority = try transaction.find(TrustPriority.self, id: id) else {
            return [FieldError(pointer: "/priorityId", code: "not-found", detail: "is not the id of a trust priority")]
        }
        guard priority.academicYear != plan.academicYear else { return [] }
        return [
            FieldError(
                pointer: "/priorityId", code: "other-year",
                detail: "is a priority of \(priority.academicYear), the plan is of \(plan.academicYear)")
        ]
    }

    package func checkDeletion(of item: Objective, _ transaction: WriteTransaction) throws {
        try transaction.plan(item.planId, isNew: false).checkTakes("An objective", in: Self.openStates)
        let progress = item.progress(reviews: try transaction.reviews(ofPlan: item.planId))
        guard progress.isEmpty else {
            throw DomainError.refused("Progress is recorded on this objective, so it can't be deleted.", progress)
        }
    }

    package func deleted(_ item: Objective, _ transaction: WriteTransaction) throws {
        for finding in try transaction.findings(raisedAs: item.id) {
            var changed = finding
            changed.objectiveIds.removeAll { $0 == item.id }
            try transaction.update(from: finding, to: changed, isTarget: false)
        }
    }
}

extension WriteTransaction {
    /// The plan something belongs to. For something new it has to be one the caller may see and, at the plan's own school, write.
    ///
    /// Throws `invalid` at `/planId`, `forbidden`, and `conflict` where the school has left.
    func plan(_ id: String, isNew: Bool) throws -> ImprovementPlan {
        let visibility = isNew ? Visibility(of: call.actor) : .everything
        guard let plan = try find(ImprovementPlan.self, id: id, visibleTo: visibility) else {
            throw DomainError.invalid([FieldError(pointer: "/planId", code: "not-found", detail: "is not the id of a plan")])
        }
        if isNew {
            try authorise(.plansWrite, for: .school(plan.schoolId))
            try checkHasNotLeft(school: plan.schoolId, on: today())
        }
        return plan
    }
}
