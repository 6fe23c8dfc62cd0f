package import Core
import OrderedCollections

/// Where a school stands on its journey, from one day to another, and the tier of support that goes with it.
package struct Stage: DatedFact {
    package static let type = ResourceType.stage

    package var id: String
    package var schoolId: String
    /// A code of the list `stages`: stabilise, repair, improve, sustain by default.
    package var stage: String
    /// A code of the list `support-tiers`; the stage's own when it is left out.
    package var tier: String
    package var rationale: String?
    /// Who decided it, in words.
    package var decidedBy: String?
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, stage, tier, rationale, decidedBy, startsOn, endsOn, recordedBy, createdAt, updatedAt, etag
    }

    package var firstDay: LocalDate? { startsOn }
    package var audience: Audience { .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = ["stage", "tier", "rationale", "decidedBy", "startsOn", "endsOn"]
    package static let redactableMembers: Set<String> = ["rationale", "decidedBy"]
    /// The service fills in the stage's own.
    package static let defaults: JSON.Object = ["tier": ""]
    package static let codedMembers = [CodedMember("stage", .stages), CodedMember("tier", .supportTiers)]
}
