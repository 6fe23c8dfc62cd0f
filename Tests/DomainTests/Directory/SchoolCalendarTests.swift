import Core
import Domain
import Testing

struct SchoolCalendarTests {
    @Test(
        "Terms, half-terms, holidays, weekends and bank holidays say who is in",
        arguments: [
            ("2026-09-01", "PSO schoolDay Autumn term 2026-27"), ("2026-12-18", "PSO schoolDay Autumn term 2026-27"),
            ("2026-09-05", "pso weekend Weekend"), ("2026-10-26", "psO halfTerm Half-term of Autumn term 2026-27"),
            ("2026-11-02", "PSO schoolDay Autumn term 2026-27"), ("2026-12-21", "psO holiday Between Autumn term and Spring term 2026-27"),
            ("2026-12-28", "pso bankHoliday Bank holiday: Boxing Day"),
            ("2027-05-03", "pso bankHoliday Bank holiday: Early May bank holiday"),
            ("2027-05-31", "pso bankHoliday Bank holiday: Spring bank holiday"), ("2026-08-31", "psO holiday Before Autumn term 2026-27"),
            ("2027-07-22", "psO holiday After Summer term 2026-27"),
            ("2026-08-26", "psO unplanned No academic year is recorded for this day"),
            ("2027-09-01", "psO unplanned No academic year is recorded for this day"), ("2027-09-04", "pso weekend Weekend"),
        ])
    func plain(day: String, expected: String) {
        #expect(brief(CalendarFixture.calendar().day(date(day))) == expected)
    }

    @Test("A year without terms says so, rather than calling every day a holiday")
    func noTerms() {
        let calendar = SchoolCalendar(
            years: [SchoolCalendar.Year(name: "2026-27", days: dates("2026-09-01", "2027-08-31"), terms: [])], bankHolidays: [:])
        #expect(brief(calendar.day(date("2026-09-01"))) == "psO unplanned No terms are recorded for 2026-27")
    }

    @Test(
        "Each kind of entry answers the three questions in its own way",
        arguments: [
            (SchoolCalendar.Entry.Kind.inset, "pSO inset INSET: x"), (.twilight, "PSO twilight Twilight: x"),
            (.disaggregated, "psO disaggregated INSET worked as twilights: x"), (.closure, "pso closure Closed: x"),
            (.officeClosure, "PSo schoolDay Autumn term 2026-27; office closed: x"), (.extraDay, "PSO extraDay Extra day: x"),
        ])
    func kinds(kind: SchoolCalendar.Entry.Kind, expected: String) {
        let entry = SchoolCalendar.Entry(kind, dates("2026-09-02", "2026-09-02"), reason: "x")
        #expect(brief(CalendarFixture.calendar(own: [entry]).day(date("2026-09-02"))) == expected)
        #expect(brief(CalendarFixture.calendar(defaults: [entry]).day(date("2026-09-02"))) == expected)
        #expect(brief(CalendarFixture.calendar(own: [entry]).day(date("2026-09-03"))) == "PSO schoolDay Autumn term 2026-27")
    }

    @Test("A twilight in the holidays brings staff only, and INSET may lie before term begins")
    func outsideTerm() {
        let twilight = SchoolCalendar.Entry(.twilight, dates("2026-12-21", "2026-12-21"))
        let inset = SchoolCalendar.Entry(.inset, dates("2026-08-27", "2026-08-28"))
        let calendar = CalendarFixture.calendar(defaults: [twilight, inset])
        #expect(brief(calendar.day(date("2026-12-21"))) == "pSO twilight Twilight")
        #expect(brief(calendar.day(date("2026-08-27"))) == "pSO inset INSET")
    }

    @Test("An entry of several days leaves weekends and bank holidays as they are, one of a single day doesn't")
    func ranges() {
        let closure = SchoolCalendar.Entry(.inset, dates("2027-04-30", "2027-05-04"))
        let range = CalendarFixture.calendar(own: [closure])
        #expect(range.days(dates("2027-04-30", "2027-05-04")).map(\.kind) == [.inset, .weekend, .weekend, .bankHoliday, .inset])
        let saturday = CalendarFixture.calendar(own: [SchoolCalendar.Entry(.extraDay, dates("2027-05-01", "2027-05-01"))])
        #expect(brief(saturday.day(date("2027-05-01"))) == "PSO extraDay Extra day")
        let bankHoliday = CalendarFixture.calendar(own: [SchoolCalendar.Entry(.extraDay, dates("2027-05-03", "2027-05-03"))])
        #expect(bankHoliday.day(date("2027-05-03")).pupilsIn)
    }

    @Test("A school's own entry is laid over the trust's of the same day")
    func overlay() {
        let trust = SchoolCalendar.Entry(.inset, dates("2026-09-01", "2026-09-02"), reason: "trust conference")
        let open = SchoolCalendar.Entry(.extraDay, dates("2026-09-01", "2026-09-01"), reason: "we teach")
        let office = SchoolCalendar.Entry(.officeClosure, dates("2026-09-02", "2026-09-02"), reason: "moving")
        let calendar = CalendarFixture.calendar(defaults: [trust], own: [open, office])
        #expect(brief(calendar.day(date("2026-09-01"))) == "PSO extraDay Extra day: we teach")
        #expect(brief(calendar.day(date("2026-09-02"))) == "pSo inset INSET: trust conference; office closed: moving")
    }

    @Test("A school with six terms has no half-terms: what lies between two terms is holiday")
    func sixTerms() {
        let edges = [
            ("2026-09-02", "2026-10-16"), ("2026-11-02", "2026-12-18"), ("2027-01-04", "2027-02-12"), ("2027-02-22", "2027-03-25"),
            ("2027-04-12", "2027-05-28"), ("2027-06-07", "2027-07-22"),
        ]
        let terms = edges.enumerated().map { SchoolCalendar.Term(name: "Term \($0.offset + 1)", days: dates($0.element.0, $0.element.1)) }
        let calendar = SchoolCalendar(
            years: [SchoolCalendar.Year(name: "2026-27", days: dates("2026-09-01", "2027-08-31"), terms: terms.reversed())],
            bankHolidays: [:])
        #expect(brief(calendar.day(date("2026-10-19"))) == "psO holiday Between Term 1 and Term 2 2026-27")
        #expect(brief(calendar.day(date("2027-06-07"))) == "PSO schoolDay Term 6 2026-27")
        #expect(calendar.days(dates("2026-09-01", "2027-08-31")).allSatisfy { $0.kind != .halfTerm })
    }

    @Test("Every day of every kind is a day on which pupils mean staff")
    func pupilsNeedStaff() {
        for kind in SchoolCalendar.Entry.Kind.allCases {
            let calendar = CalendarFixture.calendar(own: [SchoolCalendar.Entry(kind, dates("2026-08-27", "2027-07-31"))])
            #expect(calendar.days(dates("2026-08-01", "2027-09-30")).allSatisfy { !$0.pupilsIn || $0.staffIn })
        }
    }
}
