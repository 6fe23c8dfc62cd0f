package import Core

/// Who could help, each with the reasons: ranked by evidence, never by the size of a school.
package enum SupportMatching {
    /// Something recorded that speaks for somebody.
    package struct Reason: Encodable, Hashable, Sendable {
        package enum Kind: String, Encodable, CaseIterable, Sendable {
            /// Offers it now.
            case offer
            /// As whoever offers says.
            case statedEvidence
            /// A strength or good practice that a review found.
            case finding
            /// One of the two best grades of a regime in the area.
            case inspection
            /// Help given to another school, with its impact.
            case deployment
            /// Had the same need, and it was met.
            case metNeed
        }

        package let kind: Kind
        package let detail: String
        package let resourceId: String?
        package let on: LocalDate?
        package let points: Int

        /// - Parameters:
        ///   - weight: of a reason of today.
        ///   - on: the day it speaks of; nil: of today.
        package init(_ kind: Kind, _ detail: String, resourceId: String?, on: LocalDate? = nil, weight: Int, today: LocalDate) {
            self.kind = kind
            self.detail = detail
            self.resourceId = resourceId
            self.on = on
            points = on.map { Self.worth(weight, of: $0, today: today) } ?? weight
        }

        /// Loses a third with each year.
        private static func worth(_ weight: Int, of day: LocalDate, today: LocalDate) -> Int {
            let years = max(0, today.daysSinceEpoch - day.daysSinceEpoch) / 365
            return weight * max(0, 3 - years) / 3
        }
    }

    /// Points of a reason of today.
    package enum Weight {
        package static let offer = 6
        package static let statedEvidence = 3
        package static let finding = 12
        package static let bestGrade = 12
        package static let secondGrade = 9
        package static let metNeed = 6
        /// Times the impact, 1 to 5.
        package static let impact = 3
        /// At most so many stated entries count: they are words.
        package static let statedEntries = 3
    }

    /// The days of a term somebody offered, and what of them is planned.
    package struct Capacity: Encodable, Hashable, Sendable {
        package let offered: Double
        package let planned: Double
        package let remaining: Double

        package init(offered: Double, planned: Double) {
            self.offered = offered
            self.planned = planned
            remaining = offered - planned
        }
    }

    /// Somebody who could help: by an offer, or a school that is strong in it.
    package struct Match: Encodable, Hashable, Sendable {
        package let offerId: String?
        package let schoolId: String?
        package let personId: String?
        package let title: String
        package let points: Int
        package let reasons: [Reason]
        /// Null where nothing was offered.
        package let capacity: Capacity?

        package init(offerId: String?, schoolId: String?, personId: String?, title: String, reasons: [Reason], capacity: Capacity?) {
            self.offerId = offerId
            self.schoolId = schoolId
            self.personId = personId
            self.title = title
            self.reasons = reasons.sorted { ($1.points, $0.detail) < ($0.points, $1.detail) }
            self.capacity = capacity
            points = reasons.reduce(0) { $0 + $1.points }
        }
    }

    /// The best first; of two with the same evidence the one with more days left, then by title.
    package static func ranked(_ matches: [Match], limit: Int) -> [Match] {
        let sorted = matches.filter { $0.points > 0 }.sorted { left, right in
            if left.points != right.points { return left.points > right.points }
            let (free, other) = (left.capacity?.remaining ?? 0, right.capacity?.remaining ?? 0)
            if free != other { return free > other }
            return (left.title, left.offerId ?? left.schoolId ?? "") < (right.title, right.offerId ?? right.schoolId ?? "")
        }
        return Array(sorted.prefix(limit))
    }
}
