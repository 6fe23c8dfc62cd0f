package import Core

/// A school's lead lets somebody else act for the school in one part of its work, from one day to another.
package struct Delegation: DatedFact {
    package static let type = ResourceType.delegation

    package var id: String
    package var schoolId: String
    package var chapter: Chapter
    /// Null delegates to the trust's central team.
    package var personId: String?
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var reason: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, chapter, personId, startsOn, endsOn, reason, recordedBy, createdAt, updatedAt, etag
    }

    package var firstDay: LocalDate? { startsOn }
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["chapter", "personId", "startsOn", "endsOn", "reason"]
    package static let redactableMembers: Set<String> = ["reason"]
}
