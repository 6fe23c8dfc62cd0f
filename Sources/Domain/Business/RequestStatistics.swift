package import Core

/// Volume, promises kept and satisfaction, counted over support requests by the day they were opened.
package struct RequestStatistics: Encodable, Sendable {
    package enum Grouping: String, CaseIterable, Sendable {
        case service, school, team, area, priority, term
    }

    /// What is counted of one request.
    package struct Sample: Sendable {
        package var schoolIds: [String]
        package var serviceId: String?
        package var teamId: String?
        package var area: String?
        package var priority: String
        package var openedOn: LocalDate
        package var isFinished: Bool
        package var isResolved: Bool
        package var isLateNow: Bool
        package var reopenedCount: Int
        package var firstResponseMinutes: Int?
        package var resolutionMinutes: Int?
        package var missed: Set<RequestClock.Target>
        package var satisfaction: Int?

        package init(
            schoolIds: [String], serviceId: String?, teamId: String?, area: String?, priority: String, openedOn: LocalDate,
            isFinished: Bool,
            isResolved: Bool, isLateNow: Bool, reopenedCount: Int, firstResponseMinutes: Int?, resolutionMinutes: Int?,
            missed: Set<RequestClock.Target>, satisfaction: Int?
        ) {
            self.schoolIds = schoolIds
            self.serviceId = serviceId
            self.teamId = teamId
            self.area = area
            self.priority = priority
            self.openedOn = openedOn
            self.isFinished = isFinished
            self.isResolved = isResolved
            self.isLateNow = isLateNow
            self.reopenedCount = reopenedCount
            self.firstResponseMinutes = firstResponseMinutes
            self.resolutionMinutes = resolutionMinutes
            self.missed = missed
            self.satisfaction = satisfaction
        }
    }

    package struct Row: Encodable, Sendable {
        /// An id or a code; null for what has none.
        package var key: String?
        package var name: String?
        package var opened = 0
        package var unfinished = 0
        package var resolved = 0
        package var reopened = 0
        /// Of those answered: working minutes from the opening, the lower middle one.
        package var firstResponseMedianMinutes: Int?
        package var firstResponsesLate = 0
        package var updatesLate = 0
        /// Of those resolved: working minutes from the opening, without those in which the clock stood; the lower middle one.
        package var resolutionMedianMinutes: Int?
        package var resolutionsLate = 0
        /// With at least one promise kept too late, or late now.
        package var breached = 0
        package var rated = 0
        /// Rounded to hundredths; null where nobody rated.
        package var satisfaction: Double?

        package init(key: String?, _ samples: [Sample]) {
            self.key = key
            opened = samples.count
            for sample in samples {
                unfinished += sample.isFinished ? 0 : 1
                resolved += sample.isResolved ? 1 : 0
                reopened += sample.reopenedCount
                firstResponsesLate += sample.missed.contains(.firstResponse) ? 1 : 0
                updatesLate += sample.missed.contains(.update) ? 1 : 0
                resolutionsLate += sample.missed.contains(.resolution) ? 1 : 0
                breached += sample.isLateNow || !sample.missed.isEmpty ? 1 : 0
            }
            firstResponseMedianMinutes = Self.median(samples.compactMap(\.firstResponseMinutes))
            resolutionMedianMinutes = Self.median(samples.filter(\.isResolved).compactMap(\.resolutionMinutes))
            let ratings = samples.compactMap(\.satisfaction)
            rated = ratings.count
            if rated > 0 { satisfaction = (Double(ratings.reduce(0, +)) / Double(rated) * 100).rounded() / 100 }
        }

        private static func median(_ values: [Int]) -> Int? { values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2] }
    }

    package let groupBy: String
    package let from: LocalDate
    package let to: LocalDate
    package var items: [Row]
    /// Each request once, also where it is of several schools.
    package let total: Row

    /// - Parameter term: what the term of a day is called.
    package init(
        _ samples: [Sample], by grouping: Grouping, in days: ClosedRange<LocalDate>, term: (LocalDate) throws -> String?
    ) rethrows {
        groupBy = grouping.rawValue
        (from, to) = (days.lowerBound, days.upperBound)
        var groups: [String?: [Sample]] = [:]
        for sample in samples {
            let keys: [String?] =
                switch grouping {
                case .service: [sample.serviceId]
                case .school: sample.schoolIds.isEmpty ? [nil] : sample.schoolIds.map(Optional.some)
                case .team: [sample.teamId]
                case .area: [sample.area]
                case .priority: [sample.priority]
                case .term: [try term(sample.openedOn)]
                }
            for key in keys { groups[key, default: []].append(sample) }
        }
        items = groups.map { Row(key: $0, $1) }.sorted { ($0.key ?? "\u{10FFFF}") < ($1.key ?? "\u{10FFFF}") }
        total = Row(key: nil, samples)
    }
}
