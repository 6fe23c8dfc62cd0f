package import Core

/// What a caller may do, named as in the contract's `security`: `schools:read`.
///
/// Authority of a token is its role or its scopes, never both.
package enum Permission: String, CaseIterable, Sendable {
    case selfRead = "self:read"
    case trustRead = "trust:read"
    case trustWrite = "trust:write"
    case schoolsRead = "schools:read"
    case schoolsWrite = "schools:write"
    case tokensRead = "tokens:read"
    case tokensWrite = "tokens:write"
    case importsRead = "imports:read"
    case importsWrite = "imports:write"

    /// Whether the actor holds it. Everyone signed in may ask about themselves.
    package func isHeld(by actor: Actor) -> Bool {
        if self == .selfRead { return true }
        let roles = actor.roles.compactMap(Role.init)
        return roles.contains { $0.permissions.contains(self) } || actor.scopes.contains(rawValue)
    }

    /// Whether the actor may write what belongs to this school: a caller bound to schools acts for those only.
    package static func mayActFor(schoolId: String, _ actor: Actor) -> Bool {
        actor.schoolIds.isEmpty || actor.schoolIds.contains(schoolId)
    }

    /// Whether the actor may write what belongs to the whole trust: not when it is bound to schools.
    package static func mayActForTrust(_ actor: Actor) -> Bool { actor.schoolIds.isEmpty }

    /// What another caller may be given by this one: never more than it holds itself.
    package static func mayGrant(role: Role?, scopes: [String], schoolIds: [String], _ actor: Actor) -> Bool {
        let asked = role.map(\.permissions) ?? Set(scopes.compactMap(Permission.init))
        let isNarrower = actor.schoolIds.isEmpty || (!schoolIds.isEmpty && Set(schoolIds).isSubset(of: actor.schoolIds))
        return isNarrower && asked.allSatisfy { $0.isHeld(by: actor) }
    }
}

/// Roles a token can carry. People's roles come from their appointments.
package enum Role: String, CaseIterable, Codable, Sendable {
    case trustAdmin

    package var permissions: Set<Permission> {
        switch self {
        case .trustAdmin: Set(Permission.allCases)
        }
    }
}
