package import Core
import OrderedCollections

/// One thing a plan is to achieve: by whom, measured how, done by what. Owned by the plan's school, or by several together.
package struct Objective: Resource {
    package static let type = ResourceType.objective

    /// How success will be told: from a baseline to a target, in figures.
    package struct SuccessMeasure: Codable, Hashable, Sendable {
        package var measure: String
        package var unit: CodeItem.Unit
        package var baseline: Double?
        package var target: Double?
        /// What was reached; recorded progress once it is there.
        package var actual: Double?
        package var dueOn: LocalDate?
    }

    /// Something somebody does for it.
    package struct Step: Codable, Hashable, Sendable {
        package enum Status: String, Codable, CaseIterable, Sendable {
            case toDo, inProgress, done, stopped
        }

        package var what: String
        /// In words: a role, a team, somebody.
        package var who: String?
        package var dueOn: LocalDate?
        package var status: Status
    }

    package var id: String
    package var planId: String
    /// The state of the plan; kept right with it.
    package var planState: ImprovementPlan.State
    /// The schools that own it: the plan's first, then those that share it.
    package var schoolIds: [String]
    /// Where it stands in its plan, the lowest first; of two at one position the older first.
    package var position: Int
    package var title: String
    /// A code of `inspection-regimes` where the area is one of its evaluation areas; null where the area is in words.
    package var regime: String?
    package var area: String
    /// A code of the list `subjects`.
    package var subject: String?
    package var description: String?
    /// The trust priority it serves.
    package var priorityId: String?
    /// Who leads it.
    package var leaderId: String?
    package var successMeasures: [SuccessMeasure]
    package var actions: [Step]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, planId, planState, schoolIds, position, title, regime, area, subject, description, priorityId, leaderId, successMeasures,
            actions, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience {
        planState == .draft ? .parties(schoolIds + [recordedBy]) : .leadership(schoolIds: schoolIds)
    }
    package static let writableMembers: Set<String> = [
        "schoolIds", "position", "title", "regime", "area", "subject", "description", "priorityId", "leaderId", "successMeasures",
        "actions",
    ]
    package static let redactableMembers: Set<String> = ["title", "area", "description", "successMeasures", "actions"]
    /// The service fills in the place after the last, and the plan's school.
    package static let defaults: JSON.Object = [
        "planState": "draft", "schoolIds": [], "position": 0, "successMeasures": [], "actions": [],
    ]
    package static let codedMembers = Topic.codedMembers
}

extension Objective {
    /// How far apart new ones are, so that one can be put between two.
    package static let positionStep = 10

    /// What no schema can say of one objective.
    package var errors: [FieldError] {
        var errors: [FieldError] = []
        for (index, measure) in successMeasures.enumerated() {
            for (name, figure) in [("baseline", measure.baseline), ("target", measure.target), ("actual", measure.actual)] {
                guard let figure, !measure.unit.allows(figure) else { continue }
                errors.append(
                    FieldError(
                        pointer: "/successMeasures/\(index)/\(name)", code: "range",
                        detail: "must be \(measure.unit.phrase): the unit is \(measure.unit.rawValue)"))
            }
        }
        return errors
    }

    /// What is recorded of its progress, each with the rule `progress-recorded`: what keeps it from being deleted.
    ///
    /// - Parameter reviews: of its plan.
    package func progress(reviews: [PlanReview]) -> [FieldError] {
        func recorded(_ pointer: String, _ detail: String, by review: String? = nil) -> FieldError {
            FieldError(pointer: pointer, code: "progress-recorded", detail: detail, conflictsWith: review)
        }
        let measured = successMeasures.enumerated().filter { $1.actual != nil }.map { index, _ in
            recorded("/successMeasures/\(index)/actual", "is what was reached")
        }
        let begun = actions.enumerated().filter { $1.status != .toDo }.map { index, action in
            recorded("/actions/\(index)/status", "is \(action.status.rawValue)")
        }
        let judged = reviews.filter { $0.judgements.contains { $0.objectiveId == id } }.map { review in
            recorded("", "is judged in the review of \(review.reviewedOn)", by: review.id)
        }
        return measured + begun + judged
    }
}
