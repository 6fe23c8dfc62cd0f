package import Core
package import Domain
import GRDB

extension SupportRequest: Stored {
    package static let table = Table(
        SupportRequest.self,
        members: [
            .required("reference"), .required("subject"), .optional("typeId"), .optional("serviceId"), .optional("area"),
            .element("schoolId", of: "schoolIds"), .optional("requesterId"), .required("priority"), .optional("teamId"),
            .optional("assigneeId"), .element("watcherId", of: "watcherIds"), .required("channel"), .element("tag", of: "tags"),
            .required("needsAttention"), .optional("mergedIntoId"), .instant("openedAt"), .instant("resolvedAt", isNullable: true),
            .instant("dueBy", isNullable: true), .element("missedTarget", of: "missedTargets"), .optional("satisfaction"),
            .required("state"), .instant("updatedAt"),
        ], audience: .whether("isConfidential", in: ["1"], .namedIn("visibleTo"), else: .partiesOfEach(["visibleTo"])),
        sideTables: ["supportRequestExternalRef": "externalRefs"])
}

extension SupportRequest: ExternallyReferred {}

extension RequestMessage: Stored {
    package static let table = Table(
        RequestMessage.self,
        members: [
            .required("requestId"), .required("kind"), .optional("authorId"), .instant("sentAt"), .instant("updatedAt"),
        ], audience: .whether("isConfidential", in: ["1"], .namedIn("visibleTo"), else: .partiesOfEach(["visibleTo"])))
}

extension Transaction {
    package var supportRequests: SupportRequestRepository<Self> { SupportRequestRepository(transaction: self) }
}

/// What is asked of support requests beyond lists.
package struct SupportRequestRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    package func id(ofReference reference: String) throws -> String? {
        try transaction.connection.database.cached("SELECT id FROM supportRequest WHERE reference = ?").first([.text(reference)]) {
            $0.text(0)
        }
    }

    /// The next reference of a year: `BSR-2026-000123`.
    package func nextReference(year: Int) throws -> String {
        let prefix = "BSR-\(year)-"
        let last = try transaction.connection.database.cached(
            "SELECT max(CAST(substr(reference, 10) AS INTEGER)) FROM supportRequest WHERE reference >= ? AND reference < ?"
        ).first([.text(prefix), .text("BSR-\(year).")]) { $0.isNull(0) ? 0 : $0.integer(0) }
        let digits = String((last ?? 0) + 1)
        return prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// Those that aren't finished, of a service, of a team, or all; by id.
    package func running(serviceId: String? = nil, teamId: String? = nil) throws -> [SupportRequest] {
        try rows(
            "state NOT IN ('resolved', 'closed') AND (?1 IS NULL OR serviceId = ?1) AND (?2 IS NULL OR teamId = ?2)",
            [serviceId.map(SQLValue.text) ?? .null, teamId.map(SQLValue.text) ?? .null])
    }

    /// Those of which somebody is to be told by now.
    package func escalating(by now: Instant, limit: Int) throws -> [SupportRequest] {
        try rows("escalatesAt <= ?", [.instant(now)], order: "escalatesAt, id", limit: limit)
    }

    /// Those whose school is to be reminded by a day.
    package func reminding(by day: LocalDate, limit: Int) throws -> [SupportRequest] {
        try rows("remindsOn <= ? AND state = 'waitingOnSchool'", [day.stored], order: "remindsOn, id", limit: limit)
    }

    /// Those that are to be closed by a day.
    package func closing(by day: LocalDate, limit: Int) throws -> [SupportRequest] {
        try rows("closesOn <= ? AND state = 'resolved'", [day.stored], order: "closesOn, id", limit: limit)
    }

    private func rows(_ condition: String, _ arguments: [SQLValue], order: String = "id", limit: Int = .max) throws -> [SupportRequest] {
        let sql = "SELECT \(SupportRequest.table.selection) FROM supportRequest WHERE \(condition) ORDER BY \(order) LIMIT \(limit)"
        var found: [SupportRequest] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) {
            found.append(try RowDecoder(row: $0).decode(SupportRequest.self))
        }
        return found
    }
}
