/// What somebody is in the trust. A person's roles come from appointments in force, a token's role is written on it.
package enum Role: String, CaseIterable, Codable, Sendable {
    // At a school.
    case headteacher, coHeadteacher, headOfSchool, actingHeadteacher, executiveHeadteacher, deputyHeadteacher, seniorLeader, middleLeader,
        teacher, support, schoolBusinessManager, schoolOffice, chairOfGovernors, governor
    // Of the trust and its central team.
    case trustee, chiefExecutive, specialist, improvementLead, dataProtectionOfficer
    /// Somebody a school's lead has delegated a chapter to; comes from a delegation.
    case delegate
    /// Of a token: the trust's administrator.
    case trustAdmin
    /// The service itself, and whoever may run the program on its data.
    case `operator`

    /// Roles a person is appointed to.
    package static let appointable = allCases.filter { ![.delegate, .trustAdmin, .operator].contains($0) }

    /// Those who lead a school, the one who does so when several are there first.
    package static let schoolLeads: [Role] = [.headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher]

    package var leadsSchool: Bool { Self.schoolLeads.contains(self) }

    /// Whether an appointment to it names a school; the others belong to the trust.
    package var isAtSchool: Bool {
        switch self {
        case .trustee, .chiefExecutive, .specialist, .improvementLead, .dataProtectionOfficer, .delegate, .trustAdmin, .operator: false
        default: true
        }
    }

    /// Whether it is appointed by the trust, also where it is held at a school: who leads a school and who governs it.
    package var isAppointedByTrust: Bool { leadsSchool || !isAtSchool || self == .governor || self == .chairOfGovernors }

    /// The trust's own roles, to which a school can hand a chapter of its work.
    package var isOfCentralTeam: Bool { [.chiefExecutive, .trustAdmin, .specialist, .improvementLead].contains(self) }

    /// Runs the trust: issues tokens to others.
    package var runsTrust: Bool { [.chiefExecutive, .trustAdmin, .operator].contains(self) }

    /// What the role may do anywhere in the trust.
    package var trustWide: Set<Permission> {
        let leadership = Permission.everybody.union(Permission.leadership)
        return switch self {
        case .operator: Set(Permission.allCases)
        case .chiefExecutive: Set(Permission.allCases.filter { !$0.isOfPrivacyOffice })
        // To be let into what is confidential is for people who answer for it by name.
        case .trustAdmin: Role.chiefExecutive.trustWide.subtracting([.supportRequestsBreakGlass])
        case .improvementLead: leadership.union([.stagesWrite, .inspectionsWrite, .indicatorsWrite]).union(Permission.improvement)
        case .dataProtectionOfficer: Permission.everybody.union(Permission.privacyOffice).union([.auditRead, .supportRequestsBreakGlass])
        case .trustee, .chairOfGovernors, .governor, .delegate: leadership
        case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher: leadership
        // Their own offers: what they can give themselves.
        case .specialist: Permission.everybody.union(Permission.serving).union([.offersWrite])
        case .deputyHeadteacher, .seniorLeader, .middleLeader, .teacher, .support, .schoolBusinessManager, .schoolOffice:
            Permission.everybody
        }
    }

    /// What it may do for the school it is held at; a delegate of it what belongs to the chapter.
    package var atOwnSchool: Set<Permission> {
        switch self {
        case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher:
            Permission.delegable.union([.delegationsWrite, .absencesWrite, .handOverRead])
        case .delegate: Permission.delegable
        case .deputyHeadteacher, .seniorLeader, .middleLeader, .teacher, .support: Permission.teaching
        case .schoolOffice, .schoolBusinessManager: Permission.teaching.union([.peopleWrite, .calendarsWrite])
        // Names who stands in for an absent head.
        case .chairOfGovernors: [.absencesWrite]
        default: []
        }
    }
}
