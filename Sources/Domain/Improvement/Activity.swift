package import Core
import OrderedCollections

/// One occurrence of a process in a cycle, for a school or for several that share it.
package struct Activity: Stateful {
    package static let type = ResourceType.activity

    package enum State: String, Codable, CaseIterable, Sendable {
        case scheduled, inProgress, done, missed, waived, cancelled
    }

    package enum Action: String, CaseIterable, Sendable {
        case start, complete, recordEvidence, reschedule, miss, waive, cancel, reopen
    }

    /// What shows how it went: a link, a note, or both.
    package struct Evidence: Codable, Hashable, Sendable {
        package var title: String
        package var url: String?
        package var note: String?

        package init(title: String, url: String?, note: String?) {
            self.title = title
            self.url = url
            self.note = note
        }
    }

    package var id: String
    package var cycleId: String
    package var processId: String
    /// Of the process, as it was when the activity was made; so are kind and day kind.
    package var title: String
    package var kind: String
    /// The kind of day that `scheduledFor` and `dueOn` fall on.
    package var dayKind: DayCount
    package var schoolIds: [String]
    /// Of the group that shares it; null for one school's own.
    package var groupName: String?
    /// Which of `times` in which period of the year it is; all four are null for an activity beside the plan.
    package var every: ProcessFrequency.Every?
    package var period: Int?
    package var occurrence: Int?
    package var times: Int?
    package var opensOn: LocalDate
    package var dueOn: LocalDate
    package var scheduledFor: LocalDate
    package var leaderId: String?
    /// Never one of `schoolIds`.
    package var partnerSchoolIds: [String]
    package var evidence: [Evidence]
    package var outcome: String?
    /// Why it is in its state, or on its day.
    package var stateReason: String?
    /// Why planning again made, changed or cancelled it.
    package var replannedBecause: String?
    /// The day it was done, missed, waived or cancelled.
    package var settledOn: LocalDate?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, cycleId, processId, title, kind, dayKind, schoolIds, groupName, every, period, occurrence, times, opensOn, dueOn,
            scheduledFor, leaderId, partnerSchoolIds, evidence, outcome, stateReason, replannedBecause, settledOn, state, recordedBy,
            createdAt, updatedAt, etag
    }

    /// One of a cycle's plan.
    package init(
        id: String, cycleId: String, planned: PlannedActivity, groupName: String?, title: String, kind: String, dayKind: DayCount,
        replannedBecause: String?, recordedBy: String, createdAt: Instant
    ) {
        self.id = id
        self.cycleId = cycleId
        processId = planned.key.processId
        self.title = title
        self.kind = kind
        self.dayKind = dayKind
        schoolIds = planned.schoolIds
        self.groupName = groupName
        every = planned.key.every
        period = planned.key.period
        occurrence = planned.key.occurrence
        times = planned.key.times
        opensOn = planned.opensOn
        dueOn = planned.dueOn
        scheduledFor = planned.scheduledFor
        partnerSchoolIds = planned.partnerSchoolIds
        evidence = []
        self.replannedBecause = replannedBecause
        state = .scheduled
        self.recordedBy = recordedBy
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}

extension Activity {
    package var audience: Audience { .leadership(schoolIds: schoolIds) }
    package static let writableMembers: Set<String> = ["leaderId", "partnerSchoolIds"]
    package static let readOnlyReason = "comes from the plan, or is changed by an action"
    package static let redactableMembers: Set<String> = ["outcome", "stateReason", "evidence"]
    /// The service fills in what the process says, and the days that were left out.
    package static let defaults: JSON.Object = [
        "title": "", "kind": "", "dayKind": "pupilsIn", "opensOn": "0001-01-01", "scheduledFor": "0001-01-01", "partnerSchoolIds": [],
        "evidence": [], "state": "scheduled",
    ]

    package static let editableStates: Set<State> = [.scheduled, .inProgress]
    package static let deletableStates: Set<State> = [.scheduled]
    private static let open: Set<State> = [.scheduled, .inProgress]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .start:
            Transition(
                from: [.scheduled], to: .inProgress, permission: .activitiesRecord, verb: "started",
                summary: "Work has begun: from now on no change of plan takes it away.")
        case .complete:
            Transition(
                from: open, to: .done, permission: .activitiesRecord, verb: "completed",
                summary: "It is done, with its outcome and what shows it.")
        case .recordEvidence:
            Transition(
                from: [.scheduled, .inProgress, .done], to: nil, permission: .activitiesRecord, verb: "evidenced",
                summary: "Adds evidence to what there is.")
        case .reschedule:
            Transition(
                from: open, to: nil, permission: .activitiesWrite, verb: "rescheduled",
                summary: "Another day of its kind within the window, with the reason.")
        case .miss:
            Transition(
                from: open, to: .missed, permission: .activitiesWrite, verb: "missed",
                summary: "It didn't happen; the improvement lead says so, with the reason.")
        case .waive:
            Transition(
                from: open, to: .waived, permission: .activitiesWrite, verb: "waived",
                summary: "It needn't happen, with the reason.")
        case .cancel:
            Transition(
                from: [.scheduled], to: .cancelled, permission: .activitiesWrite, verb: "cancelled",
                summary: "It is no part of the plan any more, with the reason. Planning again does the same.")
        case .reopen:
            Transition(
                from: [.done, .missed, .waived], to: .inProgress, permission: .activitiesWrite, verb: "reopened",
                summary: "What was said of it was a mistake; outcome and evidence stay.")
        }
    }

    /// nil for an activity beside the plan.
    package var key: ActivityKey? {
        guard let every, let period, let occurrence, let times else { return nil }
        return ActivityKey(
            processId: processId, owner: groupName ?? schoolIds.first ?? "", every: every, period: period, occurrence: occurrence,
            times: times)
    }

    /// Days in order and within the year.
    package func dayErrors(year: ClosedRange<LocalDate>) -> [FieldError] {
        var errors: [FieldError] = []
        for (pointer, day) in [("/opensOn", opensOn), ("/dueOn", dueOn)] where !year.contains(day) {
            errors.append(
                FieldError(
                    pointer: pointer, code: "outside-year",
                    detail: "must lie in the cycle's year, \(year.lowerBound) to \(year.upperBound)"))
        }
        if dueOn < opensOn {
            errors.append(FieldError(pointer: "/dueOn", code: "before-opening", detail: "must be on or after opensOn, \(opensOn)"))
        } else if !(opensOn...dueOn).contains(scheduledFor) {
            errors.append(
                FieldError(
                    pointer: "/scheduledFor", code: "outside-window", detail: "must lie in the window, \(opensOn) to \(dueOn)"))
        }
        return errors
    }

    /// Days that aren't of the kind the process needs, in the calendar of a school it is for.
    package func kindErrors(in calendars: [(schoolId: String, calendar: SchoolCalendar)]) -> [FieldError] {
        [("/dueOn", dueOn), ("/scheduledFor", scheduledFor)].flatMap { pointer, date in
            calendars.compactMap { schoolId, calendar in
                let day = calendar.day(date)
                guard !dayKind.includes(day) else { return nil }
                return FieldError(
                    pointer: pointer, code: "wrong-kind-of-day",
                    detail: "must be a day with \(dayKind.rawValue); at \(schoolId) \(date) is \(day.kind.rawValue): \(day.reason)")
            }
        }
    }

    /// A school never partners itself.
    package var partnerErrors: [FieldError] {
        partnerSchoolIds.enumerated().filter { schoolIds.contains($1) }.map {
            FieldError(
                pointer: "/partnerSchoolIds/\($0.offset)", code: "own-partner",
                detail: "is a school the activity is for; a partner is another")
        }
    }
}
