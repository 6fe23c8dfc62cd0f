package import Routing
package import Services

/// `/v1/business-teams`.
package struct BusinessTeamHandlers: Sendable {
    private let operations: ResourceOperations<BusinessTeamService>

    package init(teams: BusinessTeamService) {
        operations = ResourceOperations(teams)
    }

    package var bindings: [Binding] {
        [
            operations.list("listBusinessTeams"),
            operations.create("createBusinessTeam"),
            operations.bulk("bulkBusinessTeams"),
            operations.get("getBusinessTeam"),
            operations.update("updateBusinessTeam"),
            operations.delete("deleteBusinessTeam"),
            Binding("getBusinessTeamLoad", target: team) { try .view(await load($0)) },
        ]
    }

    /// Without a version: what there is to do is no part of the team.
    private func team(_ exchange: Exchange) async throws -> Target? {
        Target(id: try operations.service.identify(exchange.path("id"), exchange.call).id)
    }

    private func load(_ exchange: Exchange) async throws -> TeamLoad {
        try await operations.service.load(
            exchange.targetID, area: exchange.query.string("area"), schoolId: exchange.query.string("schoolId"), exchange.call)
    }
}
