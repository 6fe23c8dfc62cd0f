import Core
package import Domain
package import Repositories

/// The trust's academic years.
package struct AcademicYearService: ResourceService {
    package typealias Item = AcademicYear
    package let store: Store
    package let writing = Permission.calendarsWrite

    package init(store: Store) {
        self.store = store
    }

    package func prepare(_ item: AcademicYear, replacing old: AcademicYear?, _ transaction: WriteTransaction) throws -> AcademicYear {
        try item.validate(yearStart: try transaction.trust.find()?.academicYearStart ?? Trust.usualYearStart)
        if let other = try transaction.calendars.academicYears(in: item.days).first(where: { $0.id != item.id }) {
            throw DomainError.overlap(with: other)
        }
        let terms = try transaction.calendars.terms(academicYearId: item.id)
        if let term = terms.first(where: { $0.startsOn < item.startsOn || $0.endsOn > item.endsOn }) {
            throw DomainError.conflict("\(term.name), \(term.startsOn) to \(term.endsOn), would lie outside the year: \(term.id).")
        }
        return item
    }

    package func checkDeletion(of item: AcademicYear, _ transaction: WriteTransaction) throws {
        guard let term = try transaction.calendars.terms(academicYearId: item.id).first else { return }
        throw DomainError.conflict("The year has terms, among them \(term.name): \(term.id). Delete them first.")
    }
}
