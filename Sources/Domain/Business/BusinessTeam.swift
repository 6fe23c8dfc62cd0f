package import Core
import OrderedCollections

/// People of the central team who serve schools together.
package struct BusinessTeam: Resource {
    package static let type = ResourceType.businessTeam

    /// Whose work it usually is: requests of a business area, of some schools, or of both.
    package struct Assignment: Codable, Hashable, Sendable {
        package var personId: String
        /// Null fits every area.
        package var area: String?
        /// None fit every school.
        package var schoolIds: [String]
        /// Who does it while the person is away.
        package var coverId: String?

        private enum CodingKeys: String, CodingKey { case personId, area, schoolIds, coverId }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            personId = try container.decode(String.self, forKey: .personId)
            area = try container.decodeIfPresent(String.self, forKey: .area)
            schoolIds = try container.decodeIfPresent([String].self, forKey: .schoolIds) ?? []
            coverId = try container.decodeIfPresent(String.self, forKey: .coverId)
        }
    }

    /// Days on which one of the team is away. Why is nobody's business and not recorded.
    package struct Away: Codable, Hashable, Sendable {
        package var personId: String
        package var startsOn: LocalDate
        package var endsOn: LocalDate?
        /// Who does the work meanwhile; null leaves it to the cover of each assignment.
        package var coverId: String?
    }

    package var id: String
    package var name: String
    /// Who is told first when a promise is about to be broken.
    package var leadId: String?
    package var memberIds: [String]
    /// In order: the first that fits a request says who does it.
    package var assignments: [Assignment]
    package var away: [Away]
    /// None where those of the service hold.
    package var hours: [OpeningHours]
    package var closures: [ServiceClosure]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, leadId, memberIds, assignments, away, hours, closures, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["name", "leadId", "memberIds", "assignments", "away", "hours", "closures"]
    package static let redactableMembers: Set<String> = []
    package static let defaults: JSON.Object = ["memberIds": [], "assignments": [], "away": [], "hours": [], "closures": []]

    package var errors: [FieldError] {
        OpeningHours.errors(hours, "hours") + ServiceClosure.errors(closures, "closures") + assignmentErrors + awayErrors
    }
}
