package import Core
import OrderedCollections

/// What somebody says of a shared resource. The school that owns the resource can hide it.
package struct Comment: Stateful {
    package static let type = ResourceType.comment

    package enum State: String, Codable, CaseIterable, Sendable {
        case visible, hidden
    }

    package enum Action: String, CaseIterable, Sendable {
        case hide, show
    }

    package var id: String
    package var resourceId: String
    /// Whose the resource is; null where it is the trust's.
    package var schoolId: String?
    /// The version it is about, where it is about one.
    package var versionId: String?
    package var replyToId: String?
    package var text: String
    package var stateReason: String?
    package var state: State
    /// Who says it.
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, resourceId, schoolId, versionId, replyToId, text, stateReason, state, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { state == .visible ? .directory : .parties([schoolId, recordedBy].compactMap(\.self)) }
    package static let writableMembers: Set<String> = ["text"]
    package static let redactableMembers: Set<String> = ["text", "stateReason"]
    package static let defaults: JSON.Object = ["state": "visible"]
    package static let editableStates: Set<State> = [.visible]
    package static let deletableStates: Set<State> = [.visible, .hidden]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .hide:
            Transition(
                from: [.visible], to: .hidden, permission: .sharedResourcesPublish, verb: "hidden",
                summary: "Only the owning school and its author see it any more; with the reason.")
        case .show:
            Transition(
                from: [.hidden], to: .visible, permission: .sharedResourcesPublish, verb: "shown", summary: "Everybody sees it again.")
        }
    }
}
