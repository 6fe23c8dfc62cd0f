package import Core
import GRDB

extension Transaction {
    package var keptAnswers: KeptAnswerRepository<Self> { KeptAnswerRepository(transaction: self) }
}

/// Answers kept under an `Idempotency-Key`. Those older than ``KeptAnswer/lifetimeHours`` count as gone, whether they have been removed or not.
package struct KeptAnswerRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The answer kept under the key, and the fingerprint of the request it was given to; nil in its place once that is forgotten.
    package func find(_ key: IdempotencyKey, at now: Instant) throws -> (fingerprint: [UInt8]?, answer: KeptAnswer)? {
        try transaction.connection.database.cached(
            """
            SELECT fingerprint, status, etag, location, contentType, body, digest FROM keptAnswer
            WHERE principal = ? AND key = ? AND path = ? AND method = ? AND keptAt > ?
            """
        ).first(key.columns + [.instant(now.startOfKept)]) { row in
            let answer = KeptAnswer(
                status: Int(row.integer(1)), etag: row.optionalText(2), location: row.optionalText(3), contentType: row.optionalText(4),
                body: row.optionalBlob(5), digest: row.optionalBlob(6))
            return (row.optionalBlob(0), answer)
        }
    }

    /// How far a request got that went in pieces and was broken off: what it says, as of ``find(_:at:)``, up to which line, and the answer until then.
    package func parts(_ key: IdempotencyKey, at now: Instant) throws -> (fingerprint: [UInt8]?, lastLine: Int, answer: [UInt8])? {
        var found: (fingerprint: [UInt8]?, lastLine: Int, answer: [UInt8])?
        try transaction.connection.database.cached(
            """
            SELECT fingerprint, lastLine, body FROM keptPart
            WHERE principal = ? AND key = ? AND path = ? AND method = ? AND keptAt > ? ORDER BY firstLine
            """
        ).eachRow(key.columns + [.instant(now.startOfKept)]) { row in
            found = (row.optionalBlob(0), Int(row.integer(1)), (found?.answer ?? []) + (row.optionalBlob(2) ?? []))
        }
        return found
    }
}

extension KeptAnswerRepository<BookkeepingTransaction> {
    /// Removes up to `limit` answers that have outlived their time. Returns how many there were.
    package func removeExpired(limit: Int) throws -> Int {
        let database = transaction.connection.database
        try database.cached(
            "DELETE FROM keptAnswer WHERE rowid IN (SELECT rowid FROM keptAnswer WHERE keptAt <= ? ORDER BY keptAt LIMIT ?)"
        )
        .run([.instant(transaction.now.startOfKept), .integer(Int64(limit))])
        let answers = database.changes
        // Rare: only what was broken off has any.
        try database.cached("DELETE FROM keptPart WHERE keptAt <= ?").run([.instant(transaction.now.startOfKept)])
        return answers
    }
}

extension KeptAnswerRepository<WriteTransaction> {
    /// Keeps what will be answered when `value` is all there is to it. One that has outlived its time makes room; throws
    /// ``AnswerAlreadyKept`` for any other.
    func keep(_ keeping: AnswerKeeping, of value: Any) throws {
        guard let answer = try keeping.answer(value) else { return }
        let database = transaction.connection.database
        let now = transaction.now
        try database.cached("DELETE FROM keptAnswer WHERE principal = ? AND key = ? AND path = ? AND method = ? AND keptAt <= ?")
            .run(keeping.key.columns + [.instant(now.startOfKept)])
        try database.cached(
            """
            INSERT INTO keptAnswer (principal, key, path, method, fingerprint, status, etag, location, contentType, body, digest, keptAt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        ).run(
            keeping.key.columns + [
                .blob(keeping.fingerprint.value), .integer(Int64(answer.status)), .optional(answer.etag), .optional(answer.location),
                .optional(answer.contentType), answer.body.map(SQLValue.blob) ?? .null, answer.digest.map(SQLValue.blob) ?? .null,
                .instant(now),
            ])
        guard database.changes == 1 else { throw AnswerAlreadyKept() }
        try database.cached("DELETE FROM keptPart WHERE principal = ? AND key = ? AND path = ? AND method = ?").run(keeping.key.columns)
    }

    /// Keeps how far a request got that goes in pieces. Throws ``AnswerAlreadyKept`` where another one with its key got there as well.
    ///
    /// - Parameters:
    ///   - lines: those that were done since the part before.
    ///   - answer: what is answered for them.
    package func keepPart(_ keeping: AnswerKeeping, lines: ClosedRange<Int>, answer: [UInt8]) throws {
        guard try find(keeping.key, at: transaction.now) == nil else { throw AnswerAlreadyKept() }
        let database = transaction.connection.database
        try database.cached("DELETE FROM keptPart WHERE principal = ? AND key = ? AND path = ? AND method = ? AND keptAt <= ?")
            .run(keeping.key.columns + [.instant(transaction.now.startOfKept)])
        try database.cached(
            """
            INSERT INTO keptPart (principal, key, path, method, firstLine, lastLine, fingerprint, body, keptAt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        ).run(
            keeping.key.columns + [
                .integer(Int64(lines.lowerBound)), .integer(Int64(lines.upperBound)), .blob(keeping.fingerprint.value), .blob(answer),
                .instant(transaction.now),
            ])
        guard database.changes == 1 else { throw AnswerAlreadyKept() }
    }

    /// Empties all kept answers. Which of them say what is to be forgotten only reading each would tell, and erasing is rare: a request that
    /// comes again is still not carried out twice.
    func forget() throws {
        try transaction.connection.database.cached(
            "UPDATE keptAnswer SET fingerprint = NULL, body = NULL, digest = NULL WHERE digest IS NOT NULL"
        ).run()
        try transaction.connection.database.cached(
            "UPDATE keptPart SET fingerprint = NULL, body = NULL WHERE fingerprint IS NOT NULL"
        ).run()
    }
}

extension IdempotencyKey {
    /// In the order of the index.
    fileprivate var columns: [SQLValue] { [.text(principal), .text(key), .text(path), .text(method)] }
}

extension Instant {
    /// What was kept at this instant or earlier is gone.
    fileprivate var startOfKept: Instant { advanced(bySeconds: -Int64(KeptAnswer.lifetimeHours) * 3600) }
}

extension OpaquePointer {
    fileprivate func optionalBlob(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
