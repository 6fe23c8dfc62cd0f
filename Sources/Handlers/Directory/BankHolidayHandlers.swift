import Core
import Domain
package import Routing
package import Services

/// `/v1/bank-holidays`.
package struct BankHolidayHandlers: Sendable {
    private let bankHolidays: BankHolidayService

    package init(bankHolidays: BankHolidayService) {
        self.bankHolidays = bankHolidays
    }

    package var bindings: [Binding] {
        [
            Binding("listBankHolidays", handle: listBankHolidays),
            Binding("importBankHolidays", target: trust, write: importBankHolidays) { .item(try JSONCodec.encode($0)) },
        ]
    }

    private func listBankHolidays(_ exchange: Exchange) async throws -> Answer {
        let page = try await bankHolidays.list(exchange.list)
        return .list(Page(items: try page.items.map(JSONCodec.encode), next: page.next, seq: page.seq, total: page.total))
    }

    /// Whether the caller may, before the file is looked at.
    private func trust(_ exchange: Exchange) async throws -> Target? {
        try bankHolidays.authorise(exchange.call)
        return Target(id: "trust")
    }

    private func importBankHolidays(_ exchange: Exchange) async throws -> BankHolidayReport {
        try await bankHolidays.load(exchange.body, exchange.call)
    }
}
