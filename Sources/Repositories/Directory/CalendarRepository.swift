package import Core
package import Domain
import GRDB

extension AcademicYear: Stored {
    package static let table = Table(
        AcademicYear.self, members: [.required("name"), .required("startsOn"), .required("endsOn"), .instant("updatedAt")])
}

extension Term: Stored {
    package static let table = Table(
        Term.self,
        members: [
            .required("academicYearId"), .optional("schoolId"), .required("name"), .required("startsOn"), .required("endsOn"),
            .instant("updatedAt"),
        ])
}

extension CalendarDay: Stored {
    package static let table = Table(
        CalendarDay.self,
        members: [.optional("schoolId"), .required("kind"), .required("startsOn"), .required("endsOn"), .instant("updatedAt")])
}

extension Transaction {
    package var calendars: CalendarRepository<Self> { CalendarRepository(transaction: self) }
}

/// Years, terms and days as calendars need them; a `schoolId` of nil is the trust.
package struct CalendarRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    package func academicYear(named name: String) throws -> AcademicYear? {
        try transaction.all(AcademicYear.self, where: "name", is: name).first
    }

    /// Those with a day in the range, in order.
    package func academicYears(in range: ClosedRange<LocalDate>) throws -> [AcademicYear] {
        try rows("startsOn <= ? AND endsOn >= ?", [range.upperBound.stored, range.lowerBound.stored])
    }

    /// In order.
    package func terms(of schoolId: String?, academicYearId: String) throws -> [Term] {
        try rows("academicYearId = ? AND schoolId IS ?", [.text(academicYearId), .owner(schoolId)])
    }

    /// Of all owners, in order.
    package func terms(academicYearId: String) throws -> [Term] {
        try rows("academicYearId = ?", [.text(academicYearId)])
    }

    /// Those of one owner with a day in the range, in order.
    package func terms(of schoolId: String?, in range: ClosedRange<LocalDate>) throws -> [Term] {
        try rows("schoolId IS ? AND startsOn <= ? AND endsOn >= ?", [.owner(schoolId), range.upperBound.stored, range.lowerBound.stored])
    }

    /// Those of one owner with a day in the range, in order.
    package func days(of schoolId: String?, in range: ClosedRange<LocalDate>) throws -> [CalendarDay] {
        // No entry is longer, so none that began before can reach into the range.
        let earliest = range.lowerBound.adding(days: -CalendarRules.longestEntryDays)
        return try rows(
            "schoolId IS ? AND startsOn BETWEEN ? AND ? AND endsOn >= ?",
            [.owner(schoolId), max(earliest, .earliest).stored, range.upperBound.stored, range.lowerBound.stored])
    }

    private func rows<R: Stored>(_ condition: String, _ arguments: [SQLValue]) throws -> [R] {
        let sql = "SELECT \(R.table.selection) FROM \(R.table.name) WHERE \(condition) ORDER BY startsOn, id"
        var found: [R] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) { found.append(try RowDecoder(row: $0).decode(R.self)) }
        return found
    }
}

extension SQLValue {
    fileprivate static func owner(_ schoolId: String?) -> SQLValue { schoolId.map(SQLValue.text) ?? .null }
}

extension LocalDate {
    var stored: SQLValue { .text(description) }
}
