package import Core
import OrderedCollections

/// What a school wants help with.
package struct Need: Stateful {
    package static let type = ResourceType.need

    package enum Urgency: String, Codable, CaseIterable, Sendable {
        case low, normal, high, urgent
    }

    /// What it comes from.
    package enum Source: String, Codable, CaseIterable, Sendable {
        case finding, plan, request
    }

    package enum State: String, Codable, CaseIterable, Sendable {
        case open, matched, met, withdrawn
    }

    package enum Action: String, CaseIterable, Sendable {
        case match, meet, withdraw, reopen
    }

    package var id: String
    package var schoolId: String
    package var title: String
    package var description: String?
    /// A code of `inspection-regimes` where the area is one of its evaluation areas; null where the area is in words.
    package var regime: String?
    package var area: String?
    /// A code of the list `subjects`.
    package var subject: String?
    package var urgency: Urgency
    package var source: Source
    /// Of a source that is a finding.
    package var findingId: String?
    package var neededBy: LocalDate?
    /// What helped.
    package var outcome: String?
    /// Why it was withdrawn, or opened again.
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, title, description, regime, area, subject, urgency, source, findingId, neededBy, outcome, stateReason, state,
            recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = [
        "title", "description", "regime", "area", "subject", "urgency", "source", "findingId", "neededBy",
    ]
    package static let redactableMembers: Set<String> = ["title", "description", "area", "outcome", "stateReason"]
    package static let defaults: JSON.Object = ["urgency": "normal", "source": "request", "state": "open"]
    package static let codedMembers = Topic.codedMembers
    package static let editableStates: Set<State> = [.open, .matched]
    package static let deletableStates: Set<State> = [.open]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .match:
            Transition(
                from: [.open], to: .matched, permission: .needsWrite, verb: "matched",
                summary: "Somebody is going to help. A deployment for the need does the same.")
        case .meet:
            Transition(
                from: [.open, .matched], to: .met, permission: .needsWrite, verb: "met",
                summary: "The school has what it needed; says what helped.")
        case .withdraw:
            Transition(
                from: [.open, .matched], to: .withdrawn, permission: .needsWrite, verb: "withdrawn",
                summary: "Help is no longer wanted, with the reason.")
        case .reopen:
            Transition(
                from: [.matched, .met, .withdrawn], to: .open, permission: .needsWrite, verb: "reopened",
                summary: "Help is wanted still, or again, with the reason.")
        }
    }

    /// What no schema can say of one need.
    package var errors: [FieldError] {
        var errors = Topic.errors(subject: subject, area: area)
        if (source == .finding) != (findingId != nil) {
            errors.append(
                source == .finding
                    ? FieldError(pointer: "/findingId", code: "required", detail: "is needed where the source is a finding")
                    : FieldError(pointer: "/findingId", code: "not-allowed", detail: "must be left out: the source is no finding"))
        }
        return errors
    }
}
