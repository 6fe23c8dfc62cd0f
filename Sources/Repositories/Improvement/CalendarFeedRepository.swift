package import Core
package import Domain
import GRDB

extension CalendarFeed: Stored {
    package static let table = Table(
        CalendarFeed.self,
        members: [.required("subjectId"), .required("recordedBy"), .instant("updatedAt")],
        audience: .parties(["recordedBy"], always: Audience.administrators))
}

extension Transaction {
    package var calendarFeeds: CalendarFeedRepository<Self> { CalendarFeedRepository(transaction: self) }
}

package struct CalendarFeedRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The digest of a feed's secret; nil for a feed that isn't there.
    package func digest(of id: String) throws -> String? {
        try transaction.connection.database.cached("SELECT digest FROM calendarFeedSecret WHERE feedId = ?").first([.text(id)]) {
            $0.text(0)
        }
    }

    /// What a feed shows from a day on, in the order of days.
    ///
    /// - Parameter leading: schools whose activities and visits are the person's as well.
    package func activities(of feed: CalendarFeed, leading: [String], from day: LocalDate) throws -> [Activity] {
        let (schools, partners) = (ElementSQL.name("activity", "schoolIds"), ElementSQL.name("activity", "partnerSchoolIds"))
        let ofSchools = "(SELECT ownerId FROM \(schools) WHERE value IN names UNION SELECT ownerId FROM \(partners) WHERE value IN names)"
        let sql = """
            WITH names AS MATERIALIZED (SELECT value FROM json_each(?1))
            SELECT \(Activity.table.selection) FROM activity
            WHERE dueOn >= ?2 AND (cycleId = ?3 OR leaderId = ?3 OR id IN \(ofSchools)) ORDER BY scheduledFor, id
            """
        var found: [Activity] = []
        try transaction.connection.database.cached(sql).eachRow([
            .names(leading + [feed.subjectId]), .text(day.description), .text(feed.subjectId),
        ]) { found.append(try RowDecoder(row: $0).decode(Activity.self)) }
        return found
    }
}

extension CalendarFeedRepository<WriteTransaction> {
    package func setDigest(_ digest: String, of id: String) throws {
        try transaction.connection.database.cached("INSERT INTO calendarFeedSecret (feedId, digest) VALUES (?, ?)").run([
            .text(id), .text(digest),
        ])
    }
}
