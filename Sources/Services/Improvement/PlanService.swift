package import Core
package import Domain
package import Repositories

/// Improvement plans: a school's own choice.
package struct PlanService: StatefulService {
    package typealias Item = ImprovementPlan
    package let store: Store
    package let writing = Permission.plansWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: ImprovementPlan) -> Scope { .school(item.schoolId) }

    package func prepare(
        _ item: ImprovementPlan, replacing old: ImprovementPlan?, _ transaction: WriteTransaction
    ) throws -> ImprovementPlan {
        let errors =
            try transaction.errors(school: item.schoolId) + item.errors + cycleErrors(item, transaction)
            + priorityErrors(item, replacing: old, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        if let other = try transaction.all(ImprovementPlan.self, where: "schoolId", is: item.schoolId).first(where: item.excludes) {
            let isVisible = Visibility(of: transaction.call.actor).allows(other)
            let pointer = item.cycleId == nil ? "/academicYear" : "/cycleId"
            throw DomainError.duplicate(
                FieldError(
                    pointer: pointer, code: "duplicate",
                    detail: "has a main plan of the school that isn't closed already" + (isVisible ? ": \(other.id)" : ""),
                    conflictsWith: isVisible ? other.id : nil))
        }
        return item
    }

    /// Objectives serve priorities of the plan's year.
    private func priorityErrors(
        _ item: ImprovementPlan, replacing old: ImprovementPlan?, _ transaction: WriteTransaction
    ) throws -> [FieldError] {
        guard let old, old.academicYear != item.academicYear else { return [] }
        return try transaction.objectives(ofPlan: item.id).compactMap { objective in
            guard let id = objective.priorityId, try transaction.find(TrustPriority.self, id: id)?.academicYear != item.academicYear else {
                return nil
            }
            return FieldError(
                pointer: "/academicYear", code: "other-year",
                detail: "is not the year of the priority that the objective \(objective.id) serves", conflictsWith: objective.id)
        }
    }

    private func cycleErrors(_ item: ImprovementPlan, _ transaction: WriteTransaction) throws -> [FieldError] {
        guard let id = item.cycleId else { return [] }
        guard let cycle = try transaction.find(ImprovementCycle.self, id: id) else {
            return [FieldError(pointer: "/cycleId", code: "not-found", detail: "is not the id of an improvement cycle")]
        }
        var errors: [FieldError] = []
        if !cycle.isForAll, !cycle.schoolIds.contains(item.schoolId) {
            errors.append(FieldError(pointer: "/cycleId", code: "not-taking-part", detail: "is a cycle the school takes no part in"))
        }
        if cycle.academicYear != item.academicYear {
            errors.append(
                FieldError(pointer: "/academicYear", code: "other-year", detail: "must be that of the cycle, \(cycle.academicYear)"))
        }
        return errors
    }

    package func perform(
        _ action: ImprovementPlan.Action, _ body: JSON, on item: ImprovementPlan, _ transaction: WriteTransaction
    ) throws -> ImprovementPlan {
        var item = item
        switch action {
        case .activate: break
        case .pause: item.pauseReason = body["reason"]?.stringValue
        case .resume: item.pauseReason = nil
        case .close:
            item.pauseReason = nil
            item.outcome = body["outcome"]?.stringValue
        }
        return item
    }

    /// Who sees an objective, and whether it can be changed, follows from the plan's state.
    package func stored(_ item: ImprovementPlan, replacing old: ImprovementPlan?, _ transaction: WriteTransaction) throws {
        guard let old, old.state != item.state else { return }
        for objective in try transaction.objectives(ofPlan: item.id) {
            var changed = objective
            changed.planState = item.state
            try transaction.update(from: objective, to: changed, isTarget: false)
        }
    }

    package func checkDeletion(of item: ImprovementPlan, _ transaction: WriteTransaction) throws {
        guard let objective = try transaction.objectives(ofPlan: item.id).first else { return }
        throw DomainError.conflict("The plan has objectives, among them \(objective.title): \(objective.id). Delete them first.")
    }

    /// The plan with its objectives in their order and its latest review, each as by itself. Throws ``DomainError/notFound``.
    package func overview(_ id: String, _ call: Call) throws -> JSON {
        let visibility = Visibility(of: call.actor)
        return try store.readNow { transaction in
            guard let plan = try transaction.find(ImprovementPlan.self, id: id, visibleTo: visibility) else { throw DomainError.notFound }
            let objectives = try transaction.objectives(ofPlan: id).filter { visibility.allows($0) }
            let latest = try transaction.reviews(ofPlan: id).last { visibility.allows($0) }
            return [
                "plan": try plan.wireTree(), "objectives": .array(try objectives.map { try $0.wireTree() }),
                "latestReview": try latest?.wireTree() ?? .null,
            ]
        }
    }
}
