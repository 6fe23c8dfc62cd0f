import Core
import Domain
package import Routing
package import Services

/// `/v1/request-statistics`.
package struct RequestStatisticsHandlers: Sendable {
    private let statistics: RequestStatisticsService

    package init(statistics: RequestStatisticsService) {
        self.statistics = statistics
    }

    package var bindings: [Binding] {
        [
            Binding(
                "getRequestStatistics",
                export: { try await Rows(encoding: count($0).items) },
                handle: { try .view(await count($0)) })
        ]
    }

    private func count(_ exchange: Exchange) async throws -> RequestStatistics {
        let grouping = exchange.query.string("groupBy").flatMap(RequestStatistics.Grouping.init) ?? .service
        return try await statistics.count(
            by: grouping, from: exchange.query.date("from"), to: exchange.query.date("to"), exchange.call)
    }
}
