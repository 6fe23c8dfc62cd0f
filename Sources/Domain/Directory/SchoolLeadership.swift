package import Core

/// Who leads one school on one day: derived from appointments and absences, never recorded.
package struct SchoolLeadership: Hashable, Sendable {
    package struct Leader: Hashable, Sendable {
        package let personId: String
        package let role: Role
        /// The one who speaks and votes for the school.
        package var isLead: Bool
        /// The person who is away, where this one stands in.
        package var standsInForId: String?
    }

    /// The lead first, then by role and by how long they have been there. None is a vacancy.
    package let leaders: [Leader]

    package var isVacant: Bool { leaders.isEmpty }
    package var lead: Leader? { leaders.first }

    /// - Parameters:
    ///   - appointments: those of the school that hold on the day.
    ///   - absences: those of the school that hold on the day.
    ///
    /// Whoever is absent leads nothing that day. An acting head stands in where one is appointed; without one, the person named with the
    /// absence does. The lead is the one whose appointment says so, else whoever stands in for them, else the first by role.
    package init(appointments: [Appointment], absences: [Absence]) {
        let leading = appointments.filter(\.role.leadsSchool)
        let away = Set(absences.map(\.personId))
        let present = leading.filter { !away.contains($0.personId) }
        let hasActingHead = present.contains { $0.role == .actingHeadteacher }
        let declared = leading.first(where: \.isLead)
        let isDeclaredAway = declared.map { away.contains($0.personId) } ?? false

        var leaders = present.map { appointment in
            Leader(
                personId: appointment.personId, role: appointment.role,
                isLead: appointment.isLead || isDeclaredAway && appointment.role == .actingHeadteacher, standsInForId: nil)
        }
        for absence in absences where !hasActingHead && leading.contains(where: { $0.personId == absence.personId }) {
            guard let standIn = absence.standInId, !away.contains(standIn) else { continue }
            let isLead = isDeclaredAway && absence.personId == declared?.personId
            if let index = leaders.firstIndex(where: { $0.personId == standIn }) {
                leaders[index].standsInForId = absence.personId
                if isLead { leaders[index].isLead = true }
            } else {
                leaders.append(Leader(personId: standIn, role: .actingHeadteacher, isLead: isLead, standsInForId: absence.personId))
            }
        }
        let since = Dictionary(present.map { ($0.personId, $0.startsOn) }, uniquingKeysWith: min)
        leaders.sort { Self.order($0, since) < Self.order($1, since) }
        // One person can lead in two roles; the first one counts.
        var seen: Set<String> = []
        leaders = leaders.filter { seen.insert($0.personId).inserted }
        for index in leaders.indices { leaders[index].isLead = index == 0 }
        self.leaders = leaders
    }

    private static func order(_ leader: Leader, _ since: [String: LocalDate]) -> (Int, Int, Int, String) {
        (
            leader.isLead ? 0 : 1, Role.schoolLeads.firstIndex(of: leader.role) ?? Role.schoolLeads.count,
            since[leader.personId]?.daysSinceEpoch ?? .max, leader.personId
        )
    }
}

extension School {
    /// Whether pupils were taught there on a day, as far as the register says: it knows when a school opened and closed.
    package func isInSession(on day: LocalDate) -> Bool {
        if let openedOn, day < openedOn { return false }
        if let closedOn { return day <= closedOn }
        return status.isInSession
    }
}
