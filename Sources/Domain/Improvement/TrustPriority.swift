package import Core
import OrderedCollections

/// What the trust as a whole works on in an academic year; objectives of schools say which they serve.
package struct TrustPriority: Resource {
    package static let type = ResourceType.trustPriority

    package var id: String
    /// The name of a recorded academic year: `2026-27`.
    package var academicYear: String
    /// Its place among those of the year, from the lowest.
    package var position: Int
    package var title: String
    package var description: String?
    /// Who answers for it.
    package var ownerId: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, academicYear, position, title, description, ownerId, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["position", "title", "description", "ownerId"]
    package static let redactableMembers: Set<String> = ["title", "description"]
    /// The service fills in the place after the last.
    package static let defaults: JSON.Object = ["position": 0]

    /// How far apart new ones are, so that one can be put between two.
    package static let positionStep = 10
}
