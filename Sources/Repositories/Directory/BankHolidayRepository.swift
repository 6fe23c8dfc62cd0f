package import Core
package import Domain
import GRDB

extension Transaction {
    package var bankHolidays: BankHolidayRepository<Self> { BankHolidayRepository(transaction: self) }
}

package struct BankHolidayRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// Titles by date, of one division, both ends included.
    package func titles(of division: BankHolidayDivision, in range: ClosedRange<LocalDate>) throws -> [LocalDate: String] {
        var titles: [LocalDate: String] = [:]
        try transaction.connection.database.cached("SELECT date, title FROM bankHoliday WHERE division = ? AND date BETWEEN ? AND ?")
            .eachRow([.text(division.rawValue), range.lowerBound.stored, range.upperBound.stored]) { row in
                if let date = LocalDate(row.text(0)) { titles[date] = row.text(1) }
            }
        return titles
    }

    /// All of one division from a day on, by date.
    package func all(of division: BankHolidayDivision, from first: LocalDate) throws -> [BankHoliday] {
        var found: [BankHoliday] = []
        try transaction.connection.database.cached(
            "SELECT division, date, title FROM bankHoliday WHERE division = ? AND date >= ? ORDER BY date"
        ).eachRow([.text(division.rawValue), first.stored]) { found.append(try Self.read($0)) }
        return found
    }

    /// One page by date, then division; the query's filters may be `division` and comparisons of `date`.
    package func page(_ query: ListQuery) throws -> Page<BankHoliday> {
        var conditions: [String] = []
        var arguments: [SQLValue] = []
        for filter in query.filters {
            let values = filter.values.compactMap(SQLValue.init)
            let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
            switch (filter.member, filter.comparison) {
            case ("division", .eq): conditions.append("division IN (\(marks))")
            case ("date", .gte): conditions.append("date >= \(marks)")
            case ("date", .lte): conditions.append("date <= \(marks)")
            default: throw StoreError.notListable(table: "bankHoliday", member: filter.member)
            }
            arguments += values
        }
        let database = transaction.connection.database
        let filters = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total =
            query.countsTotal
            ? try database.prepared("SELECT count(*) FROM bankHoliday" + filters).first(arguments) { Int($0.integer(0)) } : nil
        if let cursor = query.cursor {
            conditions.append("(date, division) > (?, ?)")
            arguments += try Self.position(cursor)
        }
        var sql = "SELECT division, date, title FROM bankHoliday"
        if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
        var items: [BankHoliday] = []
        // One more than asked for tells whether there is a next page.
        try database.prepared(sql + " ORDER BY date, division LIMIT ?").eachRow(arguments + [.integer(Int64(query.limit + 1))]) {
            items.append(try Self.read($0))
        }
        var next: Core.Cursor?
        if items.count > query.limit {
            items.removeLast()
            // In place of the id that other lists end with.
            let position = items.last.map { "\($0.date)/\($0.division.rawValue)" } ?? ""
            next = Core.Cursor(fingerprint: query.cursor?.fingerprint ?? "", values: [.string(position)])
        }
        return Page(items: items, next: next, seq: try transaction.lastSeq(), total: total)
    }

    private static func position(_ cursor: Core.Cursor) throws -> [SQLValue] {
        let parts = cursor.values.last?.stringValue?.split(separator: "/") ?? []
        guard parts.count == 2 else {
            throw DomainError.invalid([FieldError(parameter: "cursor", code: "invalid-cursor", detail: "is not a cursor of this list")])
        }
        return parts.map { .text(String($0)) }
    }

    private static func read(_ row: OpaquePointer) throws -> BankHoliday {
        guard let division = BankHolidayDivision(rawValue: row.text(0)), let date = LocalDate(row.text(1)) else {
            throw row.unreadable(1, "a bank holiday")
        }
        return BankHoliday(division: division, date: date, title: row.text(2))
    }
}

extension BankHolidayRepository<WriteTransaction> {
    /// Puts these in place of all that are known of the division from `first` on.
    package func replace(of division: BankHolidayDivision, from first: LocalDate, with holidays: [BankHoliday]) throws {
        let database = transaction.connection.database
        try database.cached("DELETE FROM bankHoliday WHERE division = ? AND date >= ?").run([.text(division.rawValue), first.stored])
        for holiday in holidays {
            try database.cached("INSERT INTO bankHoliday (division, date, title) VALUES (?, ?, ?)")
                .run([.text(holiday.division.rawValue), holiday.date.stored, .text(holiday.title)])
        }
    }
}
