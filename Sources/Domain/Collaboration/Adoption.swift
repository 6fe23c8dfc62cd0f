package import Core
import OrderedCollections

/// A school uses a version of a shared resource from one day to another, and says what came of it.
package struct Adoption: DatedFact {
    package static let type = ResourceType.adoption

    /// What shows the impact.
    package struct Evidence: Codable, Hashable, Sendable {
        package var note: String
        package var fileId: String?
        package var url: String?
    }

    package var id: String
    /// The school that uses it.
    package var schoolId: String
    package var resourceId: String
    package var versionId: String
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var endReason: String?
    /// What the school does differently.
    package var adaptation: String?
    /// What it took to make it fit.
    package var adaptingHours: Double?
    /// From 1, none, to 5, lasting.
    package var impact: Int?
    package var impactNarrative: String?
    package var evidence: [Evidence]
    /// Whether a newer version has been published; of one that goes on.
    package var isBehind: Bool
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, resourceId, versionId, startsOn, endsOn, endReason, adaptation, adaptingHours, impact, impactNarrative, evidence,
            isBehind, recordedBy, createdAt, updatedAt, etag
    }

    package var firstDay: LocalDate? { startsOn }
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "startsOn", "endsOn", "endReason", "adaptation", "adaptingHours", "impact", "impactNarrative", "evidence",
    ]
    package static let redactableMembers: Set<String> = ["endReason", "adaptation", "impactNarrative", "evidence"]
    /// The service fills in which resource the version is of.
    package static let defaults: JSON.Object = ["resourceId": "", "evidence": [], "isBehind": false]

    /// What no schema can say of one adoption.
    package var errors: [FieldError] {
        var errors = dayErrors
        if endsOn == nil, endReason != nil {
            errors.append(FieldError(pointer: "/endReason", code: "not-ended", detail: "goes with endsOn"))
        }
        if endsOn != nil, endReason == nil {
            errors.append(FieldError(pointer: "/endReason", code: "required", detail: "says why it ends on \(endsOn!)"))
        }
        if impact != nil, impactNarrative == nil {
            errors.append(FieldError(pointer: "/impactNarrative", code: "required", detail: "says what the impact was"))
        }
        return errors
    }
}
