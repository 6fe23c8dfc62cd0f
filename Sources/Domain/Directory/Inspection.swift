package import Core
import OrderedCollections

/// The outcome of one inspection, in the terms of the regime it was made under and never converted into another's.
package struct Inspection: Resource {
    package static let type = ResourceType.inspection

    /// One area and the grade it got.
    package struct Judgement: Codable, Hashable, Sendable {
        package var area: String
        package var grade: String

        package init(area: String, grade: String) {
            self.area = area
            self.grade = grade
        }
    }

    package enum Safeguarding: String, Codable, CaseIterable, Sendable {
        case met, notMet
    }

    /// Whether the trust was already responsible for the school.
    package enum RelativeToJoining: String, Codable, CaseIterable, Sendable {
        case before, after, unknown
    }

    package var id: String
    package var schoolId: String
    /// A code of the list `inspection-regimes`.
    package var regime: String
    /// A code of the list `visit-types`.
    package var visitType: String
    /// The URN inspected, often a predecessor's; the school's own when it is left out.
    package var inspectedUrn: String
    package var inspectedOn: LocalDate
    package var publishedOn: LocalDate?
    /// A code of the list `concern-categories`.
    package var categoryOfConcern: String?
    package var judgements: [Judgement]
    /// A grade of the regime, where it had one for the whole school.
    package var overallEffectiveness: String?
    package var safeguarding: Safeguarding?
    /// What an ungraded inspection came to, in its own words.
    package var outcomeText: String?
    package var sourceUrl: String?
    /// Follows from the school's memberships; kept right with them.
    package var relativeToJoining: RelativeToJoining
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, regime, visitType, inspectedUrn, inspectedOn, publishedOn, categoryOfConcern, judgements, overallEffectiveness,
            safeguarding, outcomeText, sourceUrl, relativeToJoining, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "regime", "visitType", "inspectedUrn", "inspectedOn", "publishedOn", "categoryOfConcern", "judgements",
        "overallEffectiveness", "safeguarding", "outcomeText", "sourceUrl",
    ]
    package static let redactableMembers: Set<String> = ["outcomeText"]
    /// The service fills in the school's own URN.
    package static let defaults: JSON.Object = ["inspectedUrn": "", "judgements": [], "relativeToJoining": "unknown"]
    package static let codedMembers = [
        CodedMember("regime", .inspectionRegimes), CodedMember("visitType", .visitTypes),
        CodedMember("categoryOfConcern", .concernCategories),
        CodedMember("judgements", .evaluationAreas, .element("area"), regime: "regime"),
        CodedMember("judgements", .evaluationGrades, .element("grade"), regime: "regime"),
        CodedMember("overallEffectiveness", .evaluationGrades, regime: "regime"),
    ]

    /// What the trust was to the school on the day of the inspection, by all its memberships.
    package func relation(to memberships: [Membership]) -> RelativeToJoining {
        let joined = memberships.contains { membership in
            membership.startsOn.map { $0 <= inspectedOn } ?? (membership.endsOn.map { $0 <= inspectedOn } ?? false)
        }
        if joined { return .after }
        return memberships.isEmpty || memberships.contains { $0.startsOn == nil } ? .unknown : .before
    }
}
