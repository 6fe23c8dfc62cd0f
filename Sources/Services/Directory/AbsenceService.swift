package import Core
package import Domain
package import Repositories

/// Absences of those who lead a school, and who stands in.
package struct AbsenceService: FactService {
    package typealias Item = Absence
    package let store: Store
    package let writing = Permission.absencesWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Absence) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: Absence, replacing old: Absence?, _ transaction: WriteTransaction) throws -> Absence {
        if let standIn = item.standInId, standIn == transaction.call.actor.personId, standIn != old?.standInId {
            throw DomainError.forbidden("Nobody names themselves to stand in for somebody else.")
        }
        return try validated(item, transaction)
    }

    package func errors(in item: Absence, _ transaction: WriteTransaction) throws -> [FieldError] {
        var errors = try item.errors + transaction.errors(person: item.personId) + transaction.errors(school: item.schoolId)
        errors += try transaction.errors(person: item.standInId, at: "/standInId")
        guard errors.isEmpty else { return errors }
        let leads = try transaction.all(Appointment.self, where: "personId", is: item.personId).contains {
            $0.schoolId == item.schoolId && $0.role.leadsSchool && $0.overlaps(item)
        }
        return leads ? [] : [FieldError(pointer: "/personId", code: "not-a-lead", detail: "doesn't lead this school on these days")]
    }
}
