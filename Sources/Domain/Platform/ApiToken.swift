package import Core

/// A bearer token's record; the secret itself is known only to its holder, the store keeps SHA-256 digests of it.
package struct ApiToken: Resource {
    package static let type = ResourceType.apiToken

    package var id: String
    package var name: String
    /// The person it acts as; its authority is theirs, today's.
    package var personId: String?
    /// Either a role or scopes; beside a person no role, and scopes only to narrow what the person may.
    package var role: Role?
    package var scopes: [String]
    /// Bound to these schools; empty means not bound.
    package var schoolIds: [String]
    package var expiresAt: Instant?
    package var revokedAt: Instant?
    /// Written at most once a minute, outside the version: the header tag of a token is weak.
    package var lastUsedAt: Instant?
    /// Who issued it: the id of a person or token, or `cli`.
    package var issuedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag
    /// When somebody else than the person it acts as last had a new secret made, and who: what that one does with the secret doesn't hide it.
    package var rotatedAt: Instant?
    package var rotatedBy: String?
    /// Whether anybody but the person it acts as has ever had a secret of it made: they, and the data protection officer, are to know.
    package var isGivenByOthers: Bool
    /// Whether another caller may know a secret of it, having issued or rotated it, or the token it was issued or rotated with: then what it does
    /// need not be what its person does. Whoever runs the service, from the command line, is no such caller.
    package var isKnownToOthers: Bool

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, personId, role, scopes, schoolIds, expiresAt, revokedAt, lastUsedAt, issuedBy, createdAt, updatedAt, etag,
            rotatedAt, rotatedBy, isGivenByOthers, isKnownToOthers
    }

    package init(
        id: String, issuedBy: String = "system", name: String, personId: String? = nil, role: Role?, scopes: [String], schoolIds: [String],
        expiresAt: Instant?, isKnownToOthers: Bool = false,
        revokedAt: Instant? = nil, lastUsedAt: Instant? = nil, createdAt: Instant, updatedAt: Instant, etag: VersionTag = .first
    ) {
        self.id = id
        self.issuedBy = issuedBy
        isGivenByOthers = personId.map { $0 != issuedBy } ?? false
        self.isKnownToOthers = isKnownToOthers
        self.name = name
        self.personId = personId
        self.role = role
        self.scopes = scopes
        self.schoolIds = schoolIds
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.etag = etag
    }

    package var audience: Audience {
        .parties(Audience.administrators + [id] + (personId.map { [$0] } ?? []) + (isGivenByOthers ? Audience.privacyOffice : []))
    }
    /// Those it is bound to are not what it is about.
    package static let concerningMembers: [String] = []
    package static let writableMembers: Set<String> = []
    package static let redactableMembers: Set<String> = ["name"]

    package func isUsable(at now: Instant) -> Bool {
        revokedAt == nil && (expiresAt.map { now < $0 } ?? true)
    }

    /// The actor a request with this token acts as; `grants` are those of its person today.
    ///
    /// Its name is an id, of the person behind it or its own: names in audit headers are chained and in events are sent on to everybody, so
    /// they could never go.
    package func actor(grants: [Actor.Grant] = [], teamIds: [String] = []) -> Actor {
        Actor(
            kind: .token, id: id, name: personId ?? id, personId: personId,
            grants: role.map { [Actor.Grant(role: $0.rawValue)] } ?? grants,
            scopes: scopes, schoolIds: schoolIds, teamIds: schoolIds.isEmpty ? teamIds : [])
    }
}
