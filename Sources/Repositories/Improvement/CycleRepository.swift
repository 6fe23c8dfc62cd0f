package import Core
package import Domain
import GRDB

extension ImprovementCycle: Stored {
    package static let table = Table(
        ImprovementCycle.self,
        members: [
            .required("title"), .required("academicYear"), .required("frameworkId"), .required("state"), .instant("updatedAt"),
        ], audience: .leadershipOfEach(schools: "schoolIds"))
}

extension Activity: Stored {
    package static let table = Table(
        Activity.self,
        members: [
            .required("cycleId"), .required("processId"), .required("kind"), .required("dueOn"), .required("scheduledFor"),
            .optional("leaderId"), .required("state"), .instant("updatedAt"), .element("schoolId", of: "schoolIds"),
            .element("partnerSchoolId", of: "partnerSchoolIds"),
        ], audience: .leadershipOfEach(schools: "schoolIds"))
}

extension Transaction {
    package var cycles: CycleRepository<Self> { CycleRepository(transaction: self) }
}

package struct CycleRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// Cycles that are under way, by id.
    package func active() throws -> [ImprovementCycle] {
        try transaction.all(ImprovementCycle.self, where: "state", is: ImprovementCycle.State.active.rawValue)
    }

    /// All activities of a cycle, by id.
    package func activities(of cycleId: String) throws -> [Activity] { try rows("cycleId = ?", [.text(cycleId)]) }

    /// Those planning again may touch for a school: its own, those of groups, and visits it makes.
    package func activities(of cycleId: String, concerning schoolId: String) throws -> [Activity] {
        try rows(
            """
            cycleId = ? AND (groupName IS NOT NULL
                OR id IN (SELECT ownerId FROM \(ElementSQL.name("activity", "schoolIds")) WHERE value = ?)
                OR id IN (SELECT ownerId FROM \(ElementSQL.name("activity", "partnerSchoolIds")) WHERE value = ?))
            """, [.text(cycleId), .text(schoolId), .text(schoolId)])
    }

    /// Activities that are neither done nor otherwise settled, by due day; at most `limit`.
    package func unsettled(of cycleId: String, limit: Int) throws -> [Activity] {
        try rows("cycleId = ? AND state IN ('scheduled', 'inProgress')", [.text(cycleId)], order: "dueOn, id LIMIT \(limit)")
    }

    /// Pairs of who visited whom, once for each visit that wasn't cancelled.
    package func visits(of cycleId: String) throws -> [(partner: String, hosts: [String])] {
        try rows("cycleId = ? AND state <> 'cancelled' AND partnerSchoolIds <> '[]'", [.text(cycleId)]).flatMap { activity in
            activity.partnerSchoolIds.map { ($0, activity.schoolIds) }
        }
    }

    /// Schools that are members on one of the days, by id.
    package func members(in days: ClosedRange<LocalDate>) throws -> [String] {
        try names(
            """
            SELECT DISTINCT schoolId FROM membership WHERE (startsOn IS NULL OR startsOn <= ?2) AND (endsOn IS NULL OR endsOn >= ?1)
            ORDER BY schoolId
            """, in: days)
    }

    /// Schools with calendar days of their own among these.
    package func schoolsWithDays(in days: ClosedRange<LocalDate>) throws -> [String] {
        try names(
            "SELECT DISTINCT schoolId FROM calendarDay WHERE schoolId IS NOT NULL AND startsOn <= ?2 AND endsOn >= ?1", in: days)
    }

    private func names(_ sql: String, in days: ClosedRange<LocalDate>) throws -> [String] {
        var found: [String] = []
        try transaction.connection.database.cached(sql).eachRow([days.lowerBound.stored, days.upperBound.stored]) {
            found.append($0.text(0))
        }
        return found
    }

    /// How far a cycle is, by school and process, as of a day.
    package func progress(of cycleId: String, on day: LocalDate) throws -> [CycleProgress.Cell] {
        let sql = """
            SELECT school.value, processId,
                sum(settled AND state = 'done'), sum(settled AND state = 'missed'), sum(settled AND state = 'waived'),
                sum(NOT settled AND dueOn < ?2), sum(NOT settled AND dueOn >= ?2 AND opensOn <= ?2), sum(NOT settled AND opensOn > ?2)
            FROM (SELECT id, processId, state, opensOn, dueOn, settledOn IS NOT NULL AND settledOn <= ?2 AS settled
                FROM activity WHERE cycleId = ?1 AND NOT (state = 'cancelled' AND settledOn <= ?2)) AS activity
            JOIN \(ElementSQL.name("activity", "schoolIds")) AS school ON school.ownerId = activity.id
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        var cells: [CycleProgress.Cell] = []
        try transaction.connection.database.cached(sql).eachRow([.text(cycleId), .text(day.description)]) { row in
            cells.append(
                CycleProgress.Cell(
                    cycleId: cycleId, schoolId: row.text(0), processId: row.text(1), done: row.int(2), missed: row.int(3),
                    waived: row.int(4), late: row.int(5), due: row.int(6), ahead: row.int(7)))
        }
        return cells
    }

    private func rows(_ condition: String, _ arguments: [SQLValue], order: String = "id") throws -> [Activity] {
        let sql = "SELECT \(Activity.table.selection) FROM activity WHERE \(condition) ORDER BY \(order)"
        var found: [Activity] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) { found.append(try RowDecoder(row: $0).decode(Activity.self)) }
        return found
    }
}

extension OpaquePointer {
    fileprivate func int(_ column: Int32) -> Int { Int(integer(column)) }
}
