package import Core
package import Domain
package import Repositories

/// People: whoever may appoint at a school, or for the trust, may record them.
package struct PersonService: ResourceService {
    package typealias Item = Person
    package let store: Store
    package let writing = Permission.peopleWrite

    package init(store: Store) {
        self.store = store
    }

    /// The id of a person named by id or work email. Throws ``DomainError/notFound``.
    package func identify(person key: String) throws -> String {
        let found = try store.readNow { transaction in
            ResourceType.person.isID(key) ? try transaction.find(Person.self, id: key) : try transaction.people.find(workEmail: key)
        }
        guard let found else { throw DomainError.notFound }
        return found.id
    }

    /// Somebody who works at one school is recorded by that school too, everybody else who works somewhere by the trust alone; somebody who
    /// works nowhere yet, by anyone who appoints people.
    package func places(of item: Person, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        let appointments = try transaction.all(Appointment.self, where: "personId", is: item.id)
        if appointments.isEmpty { return [] }
        let present = Set(appointments.filter { $0.endsOn.map { day <= $0 } ?? true }.map(\.schoolId))
        guard present.count == 1, let school = present.first ?? nil else { return [.trust] }
        return [.trust, .school(school)]
    }

    /// What people call a caller: the person behind it, else what the caller itself is called.
    package func name(of actor: Actor) throws -> String {
        guard let id = actor.personId, let person = try store.readNow({ try $0.find(Person.self, id: id) }) else { return actor.name }
        return person.name
    }

    package func prepare(_ item: Person, replacing old: Person?, _ transaction: WriteTransaction) throws -> Person {
        if item.erasedAt != nil { throw DomainError.conflict("The data of this person was erased; nothing is recorded of them any more.") }
        return item
    }

    package func stored(_ item: Person, replacing old: Person?, _ transaction: WriteTransaction) throws {
        if item.externalRefs != old?.externalRefs ?? [] { try transaction.replaceExternalRefs(of: item) }
    }

    package func checkDeletion(of item: Person, _ transaction: WriteTransaction) throws {
        guard try transaction.people.isUnused(id: item.id) else {
            throw DomainError.conflict(
                "This person has appointments, absences, delegations or tokens, or is named by other records; that history is kept. End it, or erase."
            )
        }
    }
}
