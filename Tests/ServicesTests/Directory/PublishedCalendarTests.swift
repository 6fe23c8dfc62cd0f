import Core
import Domain
import Logging
import OrderedCollections
import Repositories
import Services
import Testing

private enum Published {
    static let call = Call(actor: .commandLine, requestId: "test")

    /// The term days of an academic year in the council's calendar feed.
    static func feedDays(_ year: String) throws -> Set<LocalDate> {
        let text = String(decoding: try SharedData.bytes("term-dates/sheffield_term_dates.ics"), as: UTF8.self)
        var days: Set<LocalDate> = []
        var day: LocalDate?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("DTSTART;VALUE=DATE:") {
                let digits = line.suffix(8)
                day = LocalDate("\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))")
            } else if line == "DESCRIPTION:Academic year \(year)", let day {
                days.insert(day)
            }
        }
        return days
    }
}

@Suite(.enabled(if: SharedData.isThere, SharedData.absence))
struct PublishedCalendarTests {
    /// A trust with one school, bank holidays and the council's term dates.
    private func prepare() async throws -> (fixture: RegisterImportFixture, services: DomainServices, school: String) {
        let fixture = try RegisterImportFixture()
        let services = DomainServices(store: fixture.store, directory: fixture.directory, logger: Logger(label: "test"))
        try await services.trust.ensureExists()
        let school = try await fixture.store.write(Published.call) { transaction in
            try transaction.insert(
                School(
                    id: ResourceType.school.makeID(at: transaction.now), urn: "100025", name: "School", phase: .secondary,
                    establishmentTypeCode: "34", establishmentType: "Academy converter", status: .open, createdAt: transaction.now)
            ).id
        }
        _ = try await services.bankHolidays.load(SharedData.json("govuk/bank-holidays.json"), Published.call)
        _ = try await services.termDates.load(SharedData.json("term-dates/sheffield_term_dates.json"), schoolId: nil, Published.call)
        return (fixture, services, school)
    }

    @Test("Every day of 2025–26 is a school day exactly when the council's calendar feed says so")
    func council() async throws {
        let (fixture, services, school) = try await prepare()
        // The store goes with it.
        defer { withExtendedLifetime(fixture) {} }
        let expected = try Published.feedDays("2025-26")
        #expect(expected.count == 195)
        let days = try await services.calendars.days(schoolId: school, from: LocalDate("2025-09-01")!, to: LocalDate("2026-08-31")!)
        #expect(days.count == 365)
        for day in days { #expect(day.pupilsIn == expected.contains(day.date) && (day.kind == .schoolDay) == day.pupilsIn, "\(day)") }
        #expect(days.count { $0.kind == .bankHoliday } == 8)
    }

    @Test("Both files again change nothing, nor does the school's the second time")
    func again() async throws {
        let (fixture, services, school) = try await prepare()
        let own = try SharedData.json("term-dates/sheffield_school_dates.json")
        let first = try await services.termDates.load(own, schoolId: school, Published.call)
        #expect(first.terms.unchanged == 9 && first.calendarDays.created == 10 && first.academicYears.created == 0)
        let seq = try fixture.store.readNow { try $0.lastSeq() }
        let holidays = try await services.bankHolidays.load(SharedData.json("govuk/bank-holidays.json"), Published.call)
        #expect(holidays.unchanged == 471 && holidays.changesNothing)
        let council = try await services.termDates.load(
            SharedData.json("term-dates/sheffield_term_dates.json"), schoolId: nil, Published.call)
        #expect(council.academicYears.unchanged == 3 && council.terms.unchanged == 9)
        #expect(try await services.termDates.load(own, schoolId: school, Published.call).calendarDays.unchanged == 10)
        #expect(try fixture.store.readNow { try $0.lastSeq() } == seq)
    }

    @Test("With its own training days the school has 190 pupil days and 5 of INSET, 195 with staff, and the days of its file")
    func school() async throws {
        let (fixture, services, school) = try await prepare()
        // The store goes with it.
        defer { withExtendedLifetime(fixture) {} }
        let own = try SharedData.json("term-dates/sheffield_school_dates.json")
        _ = try await services.termDates.load(own, schoolId: school, Published.call)
        let summary = try await services.calendars.summary(schoolId: school, academicYear: "2025-26")
        #expect([summary.pupilDays, summary.insetDays, summary.staffDays] == [190, 5, 195])
        let listed = try #require(own["academic_years"]?.arrayValue?.first?["dates"]?.arrayValue).compactMap { $0["date"]?.stringValue }
        let days = try await services.calendars.days(schoolId: school, from: LocalDate("2025-09-01")!, to: LocalDate("2026-08-31")!)
        #expect(days.filter(\.pupilsIn).map(\.date.description) == listed)
    }
}
