package import Core
package import Domain
package import Repositories

/// Counts over support requests, of those the caller sees.
package struct RequestStatisticsService: Sendable {
    /// How many days are counted where nothing is said.
    private static let usualDays = 365

    let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// - Parameters:
    ///   - from: the first day of opening; nil for a year before the last.
    ///   - to: the last; nil for today.
    ///
    /// Throws `invalid` for days the wrong way round.
    package func count(
        by grouping: RequestStatistics.Grouping, from: LocalDate?, to: LocalDate?, _ call: Call
    ) async throws -> RequestStatistics {
        let visibility = Visibility(of: call.actor)
        let now = store.now()
        return try await store.read { transaction in
            let last = try to ?? now.day(in: transaction.zone())
            let first = from ?? last.adding(days: 1 - Self.usualDays)
            guard first <= last else {
                throw DomainError.invalid([FieldError(parameter: "from", code: "after-end", detail: "must not be after \(last)")])
            }
            let zone = try transaction.zoneOffsets()
            let moments = zone.moments(of: first...last)
            var samples = try transaction.supportRequests.samples(openedIn: moments, at: now, zone, visibleTo: visibility)
            // Of those that concern several schools, a caller bound to some counts for these.
            if let own = visibility.schools { for index in samples.indices { samples[index].schoolIds.removeAll { !own.contains($0) } } }
            let terms = try transaction.termNames(in: first...last)
            var statistics = RequestStatistics(samples, by: grouping, in: first...last) { day in
                terms.first { $0.days.contains(day) }?.name
            }
            if grouping == .term {
                let order = terms.map(\.name)
                statistics.items.sort {
                    ($0.key.flatMap(order.firstIndex) ?? .max) < ($1.key.flatMap(order.firstIndex) ?? .max)
                }
            }
            statistics.items = try statistics.items.map { row in
                var row = row
                row.name = try row.key.flatMap { try transaction.name(of: $0, grouping) }
                return row
            }
            return statistics
        }
    }
}

extension Transaction {
    /// The trust's terms, each with the holidays after it: `2026-27 Autumn`.
    fileprivate func termNames(in days: ClosedRange<LocalDate>) throws -> [(name: String, days: ClosedRange<LocalDate>)] {
        try calendars.academicYears(in: days).sorted { $0.startsOn < $1.startsOn }.flatMap { year in
            try supportYear(year.name, today: year.startsOn)?.periods.map { ("\(year.name) \($0.name)", $0.days) } ?? []
        }
    }

    fileprivate func name(of key: String, _ grouping: RequestStatistics.Grouping) throws -> String? {
        switch grouping {
        case .service: try find(BusinessService.self, id: key)?.name
        case .school: try find(School.self, id: key)?.name
        case .team: try find(BusinessTeam.self, id: key)?.name
        case .area, .priority, .term: key
        }
    }
}
