package import Core
package import Domain
package import Repositories
import Synchronization

/// Issues, rotates, revokes and checks bearer tokens.
package final class TokenService: Sendable {
    /// How long a rotated secret works on when nobody says otherwise.
    package static let defaultOverlapMinutes = 1440

    private let store: Store
    /// The minute of the last recorded use per token, so that use costs a write at most once a minute.
    private let lastUses = Mutex<[String: Int64]>([:])

    package init(store: Store) {
        self.store = store
    }

    /// What a token is asked to be.
    package struct Request: Decodable, Sendable {
        package var name: String
        package var role: Role?
        package var scopes: [String]?
        package var schoolIds: [String]?
        package var expiresAt: Instant?

        package init(name: String, role: Role? = nil, scopes: [String]? = nil, schoolIds: [String]? = nil, expiresAt: Instant? = nil) {
            self.name = name
            self.role = role
            self.scopes = scopes
            self.schoolIds = schoolIds
            self.expiresAt = expiresAt
        }
    }

    /// Issues a token; the secret is returned here and nowhere again.
    ///
    /// Throws `invalid` (neither or both of role and scopes, unknown scope or school, expiry in the past) and `forbidden` (more than the
    /// caller has itself).
    package func create(_ request: Request, _ call: Call) async throws -> (token: ApiToken, secret: String) {
        let scopes = request.scopes ?? []
        let schoolIds = request.schoolIds ?? []
        let secret = TokenSecret.make()
        let token = try await store.write(call) { transaction in
            var errors = Self.errors(in: request, now: transaction.now)
            for (index, id) in schoolIds.enumerated() where try transaction.find(School.self, id: id) == nil {
                errors.append(FieldError(pointer: "/schoolIds/\(index)", code: "not-found", detail: "is not the id of a school"))
            }
            guard errors.isEmpty else { throw DomainError.invalid(errors) }
            guard Permission.mayGrant(role: request.role, scopes: scopes, schoolIds: schoolIds, call.actor) else {
                throw DomainError.forbidden("A token can't be given more than its issuer has.")
            }
            let token = ApiToken(
                id: ResourceType.apiToken.makeID(at: transaction.now), name: request.name, role: request.role, scopes: scopes,
                schoolIds: schoolIds, expiresAt: request.expiresAt, createdAt: transaction.now, updatedAt: transaction.now)
            try transaction.insert(token, audience: .parties([token.id]))
            try transaction.tokens.addSecret(digest: TokenSecret.digest(secret), tokenId: token.id)
            return token
        }
        return (token, secret)
    }

    private static func errors(in request: Request, now: Instant) -> [FieldError] {
        var errors: [FieldError] = []
        let scopes = request.scopes ?? []
        if (request.role == nil) == scopes.isEmpty {
            errors.append(FieldError(pointer: "/scopes", code: "role-or-scopes", detail: "a token has either a role or scopes"))
        }
        for (index, scope) in scopes.enumerated() where Permission(rawValue: scope) == nil {
            let known = Permission.allCases.map(\.rawValue).joined(separator: ", ")
            errors.append(FieldError(pointer: "/scopes/\(index)", code: "unknown-scope", detail: "must be one of \(known)"))
        }
        if let expiresAt = request.expiresAt, expiresAt <= now {
            errors.append(FieldError(pointer: "/expiresAt", code: "in-the-past", detail: "must be in the future"))
        }
        return errors
    }

    package func find(id: String) throws -> ApiToken {
        guard ResourceType.apiToken.isID(id), let token = try store.readNow({ try $0.find(ApiToken.self, id: id) }) else {
            throw DomainError.notFound
        }
        return token
    }

    package func list(_ query: ListQuery) async throws -> Page<Encoded> {
        try await store.read { try $0.encodedPage(ApiToken.self, query) }
    }

    package func export(_ query: ListQuery, _ body: (Encoded) async throws -> Void) async throws {
        try await store.each(ApiToken.self, query, body)
    }

    /// A new secret; earlier ones end after the overlap. A revoked or expired token is not revived.
    package func rotate(id: String, overlapMinutes: Int, _ call: Call) async throws -> (token: ApiToken, secret: String) {
        let secret = TokenSecret.make()
        let token = try await store.write(call) { transaction in
            let stored = try Self.manageable(id, call, transaction)
            guard stored.isUsable(at: transaction.now) else {
                throw DomainError.conflict("A token that is revoked or expired can't be rotated.")
            }
            try transaction.tokens.expireSecrets(tokenId: id, at: transaction.now.advanced(bySeconds: Int64(overlapMinutes) * 60))
            try transaction.tokens.addSecret(digest: TokenSecret.digest(secret), tokenId: id)
            return try transaction.touch(stored, audience: .parties([id]))
        }
        return (token, secret)
    }

    /// Ends the token at once. Revoking twice changes nothing.
    package func revoke(id: String, _ call: Call) async throws -> ApiToken {
        try await store.write(call) { transaction in
            let stored = try Self.manageable(id, call, transaction)
            guard stored.revokedAt == nil else { return stored }
            var revoked = stored
            revoked.revokedAt = transaction.now
            return try transaction.update(from: stored, to: revoked, audience: .parties([id]))
        }
    }

    /// A caller manages only tokens that have no more than itself: else it could take over a stronger one by rotating it.
    private static func manageable(_ id: String, _ call: Call, _ transaction: WriteTransaction) throws -> ApiToken {
        guard let token = try transaction.find(ApiToken.self, id: id) else { throw DomainError.notFound }
        guard Permission.mayGrant(role: token.role, scopes: token.scopes, schoolIds: token.schoolIds, call.actor) else {
            throw DomainError.forbidden("This token has more than its caller has itself.")
        }
        return token
    }

    /// The actor behind a bearer secret; nil when it is malformed, unknown, expired or revoked.
    package func authenticate(_ secret: String) throws -> Actor? {
        guard TokenSecret.isWellFormed(secret) else { return nil }
        let now = Instant.now()
        let digest = TokenSecret.digest(secret)
        guard let token = try store.readNow({ try $0.tokens.find(secretDigest: digest, at: now) }), token.isUsable(at: now) else {
            return nil
        }
        noteUse(of: token.id, at: now)
        return token.actor
    }

    private func noteUse(of id: String, at now: Instant) {
        let minute = now.milliseconds / 60_000
        let isFirst = lastUses.withLock { uses in
            guard uses[id] != minute else { return false }
            uses[id] = minute
            return true
        }
        guard isFirst else { return }
        Task { [store] in
            // Nobody's resource: losing a last use is harmless, so an error is.
            try? await store.bookkeeping { try $0.tokens.recordUse(tokenId: id, at: now) }
        }
    }

    /// Whether any token exists; the first start prints one only when none does.
    package func isEmpty() throws -> Bool {
        try store.readNow { try $0.tokens.isEmpty() }
    }
}
