package import Core
import OrderedCollections

/// Something said about a request: to each other, or within the team. It stays as it was said.
package struct RequestMessage: Resource {
    package static let type = ResourceType.requestMessage

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case reply
        /// Within the team.
        case note
    }

    package var id: String
    package var requestId: String
    package var kind: Kind
    package var text: String
    package var fileIds: [String]
    /// Sent by a machine, as an out-of-office notice: it changes nothing about the request.
    package var isAutomatic: Bool
    /// Whether the team speaks, or the school.
    package var isFromTeam: Bool
    package var authorId: String?
    /// Of the mail it came by, unique.
    package var messageId: String?
    package var sentAt: Instant
    /// As the request has it.
    package var isConfidential: Bool
    package var visibleTo: [String]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, requestId, kind, text, fileIds, isAutomatic, isFromTeam, authorId, messageId, sentAt, isConfidential, visibleTo,
            recordedBy,
            createdAt, updatedAt, etag
    }

    package var audience: Audience { isConfidential ? .named(visibleTo) : .parties(visibleTo) }
    package static let owningMembers = ["requestId"]
    package static let writableMembers: Set<String> = []
    package static let redactableMembers: Set<String> = ["text"]
    package static let defaults: JSON.Object = [
        "kind": "reply", "fileIds": [], "isAutomatic": false, "isFromTeam": false, "isConfidential": false, "visibleTo": [],
        "sentAt": .string(Instant(milliseconds: 0).description),
    ]
}
