package import Core
package import Domain
import GRDB

extension ApiToken: Stored {
    package static let table = Table(
        ApiToken.self,
        members: [
            .required("name"), .optional("personId"), .instant("revokedAt", isNullable: true), .instant("createdAt"), .instant("updatedAt"),
        ], isVolatile: true,
        audience: .whether(
            "isGivenByOthers", in: ["1"],
            .parties(["id", "personId"], always: Audience.administrators + Audience.privacyOffice),
            else: .parties(["id", "personId"], always: Audience.administrators)))
}

extension Transaction {
    package var tokens: ApiTokenRepository<Self> { ApiTokenRepository(transaction: self) }
}

/// Digests are SHA-256 of the secret as 64 lower-case hex digits.
package struct ApiTokenRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The token a secret belongs to, and until when the secret is valid (nil: for good). Whether the token itself is, its members say.
    package func find(secretDigest: String) throws -> (token: ApiToken, validUntil: Instant?)? {
        let sql = """
            SELECT \(ApiToken.table.selection), validUntil FROM apiTokenSecret JOIN apiToken ON id = tokenId WHERE digest = ?
            """
        let column = Int32(ApiToken.table.columns.count)
        return try transaction.connection.database.cached(sql).first([.text(secretDigest)]) { row in
            (try RowDecoder(row: row).decode(ApiToken.self), row.isNull(column) ? nil : try row.instant(column))
        }
    }

    /// Whether there is such a secret, valid or not.
    package func isKnown(secretDigest: String) throws -> Bool {
        try transaction.connection.database.cached("SELECT 1 FROM apiTokenSecret WHERE digest = ?").first([.text(secretDigest)]) { _ in
            true
        } != nil
    }

    /// Tokens that act as somebody and got a secret from somebody else since then, newest first.
    ///
    /// - Parameter personId: of whom; nil for everybody.
    package func givenByOthers(to personId: String?, since instant: Instant, limit: Int) throws -> [ApiToken] {
        let sql = """
            SELECT \(ApiToken.table.selection) FROM apiToken
            WHERE isGivenByOthers = 1 AND (?1 IS NULL OR personId = ?1) AND (createdAt >= ?2 OR rotatedAt >= ?2)
            ORDER BY updatedAt DESC, id DESC LIMIT ?3
            """
        var tokens: [ApiToken] = []
        try transaction.connection.database.cached(sql).eachRow([.optional(personId), .instant(instant), .integer(Int64(limit))]) {
            tokens.append(try RowDecoder(row: $0).decode(ApiToken.self))
        }
        return tokens
    }

    /// How many tokens of a person are good.
    package func usable(ofPerson id: String, at now: Instant) throws -> Int {
        try count("personId = ?", id, now)
    }

    /// How many tokens that are nobody's and were issued by an account are good.
    package func usable(issuedBy account: String, at now: Instant) throws -> Int {
        try count("personId IS NULL AND issuedBy = ?", account, now)
    }

    private func count(_ condition: String, _ value: String, _ now: Instant) throws -> Int {
        let sql = "SELECT count(*) FROM apiToken WHERE \(condition) AND revokedAt IS NULL AND (expiresAt IS NULL OR expiresAt > ?)"
        return try transaction.connection.database.cached(sql).first([.text(value), .instant(now)]) { Int($0.integer(0)) } ?? 0
    }

    package func isEmpty() throws -> Bool {
        try transaction.connection.database.cached("SELECT 1 FROM apiToken LIMIT 1").first { _ in true } == nil
    }
}

extension ApiTokenRepository<WriteTransaction> {
    package func addSecret(digest: String, tokenId: String) throws {
        try transaction.connection.database.cached("INSERT INTO apiTokenSecret (digest, tokenId) VALUES (?, ?)")
            .run([.text(digest), .text(tokenId)])
    }

    /// Present secrets end at `instant`, or earlier where that was settled before. Those that already ended are forgotten.
    package func expireSecrets(tokenId: String, at instant: Instant) throws {
        let database = transaction.connection.database
        try database.cached("DELETE FROM apiTokenSecret WHERE tokenId = ? AND validUntil <= ?").run([
            .text(tokenId), .instant(transaction.now),
        ])
        try database.cached("UPDATE apiTokenSecret SET validUntil = ?1 WHERE tokenId = ?2 AND (validUntil IS NULL OR validUntil > ?1)")
            .run([.instant(instant), .text(tokenId)])
    }
}

extension ApiTokenRepository<BookkeepingTransaction> {
    /// Never moves the last use back.
    package func recordUse(tokenId: String, at instant: Instant) throws {
        try transaction.connection.database.cached(
            "UPDATE apiToken SET lastUsedAt = ?1 WHERE id = ?2 AND (lastUsedAt IS NULL OR lastUsedAt < ?1)"
        ).run([.instant(instant), .text(tokenId)])
    }
}
