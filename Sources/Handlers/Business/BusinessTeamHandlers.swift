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
        ]
    }
}
