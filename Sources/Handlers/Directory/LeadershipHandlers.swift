import Core
package import Routing
package import Services

/// `/v1/leadership-group`.
package struct LeadershipHandlers: Sendable {
    private let leadership: LeadershipService

    package init(leadership: LeadershipService) {
        self.leadership = leadership
    }

    package var bindings: [Binding] {
        [Binding("getLeadershipGroup", handle: getLeadershipGroup)]
    }

    private func getLeadershipGroup(_ exchange: Exchange) async throws -> Answer {
        try .view(await leadership.group(asOf: exchange.query.date("asOf"), exchange.call))
    }
}
