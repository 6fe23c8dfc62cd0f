import Core
package import Domain
package import Repositories

/// Days that are something else than the terms say, of the trust and of schools.
package struct CalendarDayService: ResourceService {
    package typealias Item = CalendarDay
    package let store: Store
    package let writing = Permission.calendarsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: CalendarDay) -> Scope { .calendar(of: item.schoolId) }

    package func prepare(_ item: CalendarDay, replacing old: CalendarDay?, _ transaction: WriteTransaction) throws -> CalendarDay {
        let errors = try transaction.errors(school: item.schoolId)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try item.validate()
        let others = try transaction.calendars.days(of: item.schoolId, in: item.days)
        if let other = others.first(where: { $0.id != item.id && $0.excludes(item) }) { throw DomainError.overlap(with: other) }
        return item
    }

    package func stored(_ item: CalendarDay, replacing old: CalendarDay?, _ transaction: WriteTransaction) throws {
        // The trust's own days close the central team's office.
        if item.schoolId == nil || old.map({ $0.schoolId == nil }) == true { try transaction.follow(.init(.schedule)) }
    }

    package func deleted(_ item: CalendarDay, _ transaction: WriteTransaction) throws {
        if item.schoolId == nil { try transaction.follow(.init(.schedule)) }
    }
}
