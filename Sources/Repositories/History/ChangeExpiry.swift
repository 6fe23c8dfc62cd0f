package import Core
import GRDB

extension Transaction where Self == BookkeepingTransaction {
    /// Forgets events and deletions from before this instant, so many of each at most; returns how many it were.
    ///
    /// Events go from the oldest on, up to the first that is kept: what is kept has no gaps.
    package func forgetChanges(before instant: Instant, limit: Int) throws -> Int {
        let database = connection.database
        var last: Int64 = 0
        try database.cached("SELECT seq, occurredAt FROM event ORDER BY seq LIMIT ?").scan([.integer(Int64(limit))]) { row in
            guard try row.instant(1) < instant else { return false }
            last = row.integer(0)
            return true
        }
        try database.cached("DELETE FROM event WHERE seq <= ?").run([.integer(last)])
        let events = last == 0 ? 0 : database.changes
        try database.cached(
            """
            DELETE FROM tombstone WHERE (resourceType, resourceId) IN
            (SELECT resourceType, resourceId FROM tombstone WHERE deletedAt < ? ORDER BY deletedAt LIMIT ?)
            """
        ).run([.instant(instant), .integer(Int64(limit))])
        let deletions = database.changes
        if deletions > 0 {
            try database.cached("INSERT INTO meta VALUES ('deletionsKeptSince', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
                .run([.instant(instant)])
        }
        return events + deletions
    }
}
