package import Core
package import Domain
package import Repositories
import Synchronization

/// Issues, rotates, revokes and checks bearer tokens.
package final class TokenService: ResourceReader {
    package typealias Item = ApiToken
    /// How long a rotated secret works on when nobody says otherwise.
    package static let defaultOverlapMinutes = 1440
    /// Characters of a name.
    private static let maximumName = 200

    /// Good ones of one person, unless whoever runs the service says otherwise.
    package static let usualPerPerson = 20
    /// Good ones that are nobody's and were issued by one person or token: each has limits of its own.
    private static let perIssuer = 100

    package let store: Store
    /// Good ones of one person.
    package let perPerson: Int
    /// The minute of the last recorded use per token, so that use costs a write at most once a minute.
    private let lastUses = Mutex<[String: Int64]>([:])
    private let known = Remembered<Known>(.untilAuthorityChanges)

    /// A token found by one of its secrets.
    private struct Known: Sendable {
        let token: ApiToken
        /// The end of that secret; nil for good.
        let validUntil: Instant?
        let actor: Actor
    }

    package init(store: Store, perPerson: Int = usualPerPerson) {
        self.store = store
        self.perPerson = perPerson
    }

    /// What a token is asked to be.
    package struct Request: Decodable, Sendable {
        package var name: String
        package var personId: String?
        package var role: Role?
        package var scopes: [String]?
        package var schoolIds: [String]?
        package var expiresAt: Instant?

        package init(
            name: String, personId: String? = nil, role: Role? = nil, scopes: [String]? = nil, schoolIds: [String]? = nil,
            expiresAt: Instant? = nil
        ) {
            self.name = name
            self.personId = personId
            self.role = role
            self.scopes = scopes
            self.schoolIds = schoolIds
            self.expiresAt = expiresAt
        }
    }

    /// Issues a token; the secret is returned here and nowhere again.
    ///
    /// Throws `invalid` (neither or both of role and scopes, unknown scope or school, expiry in the past), `forbidden` (more than the
    /// caller has itself) and `refused` (as many as may be).
    package func create(_ request: Request, _ call: Call) async throws -> (token: ApiToken, secret: String) {
        let scopes = request.scopes ?? []
        let schoolIds = request.schoolIds ?? []
        let secret = TokenSecret.make()
        let token = try await store.write(call) { [perPerson] transaction in
            var errors = Self.errors(in: request, now: transaction.now)
            for (index, id) in schoolIds.enumerated() where try transaction.find(School.self, id: id) == nil {
                errors.append(FieldError(pointer: "/schoolIds/\(index)", code: "not-found", detail: "is not the id of a school"))
            }
            errors += try transaction.errors(person: request.personId)
            guard errors.isEmpty else { throw DomainError.invalid(errors) }
            let isKnownToOthers = try Self.others(knowSecretsOf: request.personId, transaction)
            let token = ApiToken(
                id: ResourceType.apiToken.makeID(at: transaction.now),
                issuedBy: Self.maker(of: request.personId, isKnownToOthers, call.actor), name: request.name,
                personId: request.personId, role: request.role,
                scopes: scopes,
                schoolIds: schoolIds, expiresAt: request.expiresAt,
                isKnownToOthers: isKnownToOthers,
                createdAt: transaction.now, updatedAt: transaction.now)
            try Self.checkGrant(of: token, transaction)
            try Self.checkNumber(with: token, perPerson: perPerson, transaction)
            try transaction.insert(token)
            try transaction.tokens.addSecret(digest: TokenSecret.digest(secret), tokenId: token.id)
            return token
        }
        return (token, secret)
    }

    private static func errors(in request: Request, now: Instant) -> [FieldError] {
        var errors: [FieldError] = []
        let scopes = request.scopes ?? []
        if !(1...maximumName).contains(request.name.unicodeScalars.count) {
            errors.append(FieldError(pointer: "/name", code: "length", detail: "the name must have 1 to \(maximumName) characters"))
        }
        // A list of tokens, one to a line, must not be forged by the name of one.
        if request.name.unicodeScalars.contains(where: {
            [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }) {
            errors.append(FieldError(pointer: "/name", code: "control-character", detail: "the name must be one line without tabs"))
        }
        for (member, values) in [("scopes", scopes), ("schoolIds", request.schoolIds ?? [])] {
            var seen: Set<String> = []
            for (index, value) in values.enumerated() where !seen.insert(value).inserted {
                errors.append(FieldError(pointer: "/\(member)/\(index)", code: "not-unique", detail: "\(value) is given twice"))
            }
        }
        if request.personId != nil {
            if request.role != nil {
                errors.append(
                    FieldError(pointer: "/role", code: "not-allowed", detail: "must be left out: a person's roles are their appointments"))
            }
        } else if (request.role == nil) == scopes.isEmpty {
            errors.append(
                FieldError(
                    pointer: "/scopes", code: "role-or-scopes", detail: "a token has either a role or scopes, or belongs to a person"))
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
            var rotated = stored
            let isKnownToOthers = try Self.others(knowSecretsOf: stored.personId, transaction)
            let caller = Self.maker(of: stored.personId, isKnownToOthers, call.actor)
            // One who has its secret from somebody doesn't take that one's place.
            let isBorrowed = isKnownToOthers && call.actor.personId == stored.personId
            if stored.personId != caller, !(isBorrowed && stored.isGivenByOthers) {
                (rotated.rotatedAt, rotated.rotatedBy) = (transaction.now, caller)
                rotated.isGivenByOthers = stored.personId != nil
            }
            if isKnownToOthers { rotated.isKnownToOthers = true }
            // One's own, and twice within a millisecond, is a new secret all the same.
            guard rotated != stored else { return try transaction.touch(stored, verb: "rotated") }
            return try transaction.update(from: stored, to: rotated, verb: "rotated")
        }
        return (token, secret)
    }

    /// By which name a secret's maker is remembered: with a token that others may know it needn't have been the person, who is told.
    private static func maker(of person: String?, _ isKnownToOthers: Bool, _ actor: Actor) -> String {
        isKnownToOthers && actor.personId == person ? actor.id : actor.personId ?? actor.id
    }

    /// Whether the caller, who is about to learn a secret of a token of this person, isn't that person for certain.
    private static func others(knowSecretsOf person: String?, _ transaction: WriteTransaction) throws -> Bool {
        guard let person, let own = try transaction.find(ApiToken.self, id: transaction.call.actor.id) else { return false }
        return own.personId != person || own.isKnownToOthers
    }

    /// Ends the token at once. Revoking twice changes nothing.
    package func revoke(id: String, _ call: Call) async throws -> ApiToken {
        try await store.write(call) { transaction in
            let stored = try Self.manageable(id, call, transaction)
            guard stored.revokedAt == nil else { return stored }
            var revoked = stored
            revoked.revokedAt = transaction.now
            return try transaction.update(from: stored, to: revoked)
        }
    }

    /// A caller manages only tokens that have no more than itself: else it could take over a stronger one by rotating it.
    private static func manageable(_ id: String, _ call: Call, _ transaction: WriteTransaction) throws -> ApiToken {
        guard let token = try transaction.find(ApiToken.self, id: id) else { throw DomainError.notFound }
        try checkGrant(of: token, transaction)
        return token
    }

    /// Nobody gives more than it has at this moment. A person gives tokens of their own; those who run the trust give anybody theirs, as they
    /// appoint them. What a token issues ends with it at the latest: else a borrowed one could make itself a lasting one.
    private static func checkGrant(of token: ApiToken, _ transaction: WriteTransaction) throws {
        let actor = try transaction.actorNow()
        let runsTrust = actor.scopes.isEmpty && actor.schoolIds.isEmpty && actor.roles.contains { Role(rawValue: $0)?.runsTrust ?? false }
        if let person = token.personId ?? actor.personId, !runsTrust, person != actor.personId || token.personId != person {
            throw DomainError.forbidden("A token of a person is issued by that person or by those who run the trust.")
        }
        let hasMore: Bool
        if token.personId == nil {
            hasMore = !Permission.mayGrant(role: token.role, scopes: token.scopes, schoolIds: token.schoolIds, actor)
        } else {
            hasMore = !(isNarrower(token.scopes, than: actor.scopes) && isNarrower(token.schoolIds, than: actor.schoolIds))
        }
        guard !hasMore else { throw DomainError.forbidden("A token can't be given more than its issuer has.") }
        if let end = try transaction.find(ApiToken.self, id: actor.id)?.expiresAt, token.expiresAt.map({ $0 > end }) ?? true {
            throw DomainError.forbidden("The issuing token expires at \(end); what it issues can't be valid longer.")
        }
    }

    /// Whoever could have any number of tokens would have any number of whatever is counted for each.
    private static func checkNumber(with token: ApiToken, perPerson: Int, _ transaction: WriteTransaction) throws {
        func refusal(_ pointer: String, _ sentence: String) -> DomainError {
            .refused(sentence, [FieldError(pointer: pointer, code: "too-many-tokens", detail: "revoke one that isn't needed any more")])
        }
        if let person = token.personId {
            guard try transaction.tokens.usable(ofPerson: person, at: transaction.now) < perPerson else {
                throw refusal(
                    "/personId", "This person has \(perPerson) tokens that are neither revoked nor expired, as many as one may have.")
            }
        } else if transaction.call.actor.kind == .token {
            guard try transaction.tokens.usable(issuedBy: token.issuedBy, at: transaction.now) < perIssuer else {
                throw refusal("", "\(perIssuer) tokens that are neither revoked nor expired were issued so, as many as may be.")
            }
        }
    }

    /// Where the issuer is narrowed, so is what it issues.
    private static func isNarrower(_ given: [String], than own: [String]) -> Bool {
        own.isEmpty || (!given.isEmpty && Set(given).isSubset(of: own))
    }

    // MARK: Telling

    /// That somebody else can act as a person from now on.
    package struct Notice: Encodable, Sendable {
        package enum Kind: String, Encodable, Sendable {
            case tokenIssued, tokenRotated
        }

        let kind: Kind
        let at: Instant
        /// The id of a person or token, or `cli`.
        let by: String
        let personId: String
        let tokenId: String
        let detail: String
    }

    /// How long what happened is told: whoever was away over the summer still learns of it.
    private static let noticeDays: Int64 = 60
    private static let maximumNotices = 100

    /// What the caller is to know of tokens that act as them; the data protection officer, of those that act as anybody.
    package func notices(for actor: Actor) throws -> [Notice] {
        let isOfficer = Visibility(of: actor).parties?.isDisjoint(with: Audience.privacyOffice) == false
        guard let person = actor.personId else { return [] }
        let since = store.now().advanced(bySeconds: -86_400 * Self.noticeDays)
        let tokens = try store.readNow {
            try $0.tokens.givenByOthers(to: isOfficer ? nil : person, since: since, limit: Self.maximumNotices)
        }
        let notices = tokens.flatMap { token -> [Notice] in
            guard let owner = token.personId else { return [] }
            let whose = owner == person ? "you" : owner
            var notices: [Notice] = []
            if let at = token.rotatedAt, let by = token.rotatedBy, by != owner, at >= since {
                notices.append(
                    Notice(
                        kind: .tokenRotated, at: at, by: by, personId: owner, tokenId: token.id,
                        detail:
                            "\(by) gave the token \(token.name), which acts as \(whose), a new secret. Revoke it if nobody asked for that.")
                )
            }
            if token.issuedBy != owner, token.createdAt >= since {
                notices.append(
                    Notice(
                        kind: .tokenIssued, at: token.createdAt, by: token.issuedBy, personId: owner, tokenId: token.id,
                        detail:
                            "\(token.issuedBy) issued the token \(token.name), which acts as \(whose). Revoke it if nobody asked for that.")
                )
            }
            return notices
        }
        return Array(notices.sorted { $0.at > $1.at }.prefix(Self.maximumNotices))
    }

    /// The actor behind a bearer secret; nil when it is malformed, unknown, expired or revoked. A person's authority is that of
    /// their appointments today.
    package func authenticate(_ secret: String) throws -> Actor? {
        let now = store.now()
        let digest = TokenSecret.digest(secret)
        // Remembered until authority changes, so that a revocation counts at once, whoever writes it; and for a quarter of an hour at most:
        // within one it is the same day in every time zone.
        let known = try store.readNow(digest + String(now.milliseconds / 900_000), remembering: known) { transaction in
            TokenSecret.isWellFormed(secret) ? try Self.find(secretDigest: digest, at: now, transaction) : nil
        }
        guard let known, known.token.isUsable(at: now), known.validUntil.map({ now < $0 }) ?? true else { return nil }
        noteUse(of: known.token.id, at: now)
        return known.actor
    }

    private static func find(secretDigest: String, at now: Instant, _ transaction: ReadTransaction) throws -> Known? {
        guard let (token, validUntil) = try transaction.tokens.find(secretDigest: secretDigest) else { return nil }
        return try Known(token: token, validUntil: validUntil, actor: transaction.actor(of: token, on: now.day(in: transaction.zone())))
    }

    /// Whether a secret that is no good is a guess: of the form of one, and never anybody's. One that has expired, was revoked or rotated
    /// was somebody's; a text of another form could never be one.
    package func isGuess(_ secret: String) throws -> Bool {
        guard TokenSecret.isWellFormed(secret) else { return false }
        return try !store.readNow { try $0.tokens.isKnown(secretDigest: TokenSecret.digest(secret)) }
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
