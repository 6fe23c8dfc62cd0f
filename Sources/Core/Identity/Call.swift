/// Who acts: resolved once at the edge, carried by every call into the store, written into every audit row.
package struct Actor: Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        case person, token, system, cli
    }

    package var kind: Kind
    /// The token's id, the person's id, or a fixed name for `system` and `cli`.
    package var id: String
    /// What people call it, shown in audit and events.
    package var name: String
    /// The person behind it, when there is one.
    package var personId: String?
    package var roles: [String]
    package var scopes: [String]
    /// The schools it is bound to; empty means not bound to any.
    package var schoolIds: [String]
    /// The business areas it serves.
    package var areas: [String]

    package init(
        kind: Kind, id: String, name: String, personId: String? = nil, roles: [String] = [], scopes: [String] = [],
        schoolIds: [String] = [],
        areas: [String] = []
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.personId = personId
        self.roles = roles
        self.scopes = scopes
        self.schoolIds = schoolIds
        self.areas = areas
    }

    /// The service acting by itself: background work, migrations.
    package static let system = Actor(kind: .system, id: "system", name: "Partnership", roles: ["trustAdmin"])
    /// Whoever may run the binary on the data directory.
    package static let commandLine = Actor(kind: .cli, id: "cli", name: "Command line", roles: ["trustAdmin"])
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

    package init(actor: Actor, requestId: String, precondition: Precondition = .none, dryRun: Bool = false) {
        self.actor = actor
        self.requestId = requestId
        self.precondition = precondition
        self.dryRun = dryRun
    }
}
