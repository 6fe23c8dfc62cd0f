import Core
package import Domain
package import Repositories

/// Figures of schools, recorded one by one or imported.
package struct IndicatorService: ResourceService {
    package typealias Item = Indicator
    package let store: Store
    package let writing = Permission.indicatorsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Indicator) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: Indicator, replacing old: Indicator?, _ transaction: WriteTransaction) throws -> Indicator {
        var item = item
        let measure = try CodeItemKey("indicator-measures:\(item.measure)").flatMap { try transaction.codes.find($0) }
        // Without a unit nothing can be said of the range.
        item.unit = measure?.unit ?? .score
        let errors = try transaction.errors(school: item.schoolId) + item.errors
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        let other = try transaction.indicators.find(
            schoolId: item.schoolId, measure: item.measure, period: item.period, source: item.source)
        if let other, other.id != item.id {
            throw DomainError.duplicate(
                FieldError(
                    pointer: "/period", code: "duplicate",
                    detail: "has this figure of the school from the same source already: \(other.id)",
                    conflictsWith: other.id))
        }
        return item
    }
}
