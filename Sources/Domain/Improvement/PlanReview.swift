package import Core
import OrderedCollections

/// A look at a plan on one day: how each objective stands, and the whole.
package struct PlanReview: Resource {
    package static let type = ResourceType.planReview

    package enum Rating: String, Codable, CaseIterable, Sendable {
        case red, amber, green
    }

    /// How one objective stands.
    package struct Judgement: Codable, Hashable, Sendable {
        package var objectiveId: String
        package var rating: Rating
        package var narrative: String?
    }

    package var id: String
    package var planId: String
    /// The plan's.
    package var schoolId: String
    /// A plan is reviewed once a day at most; reviews are ordered by it.
    package var reviewedOn: LocalDate
    /// Who reviewed, where that is somebody in the directory.
    package var reviewerId: String?
    /// Who reviewed, in words, where it isn't.
    package var reviewedBy: String?
    package var nextReviewOn: LocalDate?
    package var narrative: String?
    package var judgements: [Judgement]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, planId, schoolId, reviewedOn, reviewerId, reviewedBy, nextReviewOn, narrative, judgements, recordedBy, createdAt,
            updatedAt,
            etag
    }

    /// Only plans that were activated are reviewed, so it is never part of a draft.
    package var audience: Audience { .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = ["reviewedOn", "reviewerId", "reviewedBy", "nextReviewOn", "narrative", "judgements"]
    package static let redactableMembers: Set<String> = ["reviewedBy", "narrative", "judgements"]
    /// The service fills in the plan's school.
    package static let defaults: JSON.Object = ["schoolId": "", "judgements": []]
}

extension PlanReview {
    /// What no schema can say of one review.
    ///
    /// - Parameter objectiveIds: those of its plan.
    package func errors(objectiveIds: Set<String>, today: LocalDate) -> [FieldError] {
        var errors: [FieldError] = []
        if reviewedOn > today {
            errors.append(FieldError(pointer: "/reviewedOn", code: "in-future", detail: "must not be after today, \(today)"))
        }
        if let next = nextReviewOn, next <= reviewedOn {
            errors.append(FieldError(pointer: "/nextReviewOn", code: "not-after-review", detail: "must be after reviewedOn, \(reviewedOn)"))
        }
        if reviewerId != nil, reviewedBy != nil {
            errors.append(
                FieldError(pointer: "/reviewedBy", code: "exclusive", detail: "must be left out: reviewerId says already who reviewed"))
        }
        var seen: Set<String> = []
        for (index, judgement) in judgements.enumerated() {
            let pointer = "/judgements/\(index)/objectiveId"
            if !objectiveIds.contains(judgement.objectiveId) {
                errors.append(FieldError(pointer: pointer, code: "other-plan", detail: "is no objective of this plan"))
            }
            if !seen.insert(judgement.objectiveId).inserted {
                errors.append(FieldError(pointer: pointer, code: "duplicate", detail: "is judged twice in this review"))
            }
        }
        return errors
    }

    /// What it says, each with the rule `not-empty`: what keeps it from being deleted.
    package var content: [FieldError] {
        var content: [FieldError] = []
        if narrative != nil { content.append(FieldError(pointer: "/narrative", code: "not-empty", detail: "is written already")) }
        if !judgements.isEmpty {
            content.append(FieldError(pointer: "/judgements", code: "not-empty", detail: "has \(judgements.count) of objectives"))
        }
        return content
    }
}
