package import Core
import OrderedCollections

/// What a school or a specialist can give to others: in what, how many days a term, and what shows that they can.
package struct SupportOffer: Stateful {
    package static let type = ResourceType.supportOffer

    package enum State: String, Codable, CaseIterable, Sendable {
        case open, paused, withdrawn
    }

    package enum Action: String, CaseIterable, Sendable {
        case pause, resume, withdraw
    }

    /// What shows that it is a strength, as whoever offers says.
    package struct Evidence: Codable, Hashable, Sendable {
        package enum Kind: String, Codable, CaseIterable, Sendable {
            case inspection, indicator, review, reference, other
        }

        package var kind: Kind
        package var note: String
        /// The record it rests on.
        package var refId: String?
    }

    package var id: String
    /// Null where a specialist of the trust offers.
    package var schoolId: String?
    package var personId: String?
    package var title: String
    package var description: String?
    /// A code of `inspection-regimes` where the area is one of its evaluation areas; null where the area is in words.
    package var regime: String?
    package var area: String?
    /// A code of the list `subjects`.
    package var subject: String?
    /// In steps of half a day.
    package var daysPerTerm: Double
    package var evidence: [Evidence]
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, personId, title, description, regime, area, subject, daysPerTerm, evidence, startsOn, endsOn, stateReason, state,
            recordedBy, createdAt, updatedAt, etag
    }

    /// An invitation to everyone.
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "personId", "title", "description", "regime", "area", "subject", "daysPerTerm", "evidence", "startsOn", "endsOn",
    ]
    package static let redactableMembers: Set<String> = ["title", "description", "area", "evidence", "stateReason"]
    package static let defaults: JSON.Object = ["evidence": [], "state": "open"]
    package static let codedMembers = Topic.codedMembers
    package static let editableStates: Set<State> = [.open, .paused]
    package static let deletableStates: Set<State> = [.open, .paused]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .pause:
            Transition(
                from: [.open], to: .paused, permission: .offersWrite, verb: "paused",
                summary: "Isn't proposed to anybody for now, with the reason.")
        case .resume: Transition(from: [.paused], to: .open, permission: .offersWrite, verb: "resumed", summary: "Is proposed again.")
        case .withdraw:
            Transition(
                from: [.open, .paused], to: .withdrawn, permission: .offersWrite, verb: "withdrawn",
                summary: "Ends the offer for good, with the reason; deployments under way go on.")
        }
    }

    /// What no schema can say of one offer.
    package var errors: [FieldError] {
        var errors = Topic.errors(subject: subject, area: area)
        if schoolId == nil, personId == nil {
            errors.append(FieldError(pointer: "/schoolId", code: "required", detail: "is needed where no person offers"))
        }
        if let last = endsOn, last < startsOn {
            errors.append(FieldError(pointer: "/endsOn", code: "before-start", detail: "must be on or after startsOn, \(startsOn)"))
        }
        return errors
    }
}
