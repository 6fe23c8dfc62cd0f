package import Core
import OrderedCollections

/// People of the central team who serve schools together.
package struct BusinessTeam: Resource {
    package static let type = ResourceType.businessTeam

    package var id: String
    package var name: String
    /// Who is told first when a promise is about to be broken.
    package var leadId: String?
    package var memberIds: [String]
    /// None where those of the service hold.
    package var hours: [OpeningHours]
    package var closures: [ServiceClosure]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, leadId, memberIds, hours, closures, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["name", "leadId", "memberIds", "hours", "closures"]
    package static let redactableMembers: Set<String> = []
    package static let defaults: JSON.Object = ["memberIds": [], "hours": [], "closures": []]

    package var errors: [FieldError] { OpeningHours.errors(hours, "hours") + ServiceClosure.errors(closures, "closures") }
}
