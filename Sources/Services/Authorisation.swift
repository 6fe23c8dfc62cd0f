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
        if permission.chapter != nil {
            let delegated = try once("delegated by \(id)") { try people.chaptersDelegated(by: id, on: today) }
            if permission.isHeld(by: actor, for: scope, delegated: delegated) { return }
        }
        if permission.isSchoolsOwn {
            throw DomainError.forbidden(
                "This is the school's own choice: \(permission.rawValue) belongs to those who lead it, and to whom they delegate "
                    + "\(permission.chapter?.rawValue ?? "it").")
        }
        throw DomainError.forbidden("\(permission.rawValue) for this school is needed; this caller doesn't hold it there.")
    }

    /// The same for any one of several; for none, wherever the actor holds it.
    func authorise(_ permission: Permission, forAnyOf scopes: [Scope], _ actor: Actor, on today: LocalDate) throws {
        var refusal: DomainError?
        for scope in scopes {
            do {
                return try authorise(permission, for: scope, actor, on: today)
            } catch let error as DomainError {
                refusal = refusal ?? error
            }
        }
        if let refusal { throw refusal }
        guard permission.isHeld(by: actor) else { throw DomainError.forbidden("\(permission.rawValue) is needed.") }
    }
}

extension Transaction {
    /// Throws ``DomainError/conflict(_:)`` for what belongs to a school that has left the trust: its history stays as it was on its last day.
    /// A school that never was a member, or is one again, is open to change.
    func checkHasNotLeft(school id: String?, on today: LocalDate) throws {
        guard let id else { return }
        let leftOn = try once("left \(id)") { Membership.leftOn(try all(Membership.self, where: "schoolId", is: id), today: today) }
        guard let day = leftOn else { return }
        throw DomainError.conflict(
            "The school left the trust: \(day) was its last day. What belongs to it is read-only since; a new membership opens it again.")
    }
}

extension WriteTransaction {
    /// The same for the caller of this write, with the authority it has at this moment: a token may have been revoked, an appointment have
    /// ended, while the body arrived or the write waited.
    func authorise(_ permission: Permission, for scope: Scope) throws {
        try authorise(permission, forAnyOf: [scope])
    }

    func authorise(_ permission: Permission, forAnyOf scopes: [Scope]) throws {
        try authorise(permission, forAnyOf: scopes, actorNow(), on: today())
    }

    /// The caller with the authority it has now.
    func actorNow() throws -> Actor { try once("actor", readActor) }

    private func readActor() throws -> Actor {
        guard call.actor.kind == .token, let token = try find(ApiToken.self, id: call.actor.id) else { return call.actor }
        guard token.isUsable(at: now) else { throw DomainError.forbidden("The token was revoked or has expired meanwhile.") }
        return token.actor(grants: try token.personId.map { try people.grants(personId: $0, on: today()) } ?? [])
    }
}
