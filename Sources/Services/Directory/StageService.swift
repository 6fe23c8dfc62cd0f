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
        var item = item
        if item.tier.isEmpty, let key = CodeItemKey("stages:\(item.stage)") { item.tier = try transaction.codes.find(key)?.tier ?? "" }
        if old == nil, item.dayErrors.isEmpty { try endEarlier(than: item, transaction) }
        return try validated(item, transaction)
    }

    /// A stage lasts until the next one begins: it ends the day before, where the new one lasts as long or longer.
    private func endEarlier(than item: Stage, _ transaction: WriteTransaction) throws {
        for earlier in try transaction.facts(Stage.self, where: "schoolId", is: item.schoolId, on: item.startsOn)
        where earlier.startsOn < item.startsOn && (item.endsOn ?? .latest) >= (earlier.endsOn ?? .latest) {
            try end(earlier, on: item.startsOn.adding(days: -1), transaction)
        }
    }

    package func stored(_ item: Stage, replacing old: Stage?, _ transaction: WriteTransaction) throws {
        try transaction.replan(item, replacing: old)
    }

    /// What never was leaves no gap: the stage before goes on.
    package func deleted(_ item: Stage, _ transaction: WriteTransaction) throws {
        let dayBefore = item.startsOn.adding(days: -1)
        for earlier in try transaction.facts(Stage.self, where: "schoolId", is: item.schoolId, on: dayBefore)
        where earlier.endsOn == dayBefore {
            try end(earlier, on: item.endsOn, transaction)
        }
        try transaction.replan(item, replacing: item, isGone: true)
    }

    private func end(_ stage: Stage, on day: LocalDate?, _ transaction: WriteTransaction) throws {
        var ended = stage
        ended.endsOn = day
        try transaction.update(from: stage, to: ended, isTarget: false)
    }
}
