package import Core
package import Domain
import GRDB

extension Person: Stored {
    package static let table = Table(
        Person.self,
        members: [
            .required("name"), .optional("workEmail"), .optional("jobTitle"), .instant("erasedAt", isNullable: true), .instant("updatedAt"),
        ],
        searchIndex: "personSearch", searchMembers: ["name"],
        asOf: """
            id IN (SELECT personId FROM appointment WHERE (startsOn IS NULL OR startsOn <= ?) AND (endsOn IS NULL OR endsOn >= ?))
            """,
        sideTables: ["personExternalRef": "externalRefs"])
}

extension Transaction {
    /// Who leads a school on a day.
    package func leadership(of schoolId: String, on day: LocalDate) throws -> SchoolLeadership {
        try SchoolLeadership(
            appointments: facts(Appointment.self, where: "schoolId", is: schoolId, on: day),
            absences: facts(Absence.self, where: "schoolId", is: schoolId, on: day))
    }

    package var people: PersonRepository<Self> { PersonRepository(transaction: self) }
}

extension Transaction {
    /// The caller a token is on a day, with the authority of the person behind it.
    package func actor(of token: ApiToken, on day: LocalDate) throws -> Actor {
        guard let person = token.personId else { return token.actor() }
        return try token.actor(grants: people.grants(personId: person, on: day), teamIds: people.teamIds(personId: person))
    }
}

package struct PersonRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    package func find(workEmail: String) throws -> Person? {
        try transaction.all(Person.self, where: "workEmail", is: workEmail).first
    }

    /// The ids of everybody the records of a school name, in order.
    package func named(bySchool id: String) throws -> [String] {
        var selects: [String] = []
        for type in StoredTypes.ofSchools {
            for reference in Table.references where reference.type == .person && type.table.columns.contains(reference.member) {
                guard let ofSchool = type.table.condition("schoolId") else { continue }
                selects.append("SELECT \(reference.member) AS person FROM \(type.table.name) WHERE \(ofSchool)")
            }
        }
        let sql = "SELECT person FROM (\(selects.joined(separator: " UNION "))) WHERE person IS NOT NULL ORDER BY person"
        var found: [String] = []
        try transaction.connection.database.cached(sql).eachRow([.text(id)]) { found.append($0.text(0)) }
        return found
    }

    /// Whether nothing refers to the person.
    package func isUnused(id: String) throws -> Bool {
        let named = StoredTypes.all.flatMap { type in
            type.table.columnsNamingPeople.map { "EXISTS (SELECT 1 FROM \(type.table.name) WHERE \($0) = ?1)" }
        }
        return try transaction.connection.database.cached("SELECT " + named.joined(separator: " OR ")).first([.text(id)]) {
            $0.integer(0)
        } == 0
    }

    /// What a person may do on a day: their appointments, the days they stand in for somebody, what was delegated to them.
    package func grants(personId: String, on day: LocalDate) throws -> [Actor.Grant] {
        let appointed = try transaction.facts(Appointment.self, where: "personId", is: personId, on: day).map {
            Actor.Grant(role: $0.role.rawValue, schoolId: $0.schoolId, areas: $0.areas)
        }
        let standingIn = try transaction.facts(Absence.self, where: "standInId", is: personId, on: day).map(\.schoolId).filter { school in
            try transaction.leadership(of: school, on: day).leaders.contains { $0.personId == personId && $0.standsInForId != nil }
        }.map { Actor.Grant(role: Role.actingHeadteacher.rawValue, schoolId: $0) }
        let delegated = try transaction.facts(Delegation.self, where: "personId", is: personId, on: day).map {
            Actor.Grant(role: Role.delegate.rawValue, schoolId: $0.schoolId, chapter: $0.chapter.rawValue)
        }
        return try (appointed + standingIn + delegated).filter { try !hasLeft($0.schoolId, on: day) }
    }

    /// The teams a person is in or leads.
    package func teamIds(personId: String) throws -> [String] {
        let sql =
            "SELECT ownerId FROM businessTeamMemberIds WHERE value = ?1 UNION SELECT id FROM businessTeam WHERE leadId = ?1 ORDER BY 1"
        var found: [String] = []
        try transaction.connection.database.cached(sql).eachRow([.text(personId)]) { found.append($0.text(0)) }
        return found
    }

    /// Whether the school's time in the trust was over before the day; nobody speaks for it then.
    private func hasLeft(_ schoolId: String?, on day: LocalDate) throws -> Bool {
        guard let schoolId else { return false }
        return Membership.leftOn(try transaction.all(Membership.self, where: "schoolId", is: schoolId), today: day) != nil
    }

    /// The chapters a school has handed to the central team on a day.
    package func chaptersDelegated(by schoolId: String, on day: LocalDate) throws -> Set<Chapter> {
        Set(try transaction.facts(Delegation.self, where: "schoolId", is: schoolId, on: day).filter { $0.personId == nil }.map(\.chapter))
    }
}
