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

    /// Who leads or governs a school is decided by the trust: a school records its staff, not its own head.
    package func place(of item: Appointment) -> Scope {
        item.schoolId.flatMap { item.role.isAppointedByTrust ? nil : .school($0) } ?? .trust
    }

    /// Also where the trust decides, the appointment belongs to the school.
    package func school(of item: Appointment) -> String? { item.schoolId }

    package func errors(in item: Appointment, _ transaction: WriteTransaction) throws -> [FieldError] {
        try item.errors + transaction.errors(person: item.personId) + transaction.errors(school: item.schoolId)
    }

    package func prepare(_ item: Appointment, replacing old: Appointment?, _ transaction: WriteTransaction) throws -> Appointment {
        // Nobody but the trust says what its own people are.
        if item.personId == transaction.call.actor.personId { try transaction.authorise(writing, for: .trust) }
        return try validated(item, transaction)
    }
}
