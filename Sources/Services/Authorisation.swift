import Core
import Domain
import Repositories

extension Transaction {
    /// Throws ``DomainError/forbidden(_:)`` with what would be needed.
    func authorise(_ permission: Permission, for scope: Scope, _ actor: Actor, on today: LocalDate) throws {
        if permission.isHeld(by: actor, for: scope) { return }
        guard case .school(let id) = scope else {
            throw DomainError.forbidden("\(permission.rawValue) for the whole trust is needed; this caller holds it for schools at most.")
        }
        if permission.isSchoolsOwn {
            let delegated = try people.chaptersDelegated(by: id, on: today)
            if permission.isHeld(by: actor, for: scope, delegated: delegated) { return }
            throw DomainError.forbidden(
                "This is the school's own choice: \(permission.rawValue) belongs to those who lead it, and to whom they delegate "
                    + "\(permission.chapter?.rawValue ?? "it").")
        }
        throw DomainError.forbidden("\(permission.rawValue) for this school is needed; this caller doesn't hold it there.")
    }
}

extension WriteTransaction {
    /// The same for the caller of this write, with the authority it has at this moment: a token may have been revoked, an appointment have
    /// ended, while the body arrived or the write waited.
    func authorise(_ permission: Permission, for scope: Scope) throws {
        var actor = call.actor
        if actor.kind == .token, let token = try find(ApiToken.self, id: actor.id) {
            guard token.isUsable(at: now) else { throw DomainError.forbidden("The token was revoked or has expired meanwhile.") }
            actor = token.actor(grants: try token.personId.map { try people.grants(personId: $0, on: today()) } ?? [])
        }
        try authorise(permission, for: scope, actor, on: today())
    }
}
