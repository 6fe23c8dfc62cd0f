package import Core
package import Domain
package import Repositories

/// The stages of schools. A new one ends the one before.
package struct StageService: FactService {
    package typealias Item = Stage
    package let store: Store
    package let writing = Permission.stagesWrite

    package init(store: Store) {
        self.store = store
    }

    /// Decided by the trust, and still part of the school's history.
    package func school(of item: Stage) -> String? { item.schoolId }

    package func errors(in item: Stage, _ transaction: WriteTransaction) throws -> [FieldError] {
        try item.dayErrors + transaction.errors(school: item.schoolId)
    }

    package func prepare(_ item: Stage, replacing old: Stage?, _ transaction: WriteTransaction) throws -> Stage {
        let errors = try self.errors(in: item, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        if old == nil { try endEarlier(than: item, transaction) }
        try transaction.checkExclusions(of: item)
        return item
    }

    /// A stage without a last day lasts until the next one begins.
    private func endEarlier(than item: Stage, _ transaction: WriteTransaction) throws {
        for earlier in try transaction.all(Stage.self, where: "schoolId", is: item.schoolId)
        where earlier.endsOn == nil && earlier.startsOn < item.startsOn {
            var ended = earlier
            ended.endsOn = item.startsOn.adding(days: -1)
            try transaction.update(from: earlier, to: ended, isTarget: false)
        }
    }
}
