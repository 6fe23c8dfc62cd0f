import Core
import Domain
import Testing

struct SchoolCalendarCountTests {
    let calendar = CalendarFixture.calendar(own: [
        SchoolCalendar.Entry(.inset, dates("2026-10-23", "2026-10-23"), reason: "assessment"),
        SchoolCalendar.Entry(.closure, dates("2026-11-03", "2026-11-03"), reason: "no heating"),
    ])

    func runs(_ count: DayCountExplanation) -> [String] {
        count.explanation.map { "\($0.startsOn) \($0.endsOn) \($0.days)\($0.counted ? "+" : "") \($0.reason)" }
    }

    @Test("Days of a kind are counted from the first to the last, both included, with what was skipped and why")
    func count() {
        let pupils = calendar.count(.pupilsIn, from: date("2026-10-19"), to: date("2026-11-06"))
        #expect(pupils.days == 8)
        #expect(
            runs(pupils) == [
                "2026-10-19 2026-10-22 4+ Autumn term 2026-27", "2026-10-23 2026-10-23 1 INSET: assessment",
                "2026-10-24 2026-11-01 4 Weekend",
                "2026-10-26 2026-10-30 5 Half-term of Autumn term 2026-27", "2026-11-02 2026-11-02 1+ Autumn term 2026-27",
                "2026-11-03 2026-11-03 1 Closed: no heating", "2026-11-04 2026-11-06 3+ Autumn term 2026-27",
            ])
        #expect(calendar.count(.staffIn, from: date("2026-10-19"), to: date("2026-11-06")).days == 9)
        #expect(calendar.count(.officeOpen, from: date("2026-10-19"), to: date("2026-11-06")).days == 14)
    }

    @Test("Weekends don't interrupt a run: a half term is one line")
    func compact() {
        #expect(
            runs(calendar.count(.pupilsIn, from: date("2026-09-01"), to: date("2026-10-22"))) == [
                "2026-09-01 2026-10-22 38+ Autumn term 2026-27", "2026-09-05 2026-10-18 14 Weekend",
            ])
    }

    @Test("The runs of an explanation add up to all days, and the counted ones to the count", arguments: DayCount.allCases)
    func sums(kind: DayCount) {
        var generator = SeededGenerator(state: 7)
        for _ in 0..<200 {
            let first = date("2026-08-01").adding(days: Int.random(in: 0...400, using: &generator))
            let length = Int.random(in: 0...400, using: &generator)
            let count = calendar.count(kind, from: first, to: first.adding(days: length))
            #expect(count.explanation.map(\.days).reduce(0, +) == length + 1)
            #expect(count.explanation.filter(\.counted).map(\.days).reduce(0, +) == count.days)
            #expect(count.days == calendar.days(first...first.adding(days: length)).count { kind.includes($0) })
        }
    }

    @Test("Nothing is counted when the last day is before the first")
    func reversed() {
        let count = calendar.count(.pupilsIn, from: date("2026-09-10"), to: date("2026-09-09"))
        #expect(count.days == 0 && count.explanation.isEmpty)
    }

    @Test(
        "Days on are counted from the day after; none is the first such day from the day itself on",
        arguments: [
            ("2026-09-04", 1, "2026-09-07"), ("2026-09-05", 1, "2026-09-07"), ("2026-09-04", 0, "2026-09-04"),
            ("2026-09-05", 0, "2026-09-07"),
            ("2026-10-22", 1, "2026-11-02"), ("2026-11-02", 1, "2026-11-04"), ("2026-12-01", 20, "2027-01-12"),
        ])
    func daysOn(start: String, number: Int, expected: String) throws {
        let found = try #require(calendar.days(number, on: date(start), by: .pupilsIn))
        #expect(found.endsOn == date(expected))
        #expect(found.days == max(number, 1))
    }

    @Test("Counting the days up to where n days on lead gives n", arguments: DayCount.allCases)
    func inverse(kind: DayCount) throws {
        var generator = SeededGenerator(state: 8)
        for _ in 0..<100 {
            let start = date("2026-08-27").adding(days: Int.random(in: 0...100, using: &generator))
            let number = Int.random(in: 1...100, using: &generator)
            let found = try #require(calendar.days(number, on: start, by: kind))
            #expect(calendar.count(kind, from: start.adding(days: 1), to: found.endsOn).days == number)
            #expect(kind.includes(calendar.day(found.endsOn)))
        }
    }

    @Test("Where the calendar has too few such days left there is no answer, nor for a negative number")
    func beyond() {
        #expect(calendar.days(500, on: date("2026-09-01"), by: .pupilsIn) == nil)
        #expect(calendar.days(-1, on: date("2026-09-01"), by: .pupilsIn) == nil)
        #expect(calendar.days(50, on: date("9999-12-01"), by: .officeOpen) == nil)
    }

    @Test("A year's summary sets its days against 190 pupil days, 5 INSET days and 195 staff days")
    func summary() throws {
        let inset = ["2026-08-27", "2026-08-28"].map { SchoolCalendar.Entry(.inset, dates($0, $0)) }
        let rest = ["2027-07-19", "2027-07-20", "2027-07-21"].map { SchoolCalendar.Entry(.disaggregated, dates($0, $0)) }
        let twilights = ["2026-11-10", "2027-02-02"].map { SchoolCalendar.Entry(.twilight, dates($0, $0)) }
        let summary = try #require(CalendarFixture.calendar(own: inset + rest + twilights).summary(of: "2026-27"))
        #expect(summary.pupilDays == 192 && summary.insetDays == 5 && summary.disaggregatedDays == 3 && summary.twilights == 2)
        #expect(summary.staffDays == 197 && summary.usualStaffDays == 195)
        #expect(
            summary.explanation
                == "192 pupil days + 5 INSET days = 197 staff days; 3 of the INSET days worked as twilights; usual are 190 + 5 = 195")
        #expect(CalendarFixture.calendar().summary(of: "2027-28") == nil)
    }
}
