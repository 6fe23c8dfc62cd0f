package import Core

/// What a regime allows an outcome to say: its own period, areas and grades, by the code lists.
///
/// Two areas have members of their own and no judgement: `overallEffectiveness` and `safeguarding`. A regime has the member while it has the
/// area, so that what inspectors stop to judge on a day is a change of the lists.
package struct InspectionRules: Sendable {
    private static let overallEffectiveness = "overallEffectiveness"
    private static let safeguarding = "safeguarding"

    private let regime: CodeItem?
    private let areas: [CodeItem]
    private let grades: [CodeItem]

    /// - Parameters:
    ///   - regime: nil when there is no such regime.
    ///   - areas: those of the regime; grades likewise.
    package init(regime: CodeItem?, areas: [CodeItem], grades: [CodeItem]) {
        self.regime = regime
        self.areas = areas
        self.grades = grades
    }

    /// What is wrong beside codes that aren't there at all.
    package func errors(in inspection: Inspection, today: LocalDate) -> [FieldError] {
        var errors: [FieldError] = []
        if inspection.inspectedOn > today {
            errors.append(FieldError(pointer: "/inspectedOn", code: "in-future", detail: "must not be after today, \(today)"))
        }
        if let published = inspection.publishedOn, published < inspection.inspectedOn {
            errors.append(
                FieldError(
                    pointer: "/publishedOn", code: "before-inspection", detail: "must be on or after inspectedOn, \(inspection.inspectedOn)"
                ))
        }
        guard let regime else { return errors }
        if !regime.isValid(on: inspection.inspectedOn) {
            errors.append(
                FieldError(
                    pointer: "/inspectedOn", code: "outside-regime",
                    detail: "is no day of the regime \(regime.code), which is \(regime.validity)"))
        }
        return errors + judgementErrors(inspection) + memberErrors(inspection, regime)
    }

    private func judgementErrors(_ inspection: Inspection) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, judgement) in inspection.judgements.enumerated() {
            let pointer = "/judgements/\(index)"
            if judgement.area == Self.overallEffectiveness || judgement.area == Self.safeguarding {
                errors.append(
                    FieldError(pointer: pointer + "/area", code: "not-allowed", detail: "is no judgement, but the member \(judgement.area)")
                )
            }
            if !seen.insert(judgement.area).inserted {
                errors.append(FieldError(pointer: pointer + "/area", code: "duplicate", detail: "is judged twice: \(judgement.area)"))
            }
            errors += Self.periodErrors(judgement.area, areas, inspection, pointer + "/area")
            errors += Self.periodErrors(judgement.grade, grades, inspection, pointer + "/grade")
        }
        return errors
    }

    private static func periodErrors(_ code: String, _ items: [CodeItem], _ inspection: Inspection, _ pointer: String) -> [FieldError] {
        guard let item = items.first(where: { $0.code == code }), !item.isValid(on: inspection.inspectedOn) else { return [] }
        return [
            FieldError(
                pointer: pointer, code: "outside-regime", detail: "was not judged on \(inspection.inspectedOn), but \(item.validity)")
        ]
    }

    private func memberErrors(_ inspection: Inspection, _ regime: CodeItem) -> [FieldError] {
        var errors: [FieldError] = []
        for (area, isGiven) in [
            (Self.overallEffectiveness, inspection.overallEffectiveness != nil), (Self.safeguarding, inspection.safeguarding != nil),
        ] where isGiven {
            let item = areas.first { $0.code == area }
            if item?.isValid(on: inspection.inspectedOn) != true {
                let detail =
                    item.map { "must be left out: \(regime.code) has it \($0.validity)" } ?? "must be left out: \(regime.code) has none"
                errors.append(FieldError(pointer: "/\(area)", code: "not-allowed", detail: detail))
            }
        }
        if areas.isEmpty, inspection.outcomeText == nil {
            errors.append(FieldError(pointer: "/outcomeText", code: "required", detail: "is needed: \(regime.code) has no grades"))
        }
        if !areas.isEmpty, inspection.outcomeText != nil {
            errors.append(
                FieldError(pointer: "/outcomeText", code: "not-allowed", detail: "must be left out: \(regime.code) judges by areas"))
        }
        return errors
    }
}
