package import Core
import OrderedCollections

/// What a school says of itself, area by area, in the terms of one inspection regime and never converted into another's.
package struct SelfEvaluation: Stateful {
    package static let type = ResourceType.selfEvaluation

    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, finished
    }

    package enum Action: String, CaseIterable, Sendable {
        case finish
    }

    /// One area and the grade the school gives itself.
    package struct Judgement: Codable, Hashable, Sendable {
        /// A code of `evaluation-areas` of the regime.
        package var area: String
        /// A code of `evaluation-grades` of the regime; null while it isn't decided.
        package var grade: String?
        package var evidence: String?
        package var nextSteps: String?
    }

    package var id: String
    package var schoolId: String
    /// A code of the list `inspection-regimes`.
    package var regime: String
    /// The day it speaks of.
    package var asAt: LocalDate
    package var summary: String?
    package var judgements: [Judgement]
    /// Areas the school doesn't have, such as early years at a secondary school.
    package var notApplicable: [String]
    package var finishedAt: Instant?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, regime, asAt, summary, judgements, notApplicable, finishedAt, state, recordedBy, createdAt, updatedAt, etag
    }

    /// A draft is the school's alone, and whoever's who drafts it for the school.
    package var audience: Audience { state == .draft ? .parties([schoolId, recordedBy]) : .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = ["regime", "asAt", "summary", "judgements", "notApplicable"]
    package static let redactableMembers: Set<String> = ["summary", "judgements"]
    package static let defaults: JSON.Object = ["judgements": [], "notApplicable": [], "state": "draft"]
    package static let codedMembers = [
        CodedMember("regime", .inspectionRegimes),
        CodedMember("judgements", .evaluationAreas, .element("area"), regime: "regime"),
        CodedMember("judgements", .evaluationGrades, .element("grade"), regime: "regime"),
        CodedMember("notApplicable", .evaluationAreas, .each, regime: "regime"),
    ]
    package static let editableStates: Set<State> = [.draft]
    package static let deletableStates: Set<State> = [.draft]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .finish:
            Transition(
                from: [.draft], to: .finished, permission: .selfEvaluationsWrite, verb: "finished",
                summary:
                    "Every area has its grade or doesn't apply. It is shared with those who lead the partnership, and read-only: a later "
                    + "view is a new one.")
        }
    }
}

extension SelfEvaluation {
    /// What no schema and no code list can say of one.
    ///
    /// - Parameter areas: those of the regime.
    package func errors(regime: CodeItem?, areas: [CodeItem], today: LocalDate) -> [FieldError] {
        var errors: [FieldError] = []
        if asAt > today { errors.append(FieldError(pointer: "/asAt", code: "in-future", detail: "must not be after today, \(today)")) }
        guard let regime else { return errors }
        if !regime.isValid(on: asAt) {
            errors.append(
                FieldError(
                    pointer: "/asAt", code: "outside-regime", detail: "is no day of the regime \(regime.code), which is \(regime.validity)")
            )
        }
        if areas.isEmpty {
            errors.append(FieldError(pointer: "/regime", code: "no-areas", detail: "must be a regime that judges by areas"))
        }
        var seen: Set<String> = []
        let places =
            judgements.enumerated().map { ("/judgements/\($0.offset)/area", $0.element.area) }
            + notApplicable.enumerated().map { ("/notApplicable/\($0.offset)", $0.element) }
        for (pointer, area) in places {
            if !seen.insert(area).inserted {
                errors.append(FieldError(pointer: pointer, code: "duplicate", detail: "is there already: \(area)"))
            }
            if let item = areas.first(where: { $0.code == area }), !item.isValid(on: asAt) {
                errors.append(
                    FieldError(pointer: pointer, code: "outside-regime", detail: "was not judged on \(asAt), but \(item.validity)"))
            }
        }
        return errors
    }

    /// What keeps it from being finished: areas of the day without a grade.
    package func missing(areas: [CodeItem]) -> [FieldError] {
        let graded = Set(judgements.filter { $0.grade != nil }.map(\.area)).union(notApplicable)
        return areas.filter { $0.isValid(on: asAt) && !graded.contains($0.code) }.map {
            FieldError(
                pointer: "/judgements", code: "area-without-grade",
                detail: "lacks a grade for \($0.label) (\($0.code)), which isn't among notApplicable either")
        }
    }
}
