package import Core
package import Domain
package import Repositories

/// Self-evaluations: a school's own, shared when they are finished.
package struct SelfEvaluationService: StatefulService {
    package typealias Item = SelfEvaluation
    package let store: Store
    package let writing = Permission.selfEvaluationsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: SelfEvaluation) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: SelfEvaluation, replacing old: SelfEvaluation?, _ transaction: WriteTransaction) throws -> SelfEvaluation {
        // What was finished stays as it was, whatever became of the lists.
        guard item.state == .draft else { return item }
        let regime = try transaction.codes.items(of: .inspectionRegimes).first { $0.code == item.regime }
        let errors =
            try transaction.errors(school: item.schoolId)
            + item.errors(
                regime: regime, areas: transaction.codes.items(of: .evaluationAreas, regime: item.regime),
                grades: transaction.codes.items(of: .evaluationGrades, regime: item.regime), today: transaction.today())
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func perform(
        _ action: SelfEvaluation.Action, _ body: JSON, on item: SelfEvaluation, _ transaction: WriteTransaction
    ) throws -> SelfEvaluation {
        let missing = item.missing(areas: try transaction.codes.items(of: .evaluationAreas, regime: item.regime))
        guard missing.isEmpty else {
            throw DomainError.refused("Every area needs a grade before the self-evaluation is finished.", missing)
        }
        var item = item
        item.finishedAt = transaction.now
        return item
    }
}
