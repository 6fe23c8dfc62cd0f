package import Core

/// Whom a permission is asked for.
package enum Scope: Hashable, Sendable {
    /// The trust as a whole.
    case trust
    /// One school, by id.
    case school(String)
    /// What the trust's specialists of a business area do, by its code; nil where it isn't known yet which of them.
    case area(String?)
    /// What one of the trust's teams does, by id.
    case team(String)
    /// What is somebody's own, by the person's id; of the trust for everybody else.
    case person(String)
}

// Authority as pure functions: appointments, role, scopes and schools of an actor against what is asked.
extension Permission {
    /// Whether the actor holds it at all, somewhere. Everyone signed in may ask about themselves.
    package func isHeld(by actor: Actor) -> Bool {
        if self == .selfRead { return true }
        guard isWithinScopes(of: actor) else { return false }
        return actor.grants.isEmpty ? actor.personId == nil : actor.grants.contains { isGiven(by: $0) }
    }

    /// Whether the actor may do it to what belongs to this school or to the trust.
    ///
    /// What is a school's own choice (``isSchoolsOwn``) the trust's roles may not do for a school; `delegated` are the chapters it has handed
    /// to the central team.
    package func isHeld(by actor: Actor, for scope: Scope, delegated: Set<Chapter> = []) -> Bool {
        guard isWithinScopes(of: actor), Self.isWithinSchools(scope, of: actor) else { return false }
        if actor.grants.isEmpty { return actor.personId == nil }
        return actor.grants.contains { grant in
            guard let role = Role(rawValue: grant.role) else { return false }
            if case .school(let id) = scope {
                if grant.schoolId == id, role.atOwnSchool.contains(self), role != .delegate || grant.chapter == chapter?.rawValue {
                    return true
                }
                if role.isOfCentralTeam, let chapter, delegated.contains(chapter) { return true }
            }
            guard role.trustWide.contains(self) else { return false }
            if role == .specialist, isOfBusinessArea || self == .offersWrite {
                return switch scope {
                case .area(let code): isOfBusinessArea && code.map(grant.areas.contains) ?? true
                case .team(let id): isOfBusinessArea && actor.teamIds.contains(id)
                case .person(let id): self == .offersWrite && actor.personId == id
                case .trust, .school: false
                }
            }
            if case .school = scope, isSchoolsOwn { return role == .operator }
            return true
        }
    }

    /// Whether the actor may give another caller this role or these scopes, at these schools: never more than it holds itself, and what is
    /// a school's own choice only for schools it may make the choice for.
    package static func mayGrant(role: Role?, scopes: [String], schoolIds: [String], _ actor: Actor) -> Bool {
        let isNarrower = actor.schoolIds.isEmpty || (!schoolIds.isEmpty && Set(schoolIds).isSubset(of: actor.schoolIds))
        guard isNarrower else { return false }
        // A role is all or nothing: whoever was narrowed has less.
        if let role { return role == .trustAdmin && actor.scopes.isEmpty && actor.grants.contains { Role($0)?.runsTrust ?? false } }
        let places: [Scope] = schoolIds.isEmpty ? [.trust] : schoolIds.map(Scope.school)
        return scopes.compactMap(Permission.init).allSatisfy { permission in
            permission == .selfRead || places.allSatisfy { permission.mayBeGiven(by: actor, for: $0) }
        }
    }

    private func mayBeGiven(by actor: Actor, for scope: Scope) -> Bool {
        // Over the whole trust it would be over every school.
        if scope == .trust, isSchoolsOwn, !actor.grants.isEmpty { return actor.grants.contains { Role($0) == .operator } }
        return isHeld(by: actor, for: scope)
    }

    /// Scopes give exactly themselves; beside a person's appointments they narrow.
    private func isWithinScopes(of actor: Actor) -> Bool {
        actor.scopes.isEmpty ? !actor.grants.isEmpty : actor.scopes.contains(rawValue)
    }

    private func isGiven(by grant: Actor.Grant) -> Bool {
        guard let role = Role(rawValue: grant.role) else { return false }
        if role == .delegate, !role.trustWide.contains(self) { return grant.chapter == chapter?.rawValue }
        // The central team may, wherever a school has said so.
        return role.trustWide.contains(self) || role.atOwnSchool.contains(self) || role.isOfCentralTeam && chapter != nil
    }

    /// A caller bound to schools acts for those only, and not for the trust.
    private static func isWithinSchools(_ scope: Scope, of actor: Actor) -> Bool {
        guard !actor.schoolIds.isEmpty else { return true }
        guard case .school(let id) = scope else { return false }
        return actor.schoolIds.contains(id)
    }
}

extension Role {
    fileprivate init?(_ grant: Actor.Grant) { self.init(rawValue: grant.role) }
}
