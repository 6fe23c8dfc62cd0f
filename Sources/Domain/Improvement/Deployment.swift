package import Core
import OrderedCollections

/// Support on its way from a school or a specialist to a school.
package struct Deployment: Stateful {
    package static let type = ResourceType.deployment

    package enum State: String, Codable, CaseIterable, Sendable {
        case considering, preparing, deployed, complete, declined, cancelled
    }

    package enum Action: String, CaseIterable, Sendable {
        case prepare, confirmCapacity, answerConflict, deploy, complete, decline, cancel
    }

    /// Whether whoever gives has the days to give.
    package struct Capacity: Codable, Hashable, Sendable {
        package var isConfirmed: Bool
        package var note: String?
        package var answeredBy: String
        package var answeredOn: LocalDate

        package init(isConfirmed: Bool, note: String?, answeredBy: String, answeredOn: LocalDate) {
            self.isConfirmed = isConfirmed
            self.note = note
            self.answeredBy = answeredBy
            self.answeredOn = answeredOn
        }
    }

    /// Whether anything stands between giver and receiver: a relative on the staff, a place that is competed for.
    package struct ConflictOfInterest: Codable, Hashable, Sendable {
        package var exists: Bool
        /// What it is and how it is dealt with.
        package var note: String?
        package var answeredBy: String
        package var answeredOn: LocalDate

        package init(exists: Bool, note: String?, answeredBy: String, answeredOn: LocalDate) {
            self.exists = exists
            self.note = note
            self.answeredBy = answeredBy
            self.answeredOn = answeredOn
        }
    }

    package var id: String
    package var needId: String?
    package var offerId: String?
    /// Null where a specialist of the trust gives.
    package var providerSchoolId: String?
    package var providerPersonId: String?
    package var receivingSchoolId: String
    /// The receiver, then the giver where it is a school.
    package var schoolIds: [String]
    /// A code of `inspection-regimes` where the area is one of its evaluation areas; null where the area is in words.
    package var regime: String?
    package var area: String?
    /// A code of the list `subjects`.
    package var subject: String?
    package var purpose: String
    package var startsOn: LocalDate
    package var endsOn: LocalDate
    package var daysPlanned: Double
    package var capacityConfirmed: Capacity?
    package var conflictOfInterest: ConflictOfInterest?
    /// From 1, none, to 5, lasting.
    package var impact: Int?
    package var impactEvaluation: String?
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, needId, offerId, providerSchoolId, providerPersonId, receivingSchoolId, schoolIds, regime, area, subject, purpose,
            startsOn,
            endsOn, daysPlanned, capacityConfirmed, conflictOfInterest, impact, impactEvaluation, stateReason, state, recordedBy, createdAt,
            updatedAt, etag
    }

    package var audience: Audience { .leadership(schoolIds: schoolIds) }
    package static let writableMembers: Set<String> = [
        "providerPersonId", "regime", "area", "subject", "purpose", "startsOn", "endsOn", "daysPlanned",
    ]
    package static let redactableMembers: Set<String> = [
        "area", "purpose", "capacityConfirmed", "conflictOfInterest", "impactEvaluation", "stateReason",
    ]
    /// The service fills in the schools.
    package static let defaults: JSON.Object = ["schoolIds": [], "state": "considering"]
    package static let codedMembers = Topic.codedMembers
    package static let editableStates: Set<State> = [.considering, .preparing]
    package static let deletableStates: Set<State> = [.considering]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .prepare:
            Transition(
                from: [.considering], to: .preparing, permission: .deploymentsWrite, verb: "prepared",
                summary: "Giver and receiver agree on days and purpose.")
        case .confirmCapacity:
            Transition(
                from: [.considering, .preparing], to: nil, permission: .deploymentsRecord, verb: "capacityAnswered",
                summary: "The giver says whether it has the days to give.")
        case .answerConflict:
            Transition(
                from: [.considering, .preparing], to: nil, permission: .deploymentsRecord, verb: "conflictAnswered",
                summary: "Giver or receiver says whether there is a conflict of interest, and how it is dealt with.")
        case .deploy:
            Transition(
                from: [.preparing], to: .deployed, permission: .deploymentsWrite, verb: "deployed",
                summary: "Support begins. Capacity has to be confirmed, a conflict of interest denied or dealt with.")
        case .complete:
            Transition(
                from: [.deployed], to: .complete, permission: .deploymentsRecord, verb: "completed",
                summary: "It is over; says what came of it, from 1 to 5 and in words.")
        case .decline:
            Transition(
                from: [.considering, .preparing], to: .declined, permission: .deploymentsRecord, verb: "declined",
                summary: "Giver or receiver would rather not, with the reason.")
        case .cancel:
            Transition(
                from: [.considering, .preparing, .deployed], to: .cancelled, permission: .deploymentsWrite, verb: "cancelled",
                summary: "It doesn't take place, or ends early, with the reason. Days given stay given.")
        }
    }
}

extension Deployment {
    /// Those that take days of the giver.
    package static let takingCapacity: [State] = [.preparing, .deployed, .complete]

    /// What no schema can say of one deployment.
    package var errors: [FieldError] {
        var errors: [FieldError] = Topic.errors(subject: subject, area: area)
        if providerSchoolId == nil, providerPersonId == nil {
            errors.append(FieldError(pointer: "/providerSchoolId", code: "required", detail: "is needed where no person gives"))
        }
        if providerSchoolId == receivingSchoolId {
            errors.append(
                FieldError(pointer: "/receivingSchoolId", code: "supports-itself", detail: "must be another school than the one that gives")
            )
        }
        if endsOn < startsOn {
            errors.append(FieldError(pointer: "/endsOn", code: "before-start", detail: "must be on or after startsOn, \(startsOn)"))
        }
        return errors
    }

    /// What keeps it from being deployed, by the name of the rule.
    package var unanswered: [FieldError] {
        var errors: [FieldError] = []
        if let capacity = capacityConfirmed {
            if !capacity.isConfirmed {
                errors.append(FieldError(pointer: "", code: "capacity-not-confirmed", detail: "whoever gives hasn't the days to give"))
            }
        } else {
            errors.append(
                FieldError(pointer: "", code: "capacity-not-answered", detail: "whoever gives has yet to say whether it has the days"))
        }
        if let conflict = conflictOfInterest {
            if conflict.exists, conflict.note == nil {
                errors.append(
                    FieldError(
                        pointer: "", code: "conflict-of-interest",
                        detail: "there is a conflict of interest, and nothing says how it is dealt with"))
            }
        } else {
            errors.append(
                FieldError(
                    pointer: "", code: "conflict-of-interest-not-answered",
                    detail: "nobody has said whether there is a conflict of interest"))
        }
        return errors
    }
}
