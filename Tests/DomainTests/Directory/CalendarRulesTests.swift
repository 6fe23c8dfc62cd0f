import Core
import Domain
import Testing

struct CalendarRulesTests {
    func pointers(_ problems: [FieldError]) -> [String] {
        problems.map { problem in
            guard case .pointer(let pointer) = problem.place else { return "?" }
            return "\(pointer) \(problem.code)"
        }
    }

    @Test("A year is named after two calendar years that follow")
    func names() {
        #expect(CalendarRules.yearName(startingIn: 2026) == "2026-27" && CalendarRules.yearName(startingIn: 1999) == "1999-00")
        #expect(CalendarRules.yearName(startingIn: 2008) == "2008-09")
        #expect(CalendarRules.firstCalendarYear(of: "2026-27") == 2026 && CalendarRules.firstCalendarYear(of: "1999-00") == 1999)
        for name in ["2026-28", "2026/27", "2026-2027", "26-27", "", "2026-27 ", "+026-27"] {
            #expect(CalendarRules.firstCalendarYear(of: name) == nil, "\(name)")
        }
    }

    @Test(
        "An academic year begins at most 21 days before the trust's day and ends before the next one's",
        arguments: [
            ("2026-27", "2026-09-01", "2027-08-31", []), ("2026-27", "2026-08-11", "2027-08-31", []),
            ("2026-27", "2026-08-10", "2027-08-31", ["/startsOn outside-academic-year"]),
            ("2026-27", "2026-08-27", "2027-09-01", ["/endsOn outside-academic-year"]),
            ("2026-27", "2025-09-01", "2026-08-31", ["/startsOn outside-academic-year"]),
            ("2026-27", "2027-09-01", "2027-09-02", ["/startsOn outside-academic-year", "/endsOn outside-academic-year"]),
            ("2026-27", "2027-01-01", "2026-12-31", ["/endsOn before-start"]),
            ("2026-28", "2026-09-01", "2027-08-31", ["/name not-an-academic-year"]),
        ] as [(String, String, String, [String])])
    func years(name: String, startsOn: String, endsOn: String, expected: [String]) {
        #expect(
            pointers(CalendarRules.problems(yearNamed: name, startsOn: date(startsOn), endsOn: date(endsOn), yearStart: "09-01"))
                == expected)
    }

    @Test("Another start of the year moves its bounds, and 29 February is 1 March in other years")
    func otherStart() {
        #expect(
            CalendarRules.problems(yearNamed: "2026-27", startsOn: date("2026-08-01"), endsOn: date("2027-07-31"), yearStart: "08-01")
                .isEmpty)
        #expect(
            !CalendarRules.problems(yearNamed: "2026-27", startsOn: date("2026-08-01"), endsOn: date("2027-08-01"), yearStart: "08-01")
                .isEmpty)
        #expect(CalendarRules.day("02-29", of: 2027) == date("2027-03-01") && CalendarRules.day("02-29", of: 2028) == date("2028-02-29"))
    }

    @Test(
        "A term lies in its year, and a half-term inside its term",
        arguments: [
            ("2026-09-01", "2026-12-18", "2026-10-24", "2026-11-01", []), ("2026-09-01", "2026-12-18", nil, nil, []),
            ("2026-08-31", "2027-09-01", nil, nil, ["/startsOn outside-academic-year", "/endsOn outside-academic-year"]),
            ("2026-12-18", "2026-09-01", nil, nil, ["/endsOn before-start"]),
            ("2026-09-01", "2026-12-18", "2026-11-01", "2026-10-24", ["/halfTermEndsOn before-start"]),
            ("2026-09-01", "2026-12-18", "2026-09-01", "2026-09-04", ["/halfTermStartsOn outside-term"]),
            ("2026-09-01", "2026-12-18", "2026-12-14", "2026-12-18", ["/halfTermStartsOn outside-term"]),
            ("2026-09-01", "2026-12-18", "2026-10-24", nil, ["/halfTermEndsOn required"]),
            ("2026-09-01", "2026-12-18", nil, "2026-10-24", ["/halfTermStartsOn required"]),
        ] as [(String, String, String?, String?, [String])])
    func terms(startsOn: String, endsOn: String, halfTermFrom: String?, to halfTermTo: String?, expected: [String]) {
        let problems = CalendarRules.problems(
            termFrom: date(startsOn), to: date(endsOn), halfTermFrom: halfTermFrom.map(date), to: halfTermTo.map(date),
            year: dates("2026-09-01", "2027-08-31"))
        #expect(pointers(problems) == expected)
    }

    @Test("An entry is at most 366 days")
    func entries() {
        #expect(CalendarRules.problems(entryFrom: date("2028-01-01"), to: date("2028-12-31")).isEmpty)
        #expect(pointers(CalendarRules.problems(entryFrom: date("2028-01-01"), to: date("2029-01-01"))) == ["/endsOn too-long"])
        #expect(pointers(CalendarRules.problems(entryFrom: date("2028-01-02"), to: date("2028-01-01"))) == ["/endsOn before-start"])
    }
}
