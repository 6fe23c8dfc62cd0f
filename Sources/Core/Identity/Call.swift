/// Who acts: resolved once at the edge, carried by every call into the store, written into every audit row.
package struct Actor: Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        case person, token, system, cli
    }

    /// One source of authority: a role, where it holds, and for which part of the work.
    package struct Grant: Hashable, Sendable {
        package var role: String
        /// Null for the whole trust and its central team.
        package var schoolId: String?
        /// The business areas of a specialist.
        package var areas: [String]
        /// What a delegation covers; null for everything the role may.
        package var chapter: String?

        package init(role: String, schoolId: String? = nil, areas: [String] = [], chapter: String? = nil) {
            self.role = role
            self.schoolId = schoolId
            self.areas = areas
            self.chapter = chapter
        }
    }

    package var kind: Kind
    /// The token's id, the person's id, or a fixed name for `system` and `cli`.
    package var id: String
    /// What people call it, shown in audit and events.
    package var name: String
    /// The person behind it, when there is one.
    package var personId: String?
    /// A person's come from the appointments in force today, a token's from the role it carries.
    package var grants: [Grant]
    /// Exactly these permissions; beside grants they narrow what those give.
    package var scopes: [String]
    /// The schools it is bound to; empty means not bound to any.
    package var schoolIds: [String]
    /// The teams that serve schools which the person is in.
    package var teamIds: [String]

    package init(
        kind: Kind, id: String, name: String, personId: String? = nil, grants: [Grant] = [], scopes: [String] = [],
        schoolIds: [String] = [], teamIds: [String] = []
    ) {
        self.teamIds = teamIds
        self.kind = kind
        self.id = id
        self.name = name
        self.personId = personId
        self.grants = grants
        self.scopes = scopes
        self.schoolIds = schoolIds
    }

    /// Each role once, in the order of the grants.
    package var roles: [String] {
        var roles: [String] = []
        for grant in grants where !roles.contains(grant.role) { roles.append(grant.role) }
        return roles
    }

    /// Whose limits it has part in: those of the person behind it, however many tokens they have; a token of nobody has its own.
    package var account: String { personId ?? id }

    /// The service acting by itself: background work, migrations.
    package static let system = Actor(kind: .system, id: "system", name: "Partnership", grants: [Grant(role: "operator")])
    /// Whoever may run the binary on the data directory.
    package static let commandLine = Actor(kind: .cli, id: "cli", name: "Command line", grants: [Grant(role: "operator")])
}

/// What a write may rely on about the stored version (`If-Match`).
package enum Precondition: Hashable, Sendable {
    /// No header was sent.
    case none
    /// `*`: whatever is stored, knowingly.
    case any
    /// One of these strong tags; an empty list (only weak or foreign tags were sent) matches nothing.
    case tags([VersionTag])

    package func allows(_ current: VersionTag) -> Bool {
        switch self {
        case .none, .any: true
        case .tags(let tags): tags.contains(current)
        }
    }
}

/// One request or command on its way from handler to store.
package struct Call: Sendable {
    package var actor: Actor
    /// The `Request-Id` of the answer; also in audit and events.
    package var requestId: String
    package var precondition: Precondition
    /// All checks in a transaction that is rolled back.
    package var dryRun: Bool
    /// With an `Idempotency-Key`: the answer is kept along with what the write changes. Never for a dry run.
    package var keeping: AnswerKeeping?
    /// What it takes is counted here.
    package let cost: RequestCost

    package init(
        actor: Actor, requestId: String, precondition: Precondition = .none, dryRun: Bool = false, cost: RequestCost = RequestCost()
    ) {
        self.cost = cost
        self.actor = actor
        self.requestId = requestId
        self.precondition = precondition
        self.dryRun = dryRun
    }
}
