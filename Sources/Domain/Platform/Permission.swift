/// What a caller may do, named as in the contract's `security`: `schools:read`.
package enum Permission: String, CaseIterable, Sendable {
    case selfRead = "self:read"
    case trustRead = "trust:read"
    case trustWrite = "trust:write"
    case schoolsRead = "schools:read"
    case schoolsWrite = "schools:write"
    case overridesRead = "overrides:read"
    case overridesWrite = "overrides:write"
    case membershipsRead = "memberships:read"
    case membershipsWrite = "memberships:write"
    case handOverRead = "handOver:read"
    case stagesRead = "stages:read"
    case stagesWrite = "stages:write"
    case inspectionsRead = "inspections:read"
    case inspectionsWrite = "inspections:write"
    case indicatorsRead = "indicators:read"
    case indicatorsWrite = "indicators:write"
    case peopleRead = "people:read"
    case peopleWrite = "people:write"
    case absencesRead = "absences:read"
    case absencesWrite = "absences:write"
    case delegationsRead = "delegations:read"
    case delegationsWrite = "delegations:write"
    case calendarsRead = "calendars:read"
    case calendarsWrite = "calendars:write"
    case codeListsRead = "codeLists:read"
    case codeListsWrite = "codeLists:write"
    case tokensRead = "tokens:read"
    case tokensWrite = "tokens:write"
    case importsRead = "imports:read"
    case importsWrite = "imports:write"
    case privacyRead = "privacy:read"
    case privacyWrite = "privacy:write"
    case auditRead = "audit:read"
    case eventsRead = "events:read"
    case webhooksRead = "webhooks:read"
    case webhooksWrite = "webhooks:write"
    case plansRead = "plans:read"
    case plansWrite = "plans:write"
    case calendarFeedsRead = "calendarFeeds:read"
    case calendarFeedsWrite = "calendarFeeds:write"
    case findingsRead = "findings:read"
    case findingsWrite = "findings:write"
    case needsRead = "needs:read"
    case needsWrite = "needs:write"
    case offersRead = "offers:read"
    case offersWrite = "offers:write"
    case deploymentsRead = "deployments:read"
    case deploymentsWrite = "deployments:write"
    /// Answer for giver or receiver, record time: of whoever leads one of the two.
    case deploymentsRecord = "deployments:record"
    case frameworksRead = "frameworks:read"
    case frameworksWrite = "frameworks:write"
    case prioritiesRead = "priorities:read"
    case prioritiesWrite = "priorities:write"
    case selfEvaluationsRead = "selfEvaluations:read"
    case selfEvaluationsWrite = "selfEvaluations:write"
    case cyclesRead = "cycles:read"
    case cyclesWrite = "cycles:write"
    case activitiesRead = "activities:read"
    case activitiesWrite = "activities:write"
    /// Start, complete, add evidence: of whoever does the work.
    case activitiesRecord = "activities:record"
    case sharedResourcesRead = "sharedResources:read"
    /// Write them down, make versions, submit them: of whoever works at the school.
    case sharedResourcesWrite = "sharedResources:write"
    /// Publish and retire, take over what is offered back, moderate comments: of whoever leads the school.
    case sharedResourcesPublish = "sharedResources:publish"
    case adoptionsRead = "adoptions:read"
    case adoptionsWrite = "adoptions:write"
    case commentsWrite = "comments:write"
    case catalogueRead = "catalogue:read"
    case catalogueWrite = "catalogue:write"
    case supportRequestsRead = "supportRequests:read"
    /// Raise them and speak in them: of everybody.
    case supportRequestsWrite = "supportRequests:write"
    /// Do the work: of the specialists of the business area and the team.
    case supportRequestsServe = "supportRequests:serve"
    /// Let oneself into a confidential one, with the reason, which its people are told.
    case supportRequestsBreakGlass = "supportRequests:breakGlass"
    case filesRead = "files:read"
    case filesWrite = "files:write"
}

extension Permission {
    /// Reading what everyone signed in may see.
    static let directory: Set<Permission> = [
        .selfRead, .trustRead, .schoolsRead, .overridesRead, .membershipsRead, .inspectionsRead, .peopleRead, .delegationsRead,
        .calendarsRead, .codeListsRead, .eventsRead, .frameworksRead, .prioritiesRead, .offersRead, .sharedResourcesRead, .adoptionsRead,
        .catalogueRead,
    ]
    /// One's own tokens; those of others only the trust's roles may issue.
    static let tokens: Set<Permission> = [.tokensRead, .tokensWrite]
    /// What everybody with an appointment may do anywhere. Files are seen by whom they concern.
    static let everybody = directory.union(tokens).union([
        .calendarFeedsRead, .calendarFeedsWrite, .filesRead, .filesWrite, .commentsWrite, .supportRequestsRead, .supportRequestsWrite,
    ])
    /// What a specialist does in the business areas of the appointment, and with the team.
    static let serving: Set<Permission> = [.catalogueWrite, .supportRequestsServe]

    /// Whether a specialist holds it for business areas and teams only.
    var isOfBusinessArea: Bool { Self.serving.contains(self) }
    /// What everybody who teaches or supports does at their school.
    static let teaching: Set<Permission> = [.sharedResourcesWrite]
    /// Reading what the leaders of the partnership share among themselves.
    static let leadership: Set<Permission> = [
        .stagesRead, .indicatorsRead, .absencesRead, .selfEvaluationsRead, .cyclesRead, .activitiesRead, .plansRead,
        .findingsRead, .needsRead, .deploymentsRead,
    ]
    /// What the improvement lead writes anywhere.
    static let improvement: Set<Permission> = [
        .frameworksWrite, .prioritiesWrite, .cyclesWrite, .activitiesWrite, .activitiesRecord, .findingsWrite,
        .needsWrite, .offersWrite, .deploymentsWrite, .deploymentsRecord, .sharedResourcesWrite, .sharedResourcesPublish,
    ]
    /// The data protection officer's own.
    static let privacyOffice: Set<Permission> = [.privacyRead, .privacyWrite]

    var isOfPrivacyOffice: Bool { Self.privacyOffice.contains(self) }

    /// What is a school's own choice: the trust's own roles may do it only where the school has delegated the chapter to the central team.
    package var isSchoolsOwn: Bool { Self.schoolsOwn.contains(self) }

    private static let schoolsOwn: Set<Permission> = [
        .schoolsWrite, .calendarsWrite, .delegationsWrite, .plansWrite, .selfEvaluationsWrite, .sharedResourcesWrite,
        .sharedResourcesPublish, .adoptionsWrite,
    ]

    /// What a lead may hand to somebody else, chapter by chapter.
    static let delegable = Set(allCases.filter { $0.chapter != nil })

    /// The part of the work it belongs to, as delegations name them.
    package var chapter: Chapter? {
        switch self {
        case .schoolsWrite, .overridesWrite: .profile
        case .peopleWrite: .people
        case .calendarsWrite: .calendar
        case .inspectionsWrite, .indicatorsWrite, .selfEvaluationsWrite, .plansWrite, .findingsWrite, .activitiesRecord, .needsWrite,
            .offersWrite, .deploymentsRecord:
            .education
        case .sharedResourcesWrite, .sharedResourcesPublish, .adoptionsWrite: .collaboration
        default: nil
        }
    }
}

/// The parts of its work a school can delegate, one by one.
package enum Chapter: String, CaseIterable, Codable, Sendable {
    case profile, people, calendar, education, collaboration, business, leadership
}
