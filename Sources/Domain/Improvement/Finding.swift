package import Core
import OrderedCollections

/// What somebody found at a school in a review or visit: something strong, something others can learn from, or something to work on.
package struct Finding: Stateful {
    package static let type = ResourceType.finding

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case strength, goodPractice, areaForDevelopment
    }

    package enum State: String, Codable, CaseIterable, Sendable {
        case open, addressed, closed
    }

    package enum Action: String, CaseIterable, Sendable {
        case address, close, reopen
    }

    package var id: String
    package var schoolId: String
    /// The activity of a cycle that found it.
    package var activityId: String?
    package var kind: Kind
    /// A code of `inspection-regimes` where the area is one of its evaluation areas; null where the area is in words.
    package var regime: String?
    package var area: String
    /// A code of the list `subjects`.
    package var subject: String?
    package var narrative: String
    /// Of an area for development: from 1, a detail, to 4, urgent.
    package var severity: Int?
    package var foundOn: LocalDate
    /// The objectives that were raised from it.
    package var objectiveIds: [String]
    package var state: State
    package var addressedNote: String?
    package var closingNote: String?
    package var reopenReason: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, activityId, kind, regime, area, subject, narrative, severity, foundOn, objectiveIds, state, addressedNote,
            closingNote, reopenReason, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = [
        "activityId", "kind", "regime", "area", "subject", "narrative", "severity", "foundOn",
    ]
    package static let redactableMembers: Set<String> = ["area", "narrative", "addressedNote", "closingNote", "reopenReason"]
    package static let defaults: JSON.Object = ["objectiveIds": [], "state": "open"]
    package static let codedMembers = Topic.codedMembers
    package static let editableStates: Set<State> = [.open, .addressed]
    package static let deletableStates: Set<State> = [.open]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .address:
            Transition(
                from: [.open], to: .addressed, permission: .findingsWrite, verb: "addressed",
                summary: "Says what was done about it, or with it.")
        case .close:
            Transition(
                from: [.open, .addressed], to: .closed, permission: .findingsWrite, verb: "closed",
                summary: "Nothing more is to be done; it is read-only.")
        case .reopen:
            Transition(
                from: [.addressed, .closed], to: .open, permission: .findingsWrite, verb: "reopened",
                summary: "It is there still, or again, with the reason.")
        }
    }
}

extension Finding {
    /// What no schema can say of one finding.
    package func errors(today: LocalDate) -> [FieldError] {
        var errors: [FieldError] = []
        if foundOn > today {
            errors.append(FieldError(pointer: "/foundOn", code: "in-future", detail: "must not be after today, \(today)"))
        }
        if kind != .areaForDevelopment, severity != nil {
            errors.append(
                FieldError(pointer: "/severity", code: "not-allowed", detail: "must be left out: only an area for development has one"))
        }
        if kind != .areaForDevelopment, !objectiveIds.isEmpty {
            errors.append(
                FieldError(pointer: "/kind", code: "has-objectives", detail: "must stay areaForDevelopment: objectives were raised from it")
            )
        }
        return errors
    }

    /// Throws ``DomainError/notInThisState(_:allowedActions:)`` and ``DomainError/conflict(_:)`` where nothing can be made of it.
    ///
    /// - Parameter what: with its article, for the sentence: `An objective`.
    package func checkIsForDevelopment(_ what: String) throws {
        guard kind == .areaForDevelopment else {
            throw DomainError.conflict("\(what) is raised from an area for development; this finding is a \(kind.rawValue).")
        }
        try checkIsEditable()
    }
}
