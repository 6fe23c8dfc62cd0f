package import Core
import OrderedCollections

/// One figure of one school for one period: an aggregate, never anything of a pupil.
package struct Indicator: Resource {
    package static let type = ResourceType.indicator

    package var id: String
    package var schoolId: String
    /// A code of the list `indicator-measures`.
    package var measure: String
    /// `2025-26`, `2026-03` or `2026-autumn`, see ``Period``.
    package var period: String
    package var value: Double
    /// What it is held against, such as the national figure; in the same unit.
    package var comparisonValue: Double?
    /// The measure's.
    package var unit: CodeItem.Unit
    /// Where the figure is from. Two sources may differ, so each has its own.
    package var source: String
    /// The day it was true.
    package var asAt: LocalDate?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, measure, period, value, comparisonValue, unit, source, asAt, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .leadership(schoolIds: [schoolId]) }
    package static let writableMembers: Set<String> = ["measure", "period", "value", "comparisonValue", "source", "asAt"]
    package static let redactableMembers: Set<String> = []
    /// The service fills in the measure's unit.
    package static let defaults: JSON.Object = ["unit": "count"]
    package static let codedMembers = [CodedMember("measure", .indicatorMeasures)]

    /// What no schema can say of one figure, its unit being known.
    package var errors: [FieldError] {
        var errors: [FieldError] = []
        if Period(period) == nil { errors.append(FieldError(pointer: "/period", code: "period", detail: Period.phrase)) }
        for (name, figure) in [("value", value), ("comparisonValue", comparisonValue ?? 0)] where !unit.allows(figure) {
            errors.append(FieldError(pointer: "/\(name)", code: "range", detail: "must be \(unit.phrase): the unit is \(unit.rawValue)"))
        }
        return errors
    }

    /// What a figure can be about.
    package enum Period: Hashable, Sendable {
        /// `2025-26`, by its first year.
        case academicYear(Int)
        /// `2026-03`.
        case month(Int, Int)
        /// `2026-autumn`, by the calendar year it lies in.
        case term(Int, String)

        static let phrase = "must be an academic year as 2025-26, a month as 2026-03, or a term as 2026-autumn, -spring or -summer"

        /// nil for anything else. Two digits that continue the year are an academic year, also where they could be a month (2011-12).
        package init?(_ text: String) {
            let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { String(Substring($0)) }
            guard parts.count == 2, parts[0].utf8.count == 4, let year = Int(parts[0]), (1900...2200).contains(year) else { return nil }
            if ["autumn", "spring", "summer"].contains(parts[1]) {
                self = .term(year, parts[1])
            } else if parts[1].utf8.count == 2, parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Int(parts[1])
            {
                if number == (year + 1) % 100 {
                    self = .academicYear(year)
                } else if (1...12).contains(number) {
                    self = .month(year, number)
                } else {
                    return nil
                }
            } else {
                return nil
            }
        }
    }
}

extension CodeItem.Unit {
    func allows(_ figure: Double) -> Bool {
        switch self {
        case .score: figure.isFinite
        case .percent: (0...100).contains(figure)
        case .points, .count, .days, .hours, .pence: figure.isFinite && figure >= 0
        }
    }

    var phrase: String {
        switch self {
        case .score: "a number"
        case .percent: "from 0 to 100"
        case .points, .count, .days, .hours, .pence: "0 or more"
        }
    }
}
