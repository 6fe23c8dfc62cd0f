package import Core
package import Domain
import GRDB

extension WebhookEndpoint: Stored {
    package static let table = Table(
        WebhookEndpoint.self,
        members: [.required("name"), .required("status"), .required("tokenId"), .instant("createdAt"), .instant("updatedAt")],
        isVolatile: true, audience: .parties(["tokenId"], always: Audience.administrators))
}

extension Transaction {
    package var webhooks: WebhookRepository<Self> { WebhookRepository(transaction: self) }
}

/// Secrets, deliveries and progress of webhook endpoints.
package struct WebhookRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    private static var columns: [String] { WebhookDelivery.CodingKeys.allCases.map(\.stringValue) }
    private static var selection: String { columns.map(Table.quoted).joined(separator: ", ") }

    package func active() throws -> [WebhookEndpoint] { try transaction.all(WebhookEndpoint.self, where: "status", is: "active") }

    package func count() throws -> Int {
        try transaction.connection.database.cached("SELECT count(*) FROM webhookEndpoint").first { Int($0.integer(0)) } ?? 0
    }

    /// Those that sign at this instant, the current one first.
    package func secrets(endpointId: String, at instant: Instant) throws -> [WebhookEndpoint.Secret] {
        var secrets: [WebhookEndpoint.Secret] = []
        try transaction.connection.database.cached(
            """
            SELECT secret, validUntil FROM webhookSecret WHERE endpointId = ? AND (validUntil IS NULL OR validUntil > ?)
            ORDER BY validUntil IS NOT NULL, validUntil DESC
            """
        ).eachRow([.text(endpointId), .instant(instant)]) { row in
            secrets.append(WebhookEndpoint.Secret(bytes: row.blob(0), validUntil: row.isNull(1) ? nil : try row.instant(1)))
        }
        return secrets
    }

    /// The delivery an endpoint is at, when an attempt has failed.
    package func pending(endpointId: String) throws -> WebhookDelivery? {
        try deliveries("endpointId = ? AND state = 'pending'", [.text(endpointId)], limit: 1).first
    }

    package func delivery(id: String, endpointId: String) throws -> WebhookDelivery? {
        try deliveries("id = ? AND endpointId = ?", [.text(id), .text(endpointId)], limit: 1).first
    }

    /// Newest first, before one.
    package func deliveries(endpointId: String, before id: String?, limit: Int) throws -> [WebhookDelivery] {
        // `~` comes after every id.
        try deliveries("endpointId = ? AND id < ?", [.text(endpointId), .text(id ?? "~")], limit: limit)
    }

    private func deliveries(_ condition: String, _ arguments: [SQLValue], limit: Int) throws -> [WebhookDelivery] {
        let sql = "SELECT \(Self.selection) FROM webhookDelivery WHERE \(condition) ORDER BY id DESC LIMIT ?"
        var found: [WebhookDelivery] = []
        try transaction.connection.database.cached(sql).eachRow(arguments + [.integer(Int64(limit))]) {
            found.append(try RowDecoder(row: $0).decode(WebhookDelivery.self))
        }
        return found
    }

    fileprivate func save(_ delivery: WebhookDelivery) throws {
        let marks = Self.columns.map { _ in "?" }.joined(separator: ", ")
        try transaction.connection.database.cached("INSERT OR REPLACE INTO webhookDelivery (\(Self.selection)) VALUES (\(marks))")
            .run(try RowEncoder.values(of: delivery, columns: Self.columns))
    }

    /// What it is at counts as given up: it goes on elsewhere.
    fileprivate func abandonPending(endpointId: String) throws {
        try transaction.connection.database.cached(
            "UPDATE webhookDelivery SET state = 'failed', nextAttemptAt = NULL WHERE endpointId = ? AND state = 'pending'"
        ).run([.text(endpointId)])
    }
}

extension WebhookRepository<WriteTransaction> {
    /// Present secrets sign until `end`; the new one from now on.
    package func addSecret(_ secret: [UInt8], endpointId: String, endingOthersAt end: Instant) throws {
        let database = transaction.connection.database
        try database.cached("DELETE FROM webhookSecret WHERE endpointId = ? AND validUntil IS NOT NULL").run([.text(endpointId)])
        try database.cached("UPDATE webhookSecret SET validUntil = ? WHERE endpointId = ?").run([.instant(end), .text(endpointId)])
        try database.cached("INSERT INTO webhookSecret (endpointId, secret) VALUES (?, ?)").run([.text(endpointId), .blob(secret)])
    }

    /// Empties what receivers answered: they may have sent back what is to be forgotten.
    func forgetAnswers() throws {
        try transaction.connection.database.cached(
            """
            UPDATE webhookDelivery SET attempts = (SELECT json_group_array(json_set(value, '$.responseBody', NULL)) FROM json_each(attempts))
            WHERE instr(attempts, '"responseBody":"') > 0
            """
        ).run()
    }

    package func restart(endpointId: String) throws { try abandonPending(endpointId: endpointId) }

    /// The next attempt is made now.
    package func hurry(endpointId: String) throws {
        try transaction.connection.database.cached(
            "UPDATE webhookDelivery SET nextAttemptAt = ? WHERE endpointId = ? AND state = 'pending'"
        ).run([.instant(transaction.now), .text(endpointId)])
    }
}

extension WebhookRepository<BookkeepingTransaction> {
    package func record(_ delivery: WebhookDelivery) throws {
        guard try transaction.find(WebhookEndpoint.self, id: delivery.endpointId) != nil else { return }
        try save(delivery)
    }

    /// What an attempt at the delivery that `known` stood at has come to. Returns false, and keeps the attempt only, when the endpoint was
    /// sent elsewhere in the log meanwhile; or changed otherwise, and then a failed attempt is repeated at once.
    package func advance(_ delivery: WebhookDelivery, of known: WebhookEndpoint, failing: Bool) throws -> Bool {
        guard let endpoint = try transaction.find(WebhookEndpoint.self, id: delivery.endpointId) else { return false }
        var delivery = delivery
        let isAbandoned = try self.delivery(id: delivery.id, endpointId: endpoint.id).map { $0.state != .pending } ?? false
        guard endpoint.position == known.position, !isAbandoned, let seq = delivery.eventSeq else {
            if delivery.state == .pending { (delivery.state, delivery.nextAttemptAt) = (.failed, nil) }
            try save(delivery)
            return false
        }
        if endpoint.etag != known.etag, delivery.state == .pending {
            delivery.nextAttemptAt = transaction.now
            try save(delivery)
            return false
        }
        try save(delivery)
        try transaction.connection.database.cached("UPDATE webhookEndpoint SET position = ?, failingSince = ? WHERE id = ?").run([
            .integer(delivery.state == .pending ? endpoint.position : seq),
            failing ? .instant(endpoint.failingSince ?? transaction.now) : .null, .text(endpoint.id),
        ])
        return true
    }

    /// Nothing up to `seq` is for the endpoint.
    package func skip(endpointId: String, from position: Int64, to seq: Int64) throws {
        try transaction.connection.database.cached("UPDATE webhookEndpoint SET position = ? WHERE id = ? AND position = ?")
            .run([.integer(seq), .text(endpointId), .integer(position)])
    }

    /// Forgets deliveries made before an instant, but for those still pending; at most `limit`. Returns how many.
    package func forgetDeliveries(before end: Instant, limit: Int) throws -> Int {
        let database = transaction.connection.database
        try database.cached(
            """
            DELETE FROM webhookDelivery WHERE id IN
                (SELECT id FROM webhookDelivery WHERE createdAt < ? AND state <> 'pending' ORDER BY createdAt LIMIT ?)
            """
        ).run([.instant(end), .integer(Int64(limit))])
        return database.changes
    }
}
