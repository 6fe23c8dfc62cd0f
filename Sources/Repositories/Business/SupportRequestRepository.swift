package import Core
package import Domain
import GRDB

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
        let sql = """
            INSERT INTO supportRequestNumber VALUES (?, 1) ON CONFLICT (year) DO UPDATE SET last = last + 1 RETURNING last
            """
        let number = try transaction.connection.database.cached(sql).first([.integer(Int64(year))]) { $0.integer(0) } ?? 1
        let digits = String(number)
        return "BSR-\(year)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// Whether a change has left something to be done.
    package func hasAftermath() throws -> Bool {
        try transaction.connection.database.cached("SELECT 1 FROM requestAftermath LIMIT 1").first { _ in true } ?? false
    }

    /// What a change has left to be done, and the next requests it is to be done with, by id; nil where nothing is left.
    package func aftermath(limit: Int) throws -> (aftermath: RequestAftermath, requests: [SupportRequest])? {
        let next = try transaction.connection.database.cached(
            "SELECT work, owner, after FROM requestAftermath ORDER BY work, owner LIMIT 1"
        )
        .first { row in (RequestAftermath.Work(rawValue: row.text(0)), row.text(1), row.text(2)) }
        guard let (work, owner, after) = next, let work else { return nil }
        let condition =
            switch work {
            case .schedule: "\(Self.running) AND (?1 = '' OR serviceId = ?1 OR teamId = ?1)"
            case .showConfidential: "teamId = ?1 AND isConfidential = 1"
            case .showLinks: "teamId = ?1 AND EXISTS (SELECT 1 FROM requestLinkRequestIds WHERE value = supportRequest.id)"
            }
        let requests = try rows("\(condition) AND id > ?2", [.text(owner), .text(after)], limit: limit)
        return (RequestAftermath(work, of: owner.isEmpty ? nil : owner), requests)
    }

    /// Whose work a person does on a day, because they are away.
    package func covered(by personId: String, on day: LocalDate) throws -> [String] {
        var teams: [BusinessTeam] = []
        let sql = "SELECT \(BusinessTeam.table.selection) FROM businessTeam WHERE away <> '[]' ORDER BY id"
        try transaction.connection.database.cached(sql).eachRow([]) { teams.append(try RowDecoder(row: $0).decode(BusinessTeam.self)) }
        let covered = teams.flatMap { team in team.away.map(\.personId).filter { team.cover(for: $0, on: day) == personId } }
        return Set(covered).sorted()
    }

    /// What people have to do, as far as the caller sees it.
    package struct Load: Sendable {
        /// Open ones that run.
        package var open = 0
        /// Waiting for a school, or held.
        package var standing = 0
        /// Of those that run: due by the given moment, and by now.
        package var dueSoon = 0
        package var breached = 0

        package init() {}
    }

    /// What each of a team has to do; under "" what nobody has.
    package func load(
        ofTeam teamId: String, at now: Instant, dueBy soon: Instant, visibleTo visibility: Visibility
    ) throws -> [String: Load] {
        let visible = try transaction.connection.database.restriction(of: SupportRequest.table, to: visibility)
        let sql = """
            SELECT ifnull(assigneeId, ''), sum(state IN ('new', 'open')), sum(state IN ('waitingOnSchool', 'onHold')), sum(dueBy < ?), sum(dueBy < ?)
            FROM supportRequest WHERE teamId = ? AND \(Self.running) AND \(visible?.sql ?? "TRUE") GROUP BY 1
            """
        let arguments = [.instant(soon), .instant(now), .text(teamId)] + (visible?.arguments ?? [])
        var loads: [String: Load] = [:]
        try transaction.connection.database.cached(sql).eachRow(arguments) { row in
            var load = Load()
            load.open = Int(row.integer(1))
            load.standing = Int(row.integer(2))
            load.dueSoon = row.isNull(3) ? 0 : Int(row.integer(3))
            load.breached = row.isNull(4) ? 0 : Int(row.integer(4))
            loads[row.text(0)] = load
        }
        return loads
    }

    /// What is counted of those opened within some time, by id.
    package func samples(
        openedIn moments: Range<Instant>, at now: Instant, _ zone: ZoneOffsets, visibleTo visibility: Visibility
    ) throws -> [RequestStatistics.Sample] {
        let visible = try transaction.connection.database.restriction(of: SupportRequest.table, to: visibility, readsAll: true)
        let sql = """
            SELECT schoolIds, serviceId, teamId, area, priority, openedAt, state, dueBy < ?, reopenedCount, firstResponseMinutes,
                resolutionMinutes, missedTargets, satisfaction, resolvedAt IS NOT NULL OR closeReason IS 'done'
            FROM supportRequest WHERE openedAt >= ? AND openedAt < ? AND \(visible?.sql ?? "TRUE")
            """
        let arguments: [SQLValue] =
            [.instant(now), .instant(moments.lowerBound), .instant(moments.upperBound)] + (visible?.arguments ?? [])
        var samples: [RequestStatistics.Sample] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) { row in
            func text(_ column: Int32) -> String? { row.isNull(column) ? nil : row.text(column) }
            func integer(_ column: Int32) -> Int? { row.isNull(column) ? nil : Int(row.integer(column)) }
            let state = SupportRequest.State(rawValue: row.text(6)) ?? .new
            samples.append(
                RequestStatistics.Sample(
                    schoolIds: try row.strings(0), serviceId: text(1), teamId: text(2), area: text(3), priority: row.text(4),
                    openedOn: zone.day(of: try row.instant(5)), isFinished: SupportRequest.finished.contains(state),
                    isResolved: SupportRequest.finished.contains(state) && row.integer(13) == 1, isLateNow: integer(7) == 1,
                    reopenedCount: Int(row.integer(8)), firstResponseMinutes: integer(9), resolutionMinutes: integer(10),
                    missed: Set(try row.strings(11).compactMap(RequestClock.Target.init)), satisfaction: integer(12)))
        }
        return samples
    }

    /// Time spent by one person on a day.
    package func entries(of personId: String, on day: LocalDate) throws -> [RequestTimeEntry] {
        var found: [RequestTimeEntry] = []
        let sql = "SELECT \(RequestTimeEntry.table.selection) FROM requestTimeEntry WHERE personId = ? AND day = ? ORDER BY id"
        try transaction.connection.database.cached(sql).eachRow([.text(personId), day.stored]) {
            found.append(try RowDecoder(row: $0).decode(RequestTimeEntry.self))
        }
        return found
    }

    /// Whether time has anything to do: somebody is to be told, reminded, or something closed.
    package func hasSomethingDue(by now: Instant, on day: LocalDate) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM supportRequest WHERE escalatesAt <= ?)
                OR EXISTS (SELECT 1 FROM supportRequest WHERE remindsOn <= ?2 AND state = 'waitingOnSchool')
                OR EXISTS (SELECT 1 FROM supportRequest WHERE closesOn <= ?2 AND state = 'resolved')
            """
        return try transaction.connection.database.cached(sql).first([.instant(now), day.stored]) { $0.integer(0) == 1 } ?? false
    }

    /// Those of which somebody is to be told by now, the longest overdue first.
    ///
    /// - Parameter last: the last of the ones before; nil to begin.
    package func escalating(by now: Instant, after last: SupportRequest? = nil, limit: Int) throws -> [SupportRequest] {
        let (moment, id) = (last?.escalatesAt ?? Instant.range.lowerBound, last?.id ?? "")
        return try rows(
            "escalatesAt <= ? AND (escalatesAt, id) > (?, ?)", [.instant(now), .instant(moment), .text(id)], order: "escalatesAt, id",
            limit: limit)
    }

    /// Those whose school is to be reminded by a day, by id.
    ///
    /// - Parameter last: the last of the ones before; nil to begin.
    package func reminding(by day: LocalDate, after last: SupportRequest? = nil, limit: Int) throws -> [SupportRequest] {
        try rows("remindsOn <= ? AND state = 'waitingOnSchool' AND id > ?", [day.stored, .text(last?.id ?? "")], limit: limit)
    }

    /// Those that are to be closed by a day, by id.
    ///
    /// - Parameter last: the last of the ones before; nil to begin.
    package func closing(by day: LocalDate, after last: SupportRequest? = nil, limit: Int) throws -> [SupportRequest] {
        try rows("closesOn <= ? AND state = 'resolved' AND id > ?", [day.stored, .text(last?.id ?? "")], limit: limit)
    }

    private static var running: String { SupportRequest.unfinished.condition }

    private func rows(_ condition: String, _ arguments: [SQLValue], order: String = "id", limit: Int = .max) throws -> [SupportRequest] {
        let sql = "SELECT \(SupportRequest.table.selection) FROM supportRequest WHERE \(condition) ORDER BY \(order) LIMIT \(limit)"
        var found: [SupportRequest] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) {
            found.append(try RowDecoder(row: $0).decode(SupportRequest.self))
        }
        return found
    }
}

/// What is to be done with support requests because something they follow from has changed.
package struct RequestAftermath: Hashable, Sendable {
    package enum Work: String, Sendable {
        /// Work out anew when those that run are due.
        case schedule
        /// Show what is confidential to whoever is named in it now.
        case showConfidential
        /// Show links to whoever sees both ends now.
        case showLinks
    }

    package let work: Work
    /// The service or team whose requests it is about; nil for all.
    package let owner: String?

    package init(_ work: Work, of owner: String? = nil) {
        self.work = work
        self.owner = owner
    }

    fileprivate var key: [SQLValue] { [.text(work.rawValue), .text(owner ?? "")] }
}

extension SupportRequestRepository<WriteTransaction> {
    /// From the first request on, also where it was under way.
    package func begin(_ aftermath: RequestAftermath) throws {
        try transaction.connection.database.cached("INSERT OR REPLACE INTO requestAftermath (work, owner, after) VALUES (?, ?, '')")
            .run(aftermath.key)
    }

    /// It was done up to this request; nil where it was done with all.
    package func note(_ aftermath: RequestAftermath, doneUpTo id: String?) throws {
        let database = transaction.connection.database
        if let id {
            try database.cached("UPDATE requestAftermath SET after = ?3 WHERE work = ?1 AND owner = ?2").run(aftermath.key + [.text(id)])
        } else {
            try database.cached("DELETE FROM requestAftermath WHERE work = ? AND owner = ?").run(aftermath.key)
        }
    }
}
