package import Core
import OrderedCollections

/// Something every school goes through again and again: what it is for, who leads it, what comes of it, how often.
package struct KeyProcess: Resource {
    package static let type = ResourceType.keyProcess

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case selfEvaluation, schoolReview, peerReview, externalReview, planReview, dataReview, moderation, safeguardingReview, training,
            lineMeeting, headsReport, other
    }

    package var id: String
    package var frameworkId: String
    /// Its place among those of the framework, from the lowest.
    package var position: Int
    package var title: String
    package var purpose: String?
    package var kind: Kind
    /// Of the school's work, in words.
    package var area: String?
    /// The role that leads it; one a person can be appointed to.
    package var ledBy: Role?
    package var expectedOutputs: [String]
    /// The kind of day it needs in a school's own calendar.
    package var dayKind: DayCount
    /// One activity for several schools, such as a joint moderation.
    package var isShared: Bool
    /// Somebody from another school comes, as to every peer review.
    package var needsPartner: Bool
    /// How many days before the due day its window opens; null: right after the one before.
    package var windowDays: Int?
    /// One with a stage goes before one with its tier, one with neither is for all others.
    package var frequencies: [ProcessFrequency]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, frameworkId, position, title, purpose, kind, area, ledBy, expectedOutputs, dayKind, isShared, needsPartner, windowDays,
            frequencies, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "position", "title", "purpose", "kind", "area", "ledBy", "expectedOutputs", "dayKind", "isShared", "needsPartner", "windowDays",
        "frequencies",
    ]
    package static let redactableMembers: Set<String> = ["title", "purpose", "area", "expectedOutputs"]
    /// The service fills in the place after the last.
    package static let defaults: JSON.Object = [
        "position": 0, "expectedOutputs": [], "dayKind": "pupilsIn", "isShared": false, "needsPartner": false, "frequencies": [],
    ]
    package static let codedMembers = [
        CodedMember("frequencies", .stages, .element("stage")), CodedMember("frequencies", .supportTiers, .element("tier")),
    ]
}

extension KeyProcess {
    /// How far apart new ones are, so that one can be put between two.
    package static let positionStep = 10

    /// What no schema can say of one process.
    package var errors: [FieldError] {
        var errors: [FieldError] = []
        for (index, frequency) in frequencies.enumerated() {
            let pointer = "/frequencies/\(index)"
            if frequency.stage != nil, frequency.tier != nil {
                errors.append(FieldError(pointer: pointer, code: "stage-and-tier", detail: "must name a stage or a tier, not both"))
            }
            if frequencies[..<index].contains(where: { $0.stage == frequency.stage && $0.tier == frequency.tier }) {
                errors.append(
                    FieldError(pointer: pointer, code: "duplicate", detail: "is for the same schools as another frequency of the process"))
            }
        }
        if kind == .peerReview, !needsPartner {
            errors.append(
                FieldError(
                    pointer: "/needsPartner", code: "peer-review",
                    detail: "must be true: somebody from another school comes to a peer review"))
        }
        if isShared, needsPartner {
            errors.append(
                FieldError(pointer: "/needsPartner", code: "shared", detail: "must be false: the schools that share a process are partners")
            )
        }
        return errors
    }
}
