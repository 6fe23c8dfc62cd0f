package import Core

/// Days on which somebody who leads a school is away. Why is nobody's business and not recorded.
package struct Absence: DatedFact {
    package static let type = ResourceType.absence

    package var id: String
    package var personId: String
    package var schoolId: String
    /// Who stands in, named by the chair; null leaves it to an acting head appointed for these days.
    package var standInId: String?
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, personId, schoolId, standInId, startsOn, endsOn, recordedBy, createdAt, updatedAt, etag
    }

    package var firstDay: LocalDate? { startsOn }
    package var audience: Audience { .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = ["standInId", "startsOn", "endsOn"]
    package static let redactableMembers: Set<String> = []

    package var errors: [FieldError] {
        guard standInId == personId else { return dayErrors }
        return dayErrors + [FieldError(pointer: "/standInId", code: "same-person", detail: "must be somebody else")]
    }
}
