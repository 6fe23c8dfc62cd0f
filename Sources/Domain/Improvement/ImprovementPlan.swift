package import Core
import OrderedCollections

/// What a school means to improve, and by when: the school's own. It says it in objectives and looks at them in reviews.
package struct ImprovementPlan: Stateful {
    package static let type = ResourceType.improvementPlan

    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// The one of a school for a cycle, or for an academic year without one.
        case main
        /// Beside it, after something that happened.
        case rapid
    }

    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, active, paused, closed
    }

    package enum Action: String, CaseIterable, Sendable {
        case activate, pause, resume, close
    }

    package var id: String
    package var schoolId: String
    package var kind: Kind
    /// `2026-27`.
    package var academicYear: String
    /// The improvement cycle it belongs to.
    package var cycleId: String?
    /// Of a rapid plan: after what it was made, such as the id of an inspection.
    package var occasion: String?
    package var title: String
    package var summary: String?
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var state: State
    /// Why it rests; null while it doesn't.
    package var pauseReason: String?
    /// What came of it; said when it is closed.
    package var outcome: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, kind, academicYear, cycleId, occasion, title, summary, startsOn, endsOn, state, pauseReason, outcome, recordedBy,
            createdAt, updatedAt, etag
    }

    /// A draft is the school's alone, and whoever's who drafts it for the school.
    package var audience: Audience { state == .draft ? .parties([schoolId, recordedBy]) : .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = [
        "kind", "academicYear", "cycleId", "occasion", "title", "summary", "startsOn", "endsOn",
    ]
    package static let redactableMembers: Set<String> = ["occasion", "title", "summary", "pauseReason", "outcome"]
    package static let defaults: JSON.Object = ["kind": "main", "state": "draft"]
    package static let editableStates: Set<State> = [.draft, .active]
    package static let deletableStates: Set<State> = [.draft]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .activate:
            Transition(
                from: [.draft], to: .active, permission: .plansWrite, verb: "activated",
                summary: "Shares the plan and its objectives with those who lead the partnership; reviews can begin.")
        case .pause:
            Transition(
                from: [.active], to: .paused, permission: .plansWrite, verb: "paused",
                summary: "Lets it rest, with a reason; plan, objectives and reviews are read-only meanwhile.")
        case .resume:
            Transition(from: [.paused], to: .active, permission: .plansWrite, verb: "resumed", summary: "Goes on with it.")
        case .close:
            Transition(
                from: [.active, .paused], to: .closed, permission: .plansWrite, verb: "closed",
                summary: "Ends it with what came of it; it is read-only for good, with its objectives and reviews.")
        }
    }
}

extension ImprovementPlan {
    /// What no schema can say of one plan.
    package var errors: [FieldError] {
        var errors: [FieldError] = []
        if let last = endsOn, last < startsOn {
            errors.append(FieldError(pointer: "/endsOn", code: "before-start", detail: "must be on or after startsOn, \(startsOn)"))
        }
        if CalendarRules.firstCalendarYear(of: academicYear) == nil {
            errors.append(
                FieldError(
                    pointer: "/academicYear", code: "not-an-academic-year",
                    detail: "must name two calendar years that follow, such as 2026-27"))
        }
        switch kind {
        case .main where occasion != nil:
            errors.append(FieldError(pointer: "/occasion", code: "not-allowed", detail: "must be left out: only a rapid plan has one"))
        case .rapid where occasion == nil:
            errors.append(FieldError(pointer: "/occasion", code: "required", detail: "is needed: after what the rapid plan is made"))
        default: break
        }
        return errors
    }

    /// Whether the two can't be beside each other: one main plan per school and cycle, or academic year without one, isn't closed.
    package func excludes(_ other: ImprovementPlan) -> Bool {
        func isOpenMain(_ plan: ImprovementPlan) -> Bool { plan.kind == .main && plan.state != .closed }
        return id != other.id && isOpenMain(self) && isOpenMain(other) && schoolId == other.schoolId
            && (cycleId ?? academicYear) == (other.cycleId ?? other.academicYear)
    }

    /// Throws ``DomainError/notInThisState(_:allowedActions:)`` where what belongs to the plan can't be changed.
    ///
    /// - Parameters:
    ///   - part: with its article, for the sentence: `An objective`.
    ///   - states: those of the plan that let it be changed.
    package func checkTakes(_ part: String, in states: Set<State>) throws {
        guard !states.contains(state) else { return }
        let names = State.allCases.filter(states.contains).map(\.rawValue).joined(separator: " or ")
        throw DomainError.notInThisState(
            "\(part) can be made, changed and deleted while its plan is \(names); \(id) is \(state.rawValue).",
            allowedActions: allowedActions)
    }
}
