import Core
import Domain
import Repositories

extension Transaction {
    /// Throws ``DomainError/forbidden(_:)`` with what would be needed.
    func authorise(_ permission: Permission, for scope: Scope, _ actor: Actor, on today: LocalDate) throws {
        if permission.isHeld(by: actor, for: scope) { return }
        let id: String
        switch scope {
        case .trust:
            throw DomainError.forbidden("\(permission.rawValue) for the whole trust is needed; this caller holds it for schools at most.")
        case .area, .team:
            throw DomainError.forbidden("\(permission.rawValue) is needed for the business area, or a place in the team.")
        case .person:
            throw DomainError.forbidden(
                "It is somebody's own: only they, and those who hold \(permission.rawValue) for the whole trust, write it.")
        case .school(let school): id = school
        }
        if permission.chapter != nil {
            let delegated = try once("delegated by \(id) on \(today)") { try people.chaptersDelegated(by: id, on: today) }
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
    /// Throws `forbidden` for whoever may not write what is of these places, `conflict` for what is part of a school that has left.
    func checkWriter(of places: [Scope], school: String?, _ permission: Permission, _ actor: Actor, on today: LocalDate) throws {
        try authorise(permission, forAnyOf: places, actor, on: today)
        try checkHasNotLeft(school: school, on: today)
    }

    /// Throws ``DomainError/conflict(_:)`` for what belongs to a school that has left the trust: its history stays as it was on its last day.
    /// A school that never was a member, or is one again, is open to change.
    func checkHasNotLeft(school id: String?, on today: LocalDate) throws {
        guard let id else { return }
        let leftOn = try once("left \(id) on \(today)") {
            Membership.leftOn(try all(Membership.self, where: "schoolId", is: id), today: today)
        }
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
    func actorNow() throws -> Actor {
        guard call.actor.kind == .token else { return call.actor }
        let today = try today()
        let caller = try once("caller \(call.actor.id) on \(today)") { try Caller(tokenId: call.actor.id, on: today, self) }
        guard let caller else { return call.actor }
        guard caller.token.isUsable(at: now) else { throw DomainError.forbidden("The token was revoked or has expired meanwhile.") }
        return caller.actor
    }
}

/// A token with the authority it gives on a day, as far as it is usable.
private struct Caller: Sendable {
    let token: ApiToken
    let actor: Actor

    /// nil when there is no such token.
    init?(tokenId: String, on day: LocalDate, _ transaction: some Transaction) throws {
        guard let token = try transaction.find(ApiToken.self, id: tokenId) else { return nil }
        self.token = token
        actor = try transaction.actor(of: token, on: day)
    }
}
