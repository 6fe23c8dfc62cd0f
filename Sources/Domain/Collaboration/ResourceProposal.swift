package import Core
import OrderedCollections

/// An adaptation offered back to the school whose resource it was made from.
package struct ResourceProposal: Stateful {
    package static let type = ResourceType.resourceProposal

    package enum State: String, Codable, CaseIterable, Sendable {
        case offered, accepted, declined, withdrawn
    }

    package enum Action: String, CaseIterable, Sendable {
        case accept, decline, withdraw
    }

    package var id: String
    /// What it is offered to.
    package var resourceId: String
    /// Whose that is; null where it is the trust's.
    package var schoolId: String?
    package var adaptationId: String
    /// The published version of the adaptation that is offered.
    package var versionId: String
    package var offeredBySchoolId: String?
    package var note: String?
    /// The version it became.
    package var acceptedVersionId: String?
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, resourceId, schoolId, adaptationId, versionId, offeredBySchoolId, note, acceptedVersionId, stateReason, state, recordedBy,
            createdAt, updatedAt, etag
    }

    package var audience: Audience { .parties([schoolId, offeredBySchoolId, recordedBy].compactMap(\.self)) }
    package static let writableMembers: Set<String> = ["note"]
    package static let readOnlyReason = "says what is offered; withdraw the proposal and make another"
    package static let redactableMembers: Set<String> = ["note", "stateReason"]
    /// The service fills in what is offered to whom.
    package static let defaults: JSON.Object = ["resourceId": "", "adaptationId": "", "state": "offered"]
    package static let editableStates: Set<State> = [.offered]
    package static let deletableStates: Set<State> = [.offered, .withdrawn]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .accept:
            Transition(
                from: [.offered], to: .accepted, permission: .sharedResourcesPublish, verb: "accepted",
                summary: "The owning school publishes it as its next version; its authors are among the resource's from then on.")
        case .decline:
            Transition(
                from: [.offered], to: .declined, permission: .sharedResourcesPublish, verb: "declined",
                summary: "The owning school doesn't take it over, with the reason. The adaptation stays as it is.")
        case .withdraw:
            Transition(
                from: [.offered], to: .withdrawn, permission: .sharedResourcesWrite, verb: "withdrawn",
                summary: "The school that offered it takes it back.")
        }
    }
}
