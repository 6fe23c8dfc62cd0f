package import Core
import OrderedCollections

/// What a shared resource says, once: text and files. Published it never changes.
package struct ResourceVersion: Stateful {
    package static let type = ResourceType.resourceVersion

    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, inReview, published
    }

    package enum Action: String, CaseIterable, Sendable {
        case submit, sendBack, publish
    }

    /// How far it is from the one before: a correction, or something those who use it have to think about.
    package enum Step: String, Codable, CaseIterable, Sendable {
        case minor, major
    }

    package var id: String
    package var resourceId: String
    /// As the resource has it.
    package var schoolId: String?
    /// Who made this version.
    package var authorIds: [String]
    /// Null until it is published.
    package var major: Int?
    package var minor: Int?
    package var changeNote: String?
    /// The published version it was made from; it can be published while that is the latest.
    package var basedOnId: String?
    /// The adaptation it was taken over from.
    package var takenFromId: String?
    package var text: String?
    package var fileIds: [String]
    package var publishedAt: Instant?
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, resourceId, schoolId, authorIds, major, minor, changeNote, basedOnId, takenFromId, text, fileIds, publishedAt,
            stateReason, state, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience {
        state == .published ? .directory : .parties(authorIds + [schoolId, recordedBy].compactMap(\.self))
    }
    package static let writableMembers: Set<String> = ["authorIds", "changeNote", "basedOnId", "text", "fileIds"]
    package static let redactableMembers: Set<String> = ["changeNote", "text", "stateReason"]
    package static let defaults: JSON.Object = ["authorIds": [], "fileIds": [], "state": "draft"]
    package static let editableStates: Set<State> = [.draft]
    package static let deletableStates: Set<State> = [.draft]

    /// `1.0`; nil until it is published.
    package var number: String? { major.flatMap { major in minor.map { "\(major).\($0)" } } }

    package var derivedMembers: [(name: String, value: JSON)] {
        [("number", number.map(JSON.string) ?? .null), ("allowedActions", .array(allowedActions.map(JSON.string)))]
    }

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .submit:
            Transition(
                from: [.draft], to: .inReview, permission: .sharedResourcesWrite, verb: "submitted",
                summary: "Its school is asked to look at it. It stays as it is meanwhile.")
        case .sendBack:
            Transition(
                from: [.inReview], to: .draft, permission: .sharedResourcesPublish, verb: "sentBack",
                summary: "It isn't ready, with the reason.")
        case .publish:
            Transition(
                from: [.inReview], to: .published, permission: .sharedResourcesPublish, verb: "published",
                summary:
                    "It gets its number and is shared with everybody; from then on it never changes. Only what was made from the latest version."
            )
        }
    }

    /// The number of the next version after one with this number.
    package static func next(after latest: (major: Int, minor: Int)?, _ step: Step) -> (major: Int, minor: Int) {
        guard let latest else { return (1, 0) }
        return step == .major ? (latest.major + 1, 0) : (latest.major, latest.minor + 1)
    }
}
