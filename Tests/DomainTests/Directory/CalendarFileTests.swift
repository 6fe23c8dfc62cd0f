import Core
import Domain
import OrderedCollections
import Testing

struct CalendarFileTests {
    static let event: JSON = ["title": "Good Friday", "date": "2027-03-26", "notes": "", "bunting": false]
    static let year: JSON = [
        "name": "2026-27", "provisional": true, "bank_holidays": ["2026-12-25", "2027-05-03"],
        "school_holidays": [
            ["start": "2026-10-24", "end": "2026-11-01", "label": "Half-term"],
            ["start": "2026-12-19", "end": "2027-01-03", "label": "Christmas holiday"],
        ],
        "dates": [["date": "2026-10-22", "week": 1], ["date": "2026-11-02", "week": 1], ["date": "2027-01-05", "week": 2]],
    ]

    static func bankHolidays(_ events: JSON = [event]) -> JSON {
        let divisions = BankHolidayDivision.allCases.map(\.rawValue)
        return .object(JSON.Object(divisions.map { ($0, ["division": .string($0), "events": events]) }, uniquingKeysWith: { $1 }))
    }

    static func termDates(_ year: JSON = year, training: JSON = []) -> JSON {
        [
            "generated_at": "2026-04-11T13:16:25+00:00", "source": "https://example.org", "school": "Fenmarch", "pd_days": training,
            "academic_years": [year], "all_schooldays": [],
        ]
    }

    func errors(_ body: () throws -> Void) -> [String] {
        do {
            try body()
            return []
        } catch DomainError.invalid(let errors) {
            return errors.map { error in
                guard case .pointer(let pointer) = error.place else { return "?" }
                return "\(pointer) \(error.code)"
            }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("Bank holidays are read by division and in order of date")
    func bankHolidays() throws {
        let later: JSON = ["title": "Boxing Day", "date": "2027-12-27", "notes": "Substitute day", "bunting": true]
        let file = try BankHolidayFile(Self.bankHolidays([later, Self.event]))
        #expect(file.holidays.count == 6)
        #expect(file.holidays.prefix(2).map(\.title) == ["Good Friday", "Boxing Day"])
        #expect(file.holidays.map(\.division).prefix(3) == [.englandAndWales, .englandAndWales, .scotland])
    }

    @Test("A holidays file of another shape is refused, with every place that doesn't fit")
    func otherShape() {
        func refused(_ change: JSON) -> [String] { errors { _ = try BankHolidayFile(Self.bankHolidays().merging(patch: change)) } }
        #expect(errors { _ = try BankHolidayFile([]) } == [" wrong-type"])
        #expect(errors { _ = try BankHolidayFile(["events": []]) }.count == 4)
        #expect(refused(["scotland": .null]) == ["/scotland required"])
        #expect(refused(["cornwall": ["division": "cornwall"]]) == ["/cornwall unknown-member"])
        #expect(refused(["a/b~c": true]) == ["/a~1b~0c unknown-member"])
        #expect(refused(["scotland": ["division": "wales"]]) == ["/scotland/division wrong-value"])
        #expect(refused(["scotland": ["events": []]]) == ["/scotland/events empty"])
        #expect(refused(["scotland": ["events": true]]) == ["/scotland/events wrong-type"])
        let bad: JSON = ["title": "", "date": "2027-02-29", "notes": .null, "bunting": "no"]
        #expect(
            refused(["scotland": ["events": [bad, Self.event, Self.event, ["title": "x"]]]]) == [
                "/scotland/events/0/date not-a-date", "/scotland/events/0/notes wrong-type", "/scotland/events/0/bunting wrong-type",
                "/scotland/events/0/title empty", "/scotland/events/2/date duplicate", "/scotland/events/3/date required",
                "/scotland/events/3/notes required", "/scotland/events/3/bunting required",
            ])
    }

    @Test("Terms are what lies between the holidays; a day that differs from them becomes an entry")
    func termDates() throws {
        let training: JSON = [["date": "2026-10-23", "label": "INSET day"], ["date": "2027-01-04", "label": "Disaggregated Day"]]
        let year = try #require(try TermDatesFile(Self.termDates(training: training)).years.first)
        #expect(year.days == dates("2026-10-22", "2027-01-05"))
        #expect(
            year.terms == [
                SchoolCalendar.Term(name: "Term 1", days: dates("2026-10-22", "2026-12-18"), halfTerm: dates("2026-10-24", "2026-11-01")),
                SchoolCalendar.Term(name: "Term 2", days: dates("2027-01-04", "2027-01-05")),
            ])
        #expect(year.bankHolidays.map(\.date) == [date("2026-12-25")])
        #expect(year.entries.first == SchoolCalendar.Entry(.inset, dates("2026-10-23", "2026-10-23"), reason: "INSET day"))
        #expect(year.entries.last == SchoolCalendar.Entry(.disaggregated, dates("2027-01-04", "2027-01-04"), reason: "Disaggregated Day"))
        // From 3 November to 18 December the file has no school day.
        #expect(year.entries.count == 36 && year.entries[1].kind == .closure && year.entries[1].days == dates("2026-11-03", "2026-11-03"))
    }

    @Test("A school day in a holiday or on a Saturday is an extra day, a twilight stays a school day")
    func extraDays() throws {
        let days: JSON = [
            ["date": "2026-10-22", "week": 1], ["date": "2026-10-27", "week": 1], ["date": "2026-11-07", "week": 1],
            ["date": "2027-01-05", "week": 2],
        ]
        let training: JSON = [["date": "2026-10-22", "label": "Twilight INSET"]]
        let file = try TermDatesFile(Self.termDates(Self.year.merging(patch: ["dates": days]), training: training))
        let entries = try #require(file.years.first).entries.filter { $0.kind != .closure }
        #expect(
            entries.map { "\($0.days.lowerBound) \($0.kind)" } == ["2026-10-22 twilight", "2026-10-27 extraDay", "2026-11-07 extraDay"])
    }

    @Test("A term dates file of another shape or against itself is refused with pointers")
    func otherTermDates() {
        func refused(_ change: JSON, training: JSON = []) -> [String] {
            errors { _ = try TermDatesFile(Self.termDates(Self.year.merging(patch: change), training: training)) }
        }
        #expect(errors { _ = try TermDatesFile(["academic_years": []]) }.count == 5)
        #expect(refused(["name": "2026"]).first == "/academic_years/0/name not-an-academic-year")
        #expect(refused(["dates": []]) == ["/academic_years/0/dates empty"])
        #expect(refused(["bank_holidays": ["25 December"]]) == ["/academic_years/0/bank_holidays/0 not-a-date"])
        #expect(refused(["extra": 1]) == ["/academic_years/0/extra unknown-member"])
        #expect(
            refused(["dates": [["date": "2026-10-22", "week": 1], ["date": "2026-10-22", "week": 1], ["date": "2028-10-22", "week": 1]]])
                == [
                    "/academic_years/0/dates/1/date out-of-order", "/academic_years/0/dates/2/date outside-academic-year",
                ])
        #expect(
            refused(["school_holidays": [["start": "2026-11-01", "end": "2026-10-24", "label": ""]]]) == [
                "/academic_years/0/school_holidays/0/end before-start"
            ])
        let halves: JSON = [
            ["start": "2026-10-24", "end": "2026-11-01", "label": "half-term"],
            ["start": "2026-11-09", "end": "2026-11-10", "label": "half-term"],
        ]
        #expect(refused(["school_holidays": halves]) == ["/academic_years/0/school_holidays/1/label contradiction"])
        #expect(refused([:], training: [["date": "2026-10-22", "label": "INSET"]]) == ["/pd_days/0/date contradiction"])
        #expect(refused([:], training: [["date": "2028-10-20", "label": "INSET"]]) == ["/pd_days/0/date outside-academic-year"])
    }
}

@Suite(.enabled(if: SharedCalendars.areThere, Comment(rawValue: SharedCalendars.comment)))
struct PublishedCalendarTests {
    func calendar(_ name: String) throws -> SchoolCalendar {
        let file = try TermDatesFile(SharedCalendars.json(name))
        let holidays = try BankHolidayFile(SharedCalendars.json("govuk/bank-holidays.json")).holidays.filter {
            $0.division == .englandAndWales
        }
        return SchoolCalendar(
            years: file.years.map { SchoolCalendar.Year(name: $0.name, days: $0.days, terms: $0.terms) },
            own: file.years.flatMap(\.entries), bankHolidays: Dictionary(uniqueKeysWithValues: holidays.map { ($0.date, $0.title) }))
    }

    @Test("GOV.UK's own file is read: three divisions, 2012 to 2028")
    func bankHolidays() throws {
        let holidays = try BankHolidayFile(SharedCalendars.json("govuk/bank-holidays.json")).holidays
        #expect(holidays.count == 471)
        #expect(holidays.contains(BankHoliday(division: .scotland, date: date("2026-01-02"), title: "2nd January")))
        #expect(holidays.contains(BankHoliday(division: .englandAndWales, date: date("2026-01-01"), title: "New Year’s Day")))
    }

    @Test("Every day from August 2025 to August 2028 is a school day exactly when the council's calendar feed says so")
    func council() throws {
        let calendar = try calendar("term-dates/sheffield_term_dates.json")
        var count = 0
        for name in ["2025-26", "2026-27", "2027-28"] {
            let expected = try SharedCalendars.icsDays("term-dates/sheffield_term_dates.ics", describedAs: "Academic year \(name)")
            #expect(expected.count == 195)
            let year = Int(name.prefix(4))!
            for day in calendar.days(dates("\(year)-08-01", "\(year + 1)-07-31")) {
                #expect(day.pupilsIn == expected.contains(day.date) && day.staffIn == day.pupilsIn, "\(day)")
                count += 1
            }
        }
        #expect(count == 365 + 365 + 366)
    }

    @Test("The council's year needs no entries besides terms and bank holidays, and has the usual three terms")
    func councilTerms() throws {
        let years = try TermDatesFile(SharedCalendars.json("term-dates/sheffield_term_dates.json")).years
        #expect(years.allSatisfy { $0.entries.isEmpty && $0.terms.map(\.name) == ["Autumn term", "Spring term", "Summer term"] })
        #expect(years[0].terms[0].halfTerm == dates("2025-10-25", "2025-11-02"))
        #expect(years.allSatisfy { $0.terms.allSatisfy { $0.halfTerm != nil } })
    }

    @Test("The school's calendar has the council's terms, its own training days and 190 days with pupils")
    func school() throws {
        let council = try TermDatesFile(SharedCalendars.json("term-dates/sheffield_term_dates.json"))
        let school = try TermDatesFile(SharedCalendars.json("term-dates/sheffield_school_dates.json"))
        #expect(school.years.map(\.terms) == council.years.map(\.terms))
        let calendar = try calendar("term-dates/sheffield_school_dates.json")
        let summary = try #require(calendar.summary(of: "2025-26"))
        #expect([summary.pupilDays, summary.insetDays, summary.disaggregatedDays, summary.staffDays] == [190, 5, 3, 195])
        #expect(brief(calendar.day(date("2025-09-01"))) == "pSO inset INSET day")
        #expect(brief(calendar.day(date("2025-10-23"))) == "psO disaggregated INSET worked as twilights: Disaggregated Day")
        let tree = try SharedCalendars.json("term-dates/sheffield_school_dates.json")
        let days = try #require(tree["all_schooldays"]?.arrayValue).compactMap { $0.stringValue.flatMap { LocalDate($0) } }
        #expect(calendar.days(dates("2025-08-01", "2028-07-31")).filter(\.pupilsIn).map(\.date) == days)
    }
}
