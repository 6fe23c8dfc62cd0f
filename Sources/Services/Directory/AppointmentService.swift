package import Core
package import Domain
package import Repositories

/// Appointments: authority begins and ends with them.
package struct AppointmentService: FactService {
    package typealias Item = Appointment
    package let store: Store
    package let writing = Permission.peopleWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Appointment) -> Scope { item.schoolId.map(Scope.school) ?? .trust }

    package func errors(in item: Appointment, _ transaction: WriteTransaction) throws -> [FieldError] {
        try item.errors + transaction.errors(person: item.personId) + transaction.errors(school: item.schoolId)
    }

    package func prepare(_ item: Appointment, replacing old: Appointment?, _ transaction: WriteTransaction) throws -> Appointment {
        let errors = try self.errors(in: item, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        // Who leads a school is decided by the trust: a school office records its staff, not its own head.
        if item.role.leadsSchool || old?.role.leadsSchool ?? false { try transaction.authorise(writing, for: .trust) }
        try transaction.checkExclusions(of: item)
        return item
    }
}
