package import Core
package import Domain
import GRDB

extension Transaction {
    package var retention: RetentionRepository<Self> { RetentionRepository(transaction: self) }
}

/// What is past its period.
package struct RetentionRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The trust's rule for a kind of record; what holds by default until it is stored. nil for a name that is no kind of record.
    package func rule(for recordType: String) throws -> RetentionRule? {
        if let stored = try transaction.all(RetentionRule.self, where: "recordType", is: recordType).first { return stored }
        return Retention.named(recordType).map { RetentionRule(recordType: recordType, $0, createdAt: Instant(milliseconds: 0)) }
    }

    /// The ids of all resources of a type that are past their period today, by id; with `among`, of these only.
    package func due(_ type: any Stored.Type, today: LocalDate, among ids: [String]? = nil) throws -> [String] {
        guard let rule = try rule(for: type.type.rawValue), let last = rule.lastDayPast(today: today),
            var condition = try condition(type, rule.startsFrom, last, today: today)
        else { return [] }
        // What others refer to goes after them, with a later purge. People are erased, not deleted.
        if type != Person.self {
            for referrer in try transaction.referrers(to: type.table.name) {
                condition.sql +=
                    " AND NOT EXISTS (SELECT 1 FROM \(referrer.table) AS referrer WHERE referrer.\(referrer.column) = \(type.table.name).id)"
            }
        }
        if let ids {
            condition.sql += " AND id IN (SELECT value FROM json_each(?))"
            condition.arguments.append(.names(ids))
        }
        var due: [String] = []
        try transaction.connection.database.cached("SELECT id FROM \(type.table.name) WHERE \(condition.sql) ORDER BY id")
            .eachRow(condition.arguments) { due.append($0.text(0)) }
        return due
    }

    private typealias Condition = (sql: String, arguments: [SQLValue])

    /// What ended on `last` or earlier; nil where nothing ends. Instants are compared by their day in UTC.
    private func condition(
        _ type: any Stored.Type, _ start: Retention.Start, _ last: LocalDate, today: LocalDate
    ) throws -> Condition? {
        let day = SQLValue.text(last.description)
        let nextDay = SQLValue.text(last.adding(days: 1).description)
        switch start {
        case .never, .recordedAt: return nil
        case .endsOn where type == Appointment.self: return try appointment(last, today: today)
        case .endsOn: return ("endsOn <= ?", [day])
        case .lastFact: return person(day, nextDay)
        case .revokedOrExpired: return ("(revokedAt < ? OR expiresAt < ?)", [nextDay, nextDay])
        case .finishedAt: return ("finishedAt < ?", [nextDay])
        case .updatedAt: return ("updatedAt < ?", [nextDay])
        }
    }

    /// The last appointment of a person stays as long as what is known of the person: their own period counts from it.
    private func appointment(_ last: LocalDate, today: LocalDate) throws -> Condition? {
        guard let lastOfPerson = try rule(for: ResourceType.person.rawValue)?.lastDayPast(today: today) else { return nil }
        let sql = """
            endsOn <= ? AND (endsOn <= ? OR EXISTS (
                SELECT 1 FROM appointment AS later WHERE later.personId = appointment.personId
                AND (later.endsOn IS NULL OR (later.endsOn, later.id) > (appointment.endsOn, appointment.id))))
            """
        return (sql, [.text(last.description), .text(lastOfPerson.description)])
    }

    private func person(_ day: SQLValue, _ nextDay: SQLValue) -> Condition {
        var held: [String] = []
        var named = ["updatedAt < ?"]
        for (table, column) in Self.factsNamingPeople {
            let own = "FROM \(table) AS fact WHERE fact.\(column) = person.id"
            held.append("NOT EXISTS (SELECT 1 \(own) AND (fact.endsOn IS NULL OR fact.endsOn > ?))")
            named.append("EXISTS (SELECT 1 \(own))")
        }
        let sql = "erasedAt IS NULL AND \(held.joined(separator: " AND ")) AND (\(named.joined(separator: " OR ")))"
        return (sql, held.map { _ in day } + [nextDay])
    }

    /// Tables of dated facts, with each column that names a person.
    private static var factsNamingPeople: [(table: String, column: String)] {
        StoredTypes.all.map { $0.table }.filter { $0.columns.contains("endsOn") }.flatMap { table in
            table.columnsNamingPeople.map { (table.name, $0) }
        }
    }

    /// The fact that names the person and ends last; one without a last day before all others.
    package func lastFact(naming personId: String) throws -> (type: ResourceType, id: String, endsOn: LocalDate?)? {
        let each = Self.factsNamingPeople.map { "SELECT '\($0)' AS type, id, endsOn FROM \($0) WHERE \($1) = ?1" }
        let sql = "SELECT * FROM (" + each.joined(separator: " UNION ALL ") + ") ORDER BY endsOn IS NULL DESC, endsOn DESC, id LIMIT 1"
        return try transaction.connection.database.cached(sql).first([.text(personId)]) { row in
            guard let type = ResourceType(rawValue: row.text(0)) else { throw row.unreadable(0, "a resource type") }
            return (type, row.text(1), row.optionalText(2).flatMap { LocalDate($0) })
        }
    }

    /// Entries of the audit trail past their period today that still have values, oldest first.
    package func dueAuditEntries(today: LocalDate) throws -> [AuditEntryKey] {
        guard let last = try rule(for: Retention.auditValue)?.lastDayPast(today: today) else { return [] }
        var due: [AuditEntryKey] = []
        try transaction.connection.database.cached(
            "SELECT audit.seq, id FROM audit JOIN auditValue ON auditValue.seq = audit.seq WHERE at < ? AND content <> '{}' ORDER BY audit.seq"
        ).eachRow([.text(last.adding(days: 1).description)]) { due.append(AuditEntryKey(seq: $0.integer(0), id: $0.text(1))) }
        return due
    }
}

/// An entry of the audit trail.
package struct AuditEntryKey: Hashable, Sendable {
    let seq: Int64
    package let id: String
}

extension Table {
    /// Columns that hold the id of a person whom the row is about.
    package var columnsNamingPeople: [String] {
        Self.references.filter { $0.type == .person }.map(\.member).filter(columns.contains)
    }
}
