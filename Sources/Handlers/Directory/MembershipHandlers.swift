package import Routing
package import Services

/// `/v1/memberships`.
package struct MembershipHandlers: Sendable {
    private let operations: ResourceOperations<MembershipService>

    package init(memberships: MembershipService) {
        operations = ResourceOperations(memberships)
    }

    package var bindings: [Binding] {
        [
            operations.list("listMemberships"),
            operations.create("createMembership"),
            operations.bulk("bulkMemberships"),
            operations.get("getMembership"),
            operations.update("updateMembership"),
            operations.delete("deleteMembership"),
        ]
    }
}
