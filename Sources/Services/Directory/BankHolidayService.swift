package import Core
package import Domain
package import Repositories

/// Bank holidays, as GOV.UK publishes them.
package struct BankHolidayService: Sendable {
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    package func list(_ query: ListQuery) async throws -> Page<BankHoliday> {
        try await store.read { try $0.bankHolidays.page(query) }
    }

    /// Throws `forbidden` for whoever may not write the trust's calendar.
    package func authorise(_ call: Call) throws {
        try store.readNow { try $0.authorise(.calendarsWrite, for: .trust, call.actor, on: store.now().day(in: $0.zone())) }
    }

    /// Puts the file's holidays in place of those known, all or nothing. Days before the file's first stay: newer files begin later, and what
    /// was counted over past days must not change.
    ///
    /// Throws `invalid` with pointers for a file of another shape, `forbidden` for a caller who doesn't act for the trust.
    package func load(_ tree: JSON, _ call: Call) async throws -> BankHolidayReport {
        let file = try BankHolidayFile(tree)
        return try await store.write(call) { transaction in
            try transaction.authorise(.calendarsWrite, for: .trust)
            var report = BankHolidayReport()
            for division in BankHolidayDivision.allCases {
                let holidays = file.holidays.filter { $0.division == division }
                guard let first = holidays.first?.date else { continue }
                let known = Dictionary(
                    try transaction.bankHolidays.all(of: division, from: first).map { ($0.date, $0.title) }, uniquingKeysWith: { $1 })
                for holiday in holidays {
                    switch known[holiday.date] {
                    case nil: report.created += 1
                    case holiday.title: report.unchanged += 1
                    default: report.updated += 1
                    }
                }
                report.deleted += Set(known.keys).subtracting(holidays.map(\.date)).count
                try transaction.bankHolidays.replace(of: division, from: first, with: holidays)
            }
            // Holidays are no resource of their own: that they changed is told of the trust.
            if !report.changesNothing, let trust = try transaction.trust.find() {
                try transaction.touch(trust, isTarget: false)
                try transaction.follow(.init(.schedule))
            }
            return report
        }
    }
}
