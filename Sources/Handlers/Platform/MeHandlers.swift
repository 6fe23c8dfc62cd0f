import Core
import Domain
package import Routing
package import Services

/// `/v1/me`: who the caller is and what it may do.
package struct MeHandlers: Sendable {
    private let contract: Contract
    private let people: PersonService
    private let tokens: TokenService

    package init(contract: Contract, people: PersonService, tokens: TokenService) {
        self.contract = contract
        self.people = people
        self.tokens = tokens
    }

    package var bindings: [Binding] {
        [
            Binding("getMe", handle: getMe),
            Binding("getMyPermissions", handle: getMyPermissions),
        ]
    }

    private struct Me: Encodable {
        var kind: Actor.Kind
        var id: String
        var name: String
        var personId: String?
        var roles: [String]
        var scopes: [String]
        var schoolIds: [String]
        var grants: [Grant]
        var notices: [TokenService.Notice]

        struct Grant: Encodable {
            var role: String
            var schoolId: String?
            var areas: [String]
            var chapter: String?
        }
    }

    private func getMe(_ exchange: Exchange) async throws -> Answer {
        let actor = exchange.call.actor
        return try .view(
            Me(
                kind: actor.kind, id: actor.id, name: people.name(of: actor), personId: actor.personId, roles: actor.roles,
                scopes: actor.scopes,
                schoolIds: actor.schoolIds,
                grants: actor.grants.map { .init(role: $0.role, schoolId: $0.schoolId, areas: $0.areas, chapter: $0.chapter) },
                notices: tokens.notices(for: actor)))
    }

    private struct Permissions: Encodable {
        struct Operation: Encodable {
            var operationId: String
            var permission: String?
            var allowed: Bool
            var explanation: String
        }

        var operations: [Operation]
    }

    private func getMyPermissions(_ exchange: Exchange) async throws -> Answer {
        let actor = exchange.call.actor
        let asked = exchange.query.string("operation")
        let operations = contract.operations.filter { asked == nil || $0.operationId == asked }
        guard !operations.isEmpty else { throw DomainError.notFound }
        return try .view(Permissions(operations: operations.map { Self.explain($0.operationId, $0.permission, actor) }))
    }

    private static func explain(_ operationId: String, _ name: String?, _ actor: Actor) -> Permissions.Operation {
        guard let name else {
            return .init(operationId: operationId, permission: nil, allowed: true, explanation: "Open to everyone.")
        }
        let isHeld = Permission(rawValue: name)?.isHeld(by: actor) ?? false
        let explanation =
            switch (isHeld, actor.schoolIds.isEmpty) {
            case (true, true): "The caller holds \(name)."
            case (true, false):
                "The caller holds \(name); what it reads and writes concerns the schools it is bound to, beside reading what is the trust's."
            case (false, _): "The caller doesn't hold \(name); it is \((actor.roles + actor.scopes).joined(separator: ", "))."
            }
        return .init(operationId: operationId, permission: name, allowed: isHeld, explanation: explanation)
    }
}
