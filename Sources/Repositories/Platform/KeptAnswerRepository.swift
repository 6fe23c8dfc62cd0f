package import Core
import GRDB

extension Transaction {
    package var keptAnswers: KeptAnswerRepository<Self> { KeptAnswerRepository(transaction: self) }
}

/// Answers kept under an `Idempotency-Key`. Those older than ``KeptAnswer/lifetimeHours`` count as gone, whether they have been removed or not.
package struct KeptAnswerRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The answer kept under the key, and the fingerprint of the request it was given to.
    package func find(_ key: IdempotencyKey, at now: Instant) throws -> (fingerprint: [UInt8], answer: KeptAnswer)? {
        try transaction.connection.database.cached(
            """
            SELECT fingerprint, status, etag, location, contentType, body, digest FROM keptAnswer
            WHERE principal = ? AND key = ? AND path = ? AND method = ? AND keptAt > ?
            """
        ).first(key.columns + [.instant(now.startOfKept)]) { row in
            let answer = KeptAnswer(
                status: Int(row.integer(1)), etag: row.optionalText(2), location: row.optionalText(3), contentType: row.optionalText(4),
                body: row.isNull(5) ? nil : row.blob(5), digest: row.blob(6))
            return (row.blob(0), answer)
        }
    }

    /// Keeps an answer. One that has outlived its time makes room.
    func keep(_ answer: KeptAnswer, _ key: IdempotencyKey, fingerprint: [UInt8], at now: Instant) throws {
        let database = transaction.connection.database
        try database.cached("DELETE FROM keptAnswer WHERE principal = ? AND key = ? AND path = ? AND method = ? AND keptAt <= ?")
            .run(key.columns + [.instant(now.startOfKept)])
        try database.cached(
            """
            INSERT INTO keptAnswer (principal, key, path, method, fingerprint, status, etag, location, contentType, body, digest, keptAt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(
            key.columns + [
                .blob(fingerprint), .integer(Int64(answer.status)), .optional(answer.etag), .optional(answer.location),
                .optional(answer.contentType), answer.body.map(SQLValue.blob) ?? .null, .blob(answer.digest), .instant(now),
            ])
    }
}

extension KeptAnswerRepository<BookkeepingTransaction> {
    /// Keeps the answer of a request that was no single write.
    package func keep(_ answer: KeptAnswer, for keeping: AnswerKeeping) throws {
        try keep(answer, keeping.key, fingerprint: keeping.fingerprint.value, at: transaction.now)
    }

    /// Removes up to `limit` answers that have outlived their time. Returns how many there were.
    package func removeExpired(limit: Int) throws -> Int {
        let database = transaction.connection.database
        try database.cached(
            "DELETE FROM keptAnswer WHERE rowid IN (SELECT rowid FROM keptAnswer WHERE keptAt <= ? ORDER BY keptAt LIMIT ?)"
        )
        .run([.instant(transaction.now.startOfKept), .integer(Int64(limit))])
        return database.changes
    }
}

extension KeptAnswerRepository<WriteTransaction> {
    /// Keeps what will be answered when `value` is all there is to it.
    func keep(_ keeping: AnswerKeeping, of value: Any) throws {
        guard let answer = try keeping.answer(value) else { return }
        try keep(answer, keeping.key, fingerprint: keeping.fingerprint.value, at: transaction.now)
    }

    /// Empties every answer that shows one of these resources, whose id is then part of it, and all reports: those quote what was sent.
    func forget(_ ids: [String]) throws {
        let database = transaction.connection.database
        let shown = try database.cached(
            "UPDATE keptAnswer SET body = NULL WHERE body IS NOT NULL AND instr(body, CAST(? AS BLOB)) > 0")
        for id in ids { try shown.run([.text(id)]) }
        try database.cached("UPDATE keptAnswer SET body = NULL WHERE body IS NOT NULL AND (path GLOB '*/import' OR path GLOB '*/bulk')")
            .run()
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
