package import Core
import OrderedCollections

/// That two support requests have to do with each other. Who sees both sees it.
package struct RequestLink: Resource {
    package static let type = ResourceType.requestLink

    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// `fromId` is a part of `toId`.
        case childOf
        /// `fromId` asks what `toId` asked already.
        case duplicateOf
        case relatedTo
    }

    package var id: String
    package var fromId: String
    package var kind: Kind
    package var toId: String
    package var note: String?
    /// Both, so that the links of a request are found whichever side it is on.
    package var requestIds: [String]
    /// As soon as one of the two is.
    package var isConfidential: Bool
    /// Who sees both.
    package var visibleTo: [String]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, fromId, kind, toId, note, requestIds, isConfidential, visibleTo, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { isConfidential ? .named(visibleTo) : .parties(visibleTo) }
    package static let owningMembers = ["fromId", "toId"]
    package static let writableMembers: Set<String> = ["note"]
    package static let redactableMembers: Set<String> = ["note"]
    package static let defaults: JSON.Object = ["requestIds": [], "isConfidential": false, "visibleTo": []]
}
