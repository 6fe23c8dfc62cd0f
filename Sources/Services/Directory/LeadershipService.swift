package import Core
package import Domain
package import Repositories

/// The executive leadership group: derived from the appointments of a day, never edited.
package struct LeadershipService: Sendable {
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    package struct Leader: Encodable, Sendable {
        package let personId: String
        package let name: String
        package let role: Role
        package let isLead: Bool
        /// Null as well for whoever may not see absences of the school.
        package let standsInForId: String?
    }

    package struct SchoolEntry: Encodable, Sendable {
        package let schoolId: String
        package let urn: String
        package let name: String
        package let isVacant: Bool
        package let leaders: [Leader]
    }

    package struct Executive: Encodable, Sendable {
        package let personId: String
        package let name: String
    }

    package struct Group: Encodable, Sendable {
        package let asOf: LocalDate
        package let chiefExecutives: [Executive]
        /// Every school of the trust in session that day, by name.
        package let schools: [SchoolEntry]
        /// Schools nobody leads that day.
        package let vacantSchoolIds: [String]
    }

    /// - Parameter day: nil for today.
    package func group(asOf day: LocalDate?, _ call: Call) async throws -> Group {
        let now = store.now()
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            let day = try day ?? now.day(in: transaction.zone())
            let appointments = Dictionary(grouping: try transaction.facts(Appointment.self, on: day)) { $0.schoolId }
            let absences = Dictionary(grouping: try transaction.facts(Absence.self, on: day), by: \.schoolId)
            var schools: [SchoolEntry] = []
            for membership in try transaction.facts(Membership.self, on: day) {
                guard let school = try transaction.find(School.self, id: membership.schoolId, visibleTo: visibility),
                    school.isInSession(on: day)
                else { continue }
                let leadership = SchoolLeadership(appointments: appointments[school.id] ?? [], absences: absences[school.id] ?? [])
                schools.append(
                    SchoolEntry(
                        schoolId: school.id, urn: school.urn, name: school.name, isVacant: leadership.isVacant,
                        leaders: try transaction.named(leadership, at: school.id, for: visibility)))
            }
            schools.sort { ($0.name, $0.schoolId) < ($1.name, $1.schoolId) }
            let executives = try (appointments[nil] ?? []).filter { $0.role == .chiefExecutive }.map {
                Executive(personId: $0.personId, name: try transaction.find(Person.self, id: $0.personId)?.name ?? "")
            }
            return Group(
                asOf: day, chiefExecutives: executives, schools: schools, vacantSchoolIds: schools.filter(\.isVacant).map(\.schoolId))
        }
    }
}

extension Transaction {
    /// Who leads a school on a day, with their names.
    func leaders(of schoolId: String, on day: LocalDate, for visibility: Visibility) throws -> [LeadershipService.Leader] {
        try named(leadership(of: schoolId, on: day), at: schoolId, for: visibility)
    }

    fileprivate func named(
        _ leadership: SchoolLeadership, at schoolId: String, for visibility: Visibility
    ) throws -> [LeadershipService.Leader] {
        let seesAbsences = visibility.allows(.leadership(schoolIds: [schoolId]))
        return try leadership.leaders.map { leader in
            LeadershipService.Leader(
                personId: leader.personId, name: try find(Person.self, id: leader.personId)?.name ?? "", role: leader.role,
                isLead: leader.isLead, standsInForId: seesAbsences ? leader.standsInForId : nil)
        }
    }
}
