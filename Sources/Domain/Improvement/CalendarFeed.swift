package import Core
import OrderedCollections

/// A link that calendar programs read activities from: of a cycle, a school or a person, with the sight of a token.
package struct CalendarFeed: Resource {
    package static let type = ResourceType.calendarFeed

    package var id: String
    package var title: String
    /// The id of a cycle, a school or a person.
    package var subjectId: String
    /// The token whose sight it has, and with which it ends.
    package var tokenId: String
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, title, subjectId, tokenId, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .parties(Audience.administrators + [recordedBy]) }
    package static let writableMembers: Set<String> = ["title"]
    package static let redactableMembers: Set<String> = ["title"]
    /// The service fills in the caller's token.
    package static let defaults: JSON.Object = ["tokenId": ""]

    /// What its subject can be.
    package static let subjects: [ResourceType] = [.improvementCycle, .school, .person]
}
