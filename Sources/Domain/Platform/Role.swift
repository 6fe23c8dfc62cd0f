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

    /// What the role may do anywhere in the trust.
    package var trustWide: Set<Permission> {
        switch self {
        case .operator: Set(Permission.allCases)
        case .chiefExecutive, .trustAdmin: Set(Permission.allCases.filter { !$0.isOfPrivacyOffice })
        case .improvementLead: Permission.directory.union(Permission.leadership).union([.stagesWrite, .inspectionsWrite, .indicatorsWrite])
        case .dataProtectionOfficer: Permission.directory.union(Permission.privacyOffice)
        case .trustee, .chairOfGovernors, .governor: Permission.directory.union(Permission.leadership)
        case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher, .delegate:
            Permission.directory.union(Permission.leadership)
        case .specialist, .deputyHeadteacher, .seniorLeader, .middleLeader, .teacher, .support, .schoolBusinessManager, .schoolOffice:
            Permission.directory
        }
    }

    /// What it may do for the school it is held at.
    package var atOwnSchool: Set<Permission> {
        switch self {
        case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher, .delegate:
            [
                .schoolsWrite, .overridesWrite, .peopleWrite, .delegationsWrite, .calendarsWrite, .inspectionsWrite, .indicatorsWrite,
                .handOverRead,
            ]
        case .schoolOffice, .schoolBusinessManager: [.peopleWrite, .calendarsWrite]
        default: []
        }
    }
}
