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
    /// Where the regime asks for it; it has no grades.
    package var safeguarding: Inspection.Safeguarding?
    /// Areas the school doesn't have, such as early years at a secondary school.
    package var notApplicable: [String]
    package var finishedAt: Instant?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, regime, asAt, summary, judgements, safeguarding, notApplicable, finishedAt, state, recordedBy, createdAt,
            updatedAt, etag
    }

    /// A draft is the school's alone, and whoever's who drafts it for the school.
    package var audience: Audience { state == .draft ? .parties([schoolId, recordedBy]) : .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = [
        "regime", "asAt", "summary", "judgements", "safeguarding", "notApplicable",
    ]
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
    private static let safeguardingArea = "safeguarding"

    /// What no schema and no code list can say of one.
    ///
    /// - Parameters:
    ///   - areas: those of the regime; grades likewise.
    package func errors(regime: CodeItem?, areas: [CodeItem], grades: [CodeItem], today: LocalDate) -> [FieldError] {
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
        if safeguarding != nil, !asksForSafeguarding(areas) {
            errors.append(FieldError(pointer: "/safeguarding", code: "not-allowed", detail: "must be left out: \(regime.code) has none"))
        }
        for (index, judgement) in judgements.enumerated() {
            if let grade = judgement.grade { errors += periodErrors(grade, grades, "/judgements/\(index)/grade") }
        }
        return errors + areaErrors(areas)
    }

    /// Each area once, of the day, and safeguarding not among them.
    private func areaErrors(_ areas: [CodeItem]) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        let places =
            judgements.enumerated().map { ("/judgements/\($0.offset)/area", $0.element.area) }
            + notApplicable.enumerated().map { ("/notApplicable/\($0.offset)", $0.element) }
        for (pointer, area) in places {
            if area == Self.safeguardingArea {
                errors.append(FieldError(pointer: pointer, code: "not-allowed", detail: "is no judgement, but the member safeguarding"))
            }
            if !seen.insert(area).inserted {
                errors.append(FieldError(pointer: pointer, code: "duplicate", detail: "is there already: \(area)"))
            }
            errors += periodErrors(area, areas, pointer)
        }
        return errors
    }

    private func periodErrors(_ code: String, _ items: [CodeItem], _ pointer: String) -> [FieldError] {
        guard let item = items.first(where: { $0.code == code }), !item.isValid(on: asAt) else { return [] }
        return [FieldError(pointer: pointer, code: "outside-regime", detail: "was not judged on \(asAt), but \(item.validity)")]
    }

    private func asksForSafeguarding(_ areas: [CodeItem]) -> Bool {
        areas.contains { $0.code == Self.safeguardingArea && $0.isValid(on: asAt) }
    }

    /// What keeps it from being finished: areas of the day without a grade.
    package func missing(areas: [CodeItem]) -> [FieldError] {
        let graded = Set(judgements.filter { $0.grade != nil }.map(\.area)).union(notApplicable)
        var errors = areas.filter { $0.isValid(on: asAt) && !graded.contains($0.code) && $0.code != Self.safeguardingArea }.map {
            FieldError(
                pointer: "/judgements", code: "area-without-grade",
                detail: "lacks a grade for \($0.label) (\($0.code)), which isn't among notApplicable either")
        }
        if asksForSafeguarding(areas), safeguarding == nil {
            errors.append(FieldError(pointer: "/safeguarding", code: "area-without-grade", detail: "is needed: met or notMet"))
        }
        return errors
    }
}
