package import Core

/// How long records of a kind are kept: from when the time counts, for how many months, and why so long.
package struct Retention: Hashable, Sendable {
    /// What the months count from.
    package enum Start: String, Codable, CaseIterable, Sendable {
        /// Nothing: it is kept for good.
        case never
        /// The last day of a fact.
        case endsOn
        /// The last day of the last fact that names the person; without any, the last change.
        case lastFact
        /// The day a token was revoked or expired.
        case revokedOrExpired
        case finishedAt
        case updatedAt
        /// The day it was recorded.
        case recordedAt
    }

    package let start: Start
    /// Null exactly where it is kept for good.
    package let months: Int?
    package let basis: String

    private init(_ start: Start, months: Int?, _ basis: String) {
        self.start = start
        self.months = months
        self.basis = basis
    }

    private static func forGood(_ basis: String) -> Retention { Retention(.never, months: nil, basis) }

    /// The kind of record that is no resource: the values in entries of the audit trail. The entries themselves stay.
    package static let auditValue = "auditValue"

    /// Every kind of record, by the name of its resource type or ``auditValue``, with what holds until the trust decides otherwise.
    package static let all: [(recordType: String, retention: Retention)] =
        ResourceType.allCases.map { ($0.rawValue, of($0)) } + [
            (
                auditValue,
                Retention(
                    .recordedAt, months: 72,
                    "What was changed can be asked about as long as a claim can be brought: six years, Limitation Act 1980.")
            )
        ]

    private static let byType = Dictionary(all.map { ($0.recordType, $0.retention) }) { first, _ in first }

    /// nil for a name that is no kind of record.
    package static func named(_ recordType: String) -> Retention? { byType[recordType] }

    /// A type without a line here doesn't compile: how long its records are kept is decided when it is made.
    package static func of(_ type: ResourceType) -> Retention {
        switch type {
        case .trust, .school, .inspection: forGood("Public facts of the trust and its schools.")
        case .indicator, .codeItem, .academicYear, .term, .calendarDay: forGood("Says nothing about people.")
        case .schoolOverride: forGood("Why the trust's record differs from the register's, as long as it does.")
        case .membership: forGood("The history of the trust.")
        case .stage:
            Retention(.endsOn, months: 120, "A school's improvement is judged over its last inspections.")
        case .person:
            Retention(
                .lastFact, months: 72,
                "Claims from a contract of employment can be brought for six years after its end: Limitation Act 1980, section 5.")
        case .appointment, .delegation:
            Retention(
                .endsOn, months: 72,
                "Who acted for a school can be asked as long as a claim can be brought: six years, Limitation Act 1980.")
        case .absence:
            Retention(.endsOn, months: 36, "Who stood in for whom explains decisions of the last school years.")
        case .apiToken:
            Retention(.revokedOrExpired, months: 12, "Misuse of a token is looked into within a year.")
        case .importJob:
            Retention(.finishedAt, months: 24, "Where a value of the register came from is asked until the next but one extract.")
        case .retentionRule: forGood("The trust shows what its retention rules are: UK GDPR, article 5(2).")
        case .subjectAccessDraft:
            Retention(.updatedAt, months: 6, "Long enough to answer a complaint about the answer.")
        case .webhookEndpoint, .calendarFeed: forGood("Says where the trust's records are read or sent, as long as they are.")
        case .framework, .keyProcess: forGood("What a cycle was run on, as long as the trust looks back at it.")
        case .improvementCycle, .trustPriority: forGood("The history of the trust.")
        case .activity:
            Retention(.updatedAt, months: 120, "What was done for a school's improvement is judged over its last inspections.")
        case .selfEvaluation, .improvementPlan, .objective, .planReview, .finding, .need, .supportOffer, .deployment,
            .timeEntry:
            Retention(.updatedAt, months: 120, "A school's improvement is judged over its last inspections.")
        case .file:
            Retention(.updatedAt, months: 120, "As long as a school's improvement is judged, and what was shared for it is used.")
        case .sharedResource, .resourceVersion, .resourceCollection:
            forGood("The trust's own collection of practice and materials, as long as it is shared.")
        case .adoption:
            Retention(.endsOn, months: 120, "What came of a practice is judged with the school's improvement, over its last inspections.")
        case .resourceProposal, .comment:
            Retention(
                .updatedAt, months: 72,
                "Who proposed and said what about a resource, as long as a claim can be brought: Limitation Act 1980.")
        case .businessTeam, .businessService, .requestType: forGood("What schools could ask for, as long as their requests are looked at.")
        case .supportRequest, .requestMessage, .requestLink, .requestTimeEntry:
            Retention(
                .updatedAt, months: 72,
                "What was asked and answered can be asked about as long as a claim can be brought: six years, Limitation Act 1980.")
        case .redaction: forGood("That something was erased, by whom and why, is never lost: UK GDPR, article 5(2).")
        }
    }

    // MARK: Reckoning

    /// The last day on which something that ended on `day` is kept.
    package static func keptUntil(_ day: LocalDate, months: Int) -> LocalDate { day.adding(months: months) }

    /// What ended on this day, or earlier, is past its period today.
    package static func lastDayPast(months: Int, today: LocalDate) -> LocalDate {
        var day = today.adding(months: -months)
        // Months differ in length: the days just before and after decide.
        while keptUntil(day, months: months) >= today, day > .earliest { day = day.adding(days: -1) }
        while keptUntil(day.adding(days: 1), months: months) < today, day < .latest { day = day.adding(days: 1) }
        return day
    }
}
