package import Core
package import Domain
package import Repositories

/// What people do with calendars: the days of a school, counted and explained.
package struct CalendarService: Sendable {
    /// Days that one request may ask for; the contract says the same.
    package static let maximumDays = 800

    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Every day of a school from `first` to `last`. Throws `invalid` naming the parameter when there are none or too many of them.
    package func days(schoolId: String, from first: LocalDate, to last: LocalDate) async throws -> [SchoolDay] {
        let range = try Self.range(from: first, to: last)
        return try await store.read { try Array($0.schoolCalendar(schoolId: schoolId, in: range).days(range)) }
    }

    /// How many days of a kind there are from `first` to `last`, both included.
    package func count(_ kind: DayCount, schoolId: String, from first: LocalDate, to last: LocalDate) async throws -> DayCountExplanation {
        let range = try Self.range(from: first, to: last)
        return try await store.read { try $0.schoolCalendar(schoolId: schoolId, in: range).count(kind, from: first, to: last) }
    }

    /// The `number`th day of a kind after `start`; see ``SchoolCalendar/days(_:on:by:)``. Throws `conflict` when the calendar, as far as it is
    /// recorded, has no such day.
    package func days(_ number: Int, on start: LocalDate, by kind: DayCount, schoolId: String) async throws -> DayCountExplanation {
        let range = start...start.adding(days: SchoolCalendar.horizonDays)
        let found = try await store.read { try $0.schoolCalendar(schoolId: schoolId, in: range).days(number, on: start, by: kind) }
        guard let found else {
            throw DomainError.conflict("The calendar has fewer such days after \(start); record the academic years and terms to come.")
        }
        return found
    }

    /// The academic year's days of a school against the usual numbers. Throws `notFound` for a year that isn't there.
    package func summary(schoolId: String, academicYear: String) async throws -> AcademicYearSummary {
        try await store.read { transaction in
            guard let year = try transaction.calendars.academicYear(named: academicYear) else { throw DomainError.notFound }
            let range = year.days
            guard let summary = try transaction.schoolCalendar(schoolId: schoolId, in: range).summary(of: academicYear) else {
                throw DomainError.notFound
            }
            return summary
        }
    }

    private static func range(from first: LocalDate, to last: LocalDate) throws -> ClosedRange<LocalDate> {
        guard first <= last else {
            throw DomainError.invalid([FieldError(parameter: "to", code: "before-start", detail: "must be on or after from")])
        }
        guard last.daysSinceEpoch - first.daysSinceEpoch < maximumDays else {
            let detail = "must be at most \(maximumDays) days from the first"
            throw DomainError.invalid([FieldError(parameter: "to", code: "too-long", detail: detail)])
        }
        return first...last
    }
}

extension Transaction {
    /// A school's calendar, complete for the days of the range.
    package func schoolCalendar(schoolId: String, in range: ClosedRange<LocalDate>) throws -> SchoolCalendar {
        let years = try calendars.academicYears(in: range).map { year in
            let own = try calendars.terms(of: schoolId, academicYearId: year.id)
            let terms = own.isEmpty ? try calendars.terms(of: nil, academicYearId: year.id) : own
            return SchoolCalendar.Year(name: year.name, days: year.days, terms: terms.map(\.value))
        }
        let division = try trust.find()?.bankHolidayDivision ?? .englandAndWales
        return SchoolCalendar(
            years: years, defaults: try calendars.days(of: nil, in: range).map(\.value),
            own: try calendars.days(of: schoolId, in: range).map(\.value), bankHolidays: try bankHolidays.titles(of: division, in: range))
    }
}
