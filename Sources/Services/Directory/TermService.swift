import Core
package import Domain
package import Repositories

/// The terms of the trust and of schools that keep their own.
package struct TermService: ResourceService {
    package typealias Item = Term
    package let store: Store
    package let writing = Permission.calendarsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Term) -> Scope { .calendar(of: item.schoolId) }

    package func prepare(_ item: Term, replacing old: Term?, _ transaction: WriteTransaction) throws -> Term {
        let errors = try transaction.errors(school: item.schoolId)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        guard let year = try transaction.find(AcademicYear.self, id: item.academicYearId) else {
            let error = FieldError(pointer: "/academicYearId", code: "not-found", detail: "is not the id of an academic year")
            throw DomainError.invalid([error])
        }
        try item.validate(in: year)
        let others = try transaction.calendars.terms(of: item.schoolId, academicYearId: year.id).filter { $0.id != item.id }
        if let other = others.first(where: { $0.value.days.overlaps(item.value.days) }) { throw DomainError.overlap(with: other) }
        if let other = others.first(where: { $0.hasName(item.name) }) {
            let detail = "is the name of another term of this year: \(other.id)"
            throw DomainError.duplicate(FieldError(pointer: "/name", code: "duplicate", detail: detail, conflictsWith: other.id))
        }
        return item
    }
}
