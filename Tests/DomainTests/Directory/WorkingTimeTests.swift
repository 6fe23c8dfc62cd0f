import Core
import Domain
import Testing

struct WorkingTimeTests {
    static let london = ZoneOffsets.named("Europe/London")!

    /// Monday to Friday in two windows, 08:30–12:30 and 13:00–17:00: 480 minutes a day.
    static let windows = Weekday.allCases.filter { !$0.isWeekend }.flatMap { weekday in
        [WorkingTime.Window(weekday, from: 510, to: 750)!, WorkingTime.Window(weekday, from: 780, to: 1020)!]
    }

    static let easterHolidays: [WorkingTime.Closure] = [
        .days(LocalDate("2026-04-03")!...LocalDate("2026-04-03")!, reason: "bank holiday: Good Friday"),
        .days(LocalDate("2026-04-06")!...LocalDate("2026-04-06")!, reason: "bank holiday: Easter Monday"),
    ]

    static func allWeek(_ from: Int, _ to: Int) -> WorkingTime {
        WorkingTime(windows: Weekday.allCases.map { WorkingTime.Window($0, from: from, to: to)! }, zone: london)
    }

    let office = WorkingTime(windows: Self.windows, closures: Self.easterHolidays, zone: Self.london)

    func at(_ text: String) -> Instant { Instant(text)! }

    @Test("A target set before Easter runs on after it, skipping Good Friday to Easter Monday")
    func easter() throws {
        // Thursday 16:00 in summer time; one hour is left of the day.
        let due = try #require(office.add(120, to: at("2026-04-02T15:00:00Z")))
        #expect(due == at("2026-04-07T08:30:00Z"))
        let explanation = try #require(office.explainAdding(120, to: at("2026-04-02T15:00:00Z")))
        #expect(
            explanation.intervals.map { "\($0.startsAt) \($0.workingMinutes) \($0.reason ?? "counts")" } == [
                "2026-04-02T15:00:00.000Z 60 counts", "2026-04-02T16:00:00.000Z 0 outside hours",
                "2026-04-02T23:00:00.000Z 0 bank holiday: Good Friday", "2026-04-03T23:00:00.000Z 0 outside hours",
                "2026-04-05T23:00:00.000Z 0 bank holiday: Easter Monday", "2026-04-06T23:00:00.000Z 0 outside hours",
                "2026-04-07T07:30:00.000Z 60 counts",
            ])
    }

    @Test(
        "Nothing added is the moment itself inside a window and the next opening outside; the opening is inside, the close is not",
        arguments: [
            ("2026-01-12T08:30:00Z", "2026-01-12T08:30:00Z"), ("2026-01-12T08:29:59.999Z", "2026-01-12T08:30:00Z"),
            ("2026-01-12T12:29:59.999Z", "2026-01-12T12:29:59.999Z"), ("2026-01-12T12:30:00Z", "2026-01-12T13:00:00Z"),
            ("2026-01-16T17:00:00Z", "2026-01-19T08:30:00Z"), ("2026-04-03T09:00:00Z", "2026-04-07T07:30:00Z"),
        ])
    func nothingAdded(start: String, opening: String) {
        #expect(office.add(0, to: at(start)) == at(opening))
    }

    @Test("Time that uses a window up ends at its close, not at the next opening")
    func close() {
        #expect(office.add(240, to: at("2026-01-12T08:30:00Z")) == at("2026-01-12T12:30:00Z"))
        #expect(office.add(241, to: at("2026-01-12T08:30:00Z")) == at("2026-01-12T13:01:00Z"))
        #expect(office.add(480, to: at("2026-01-09T20:00:00Z")) == at("2026-01-12T17:00:00Z"))
        // Exactly one week's and exactly two weeks' working time, begun at the midnight before it.
        #expect(office.add(2400, to: at("2026-01-12T00:00:00Z")) == at("2026-01-16T17:00:00Z"))
        #expect(office.add(4800, to: at("2026-01-12T00:00:00Z")) == at("2026-01-23T17:00:00Z"))
    }

    @Test("An unfinished minute isn't counted, and an end before the start is nothing")
    func wholeMinutes() {
        #expect(office.count(from: at("2026-01-12T09:00:00Z"), to: at("2026-01-12T09:01:59.999Z")) == 1)
        #expect(office.count(from: at("2026-01-12T09:00:00.500Z"), to: at("2026-01-12T09:01:00.499Z")) == 0)
        #expect(office.count(from: at("2026-01-12T09:00:00Z"), to: at("2026-01-09T09:00:00Z")) == 0)
        #expect(office.explainCount(from: at("2026-01-12T09:00:00Z"), to: at("2026-01-09T09:00:00Z")).intervals.isEmpty)
    }

    @Test("On the clock change of March a window has its hour less, and the missing hour itself has nothing")
    func march() {
        let (from, to) = (at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"))
        #expect(Self.allWeek(0, 360).count(from: from, to: to) == 300)
        #expect(Self.allWeek(60, 120).count(from: from, to: to) == 0)
        #expect(Self.allWeek(90, 150).count(from: from, to: to) == 30)
        // From Saturday 00:30 the 90 minutes of Saturday's window are half an hour more than Sunday's can give.
        #expect(Self.allWeek(60, 120).add(61, to: at("2026-03-28T00:30:00Z")) == at("2026-03-30T00:01:00Z"))
    }

    @Test("On the clock change of October a window has its hour more, and the repeated hour counts twice")
    func october() {
        let (from, to) = (at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"))
        #expect(Self.allWeek(0, 360).count(from: from, to: to) == 420)
        #expect(Self.allWeek(60, 120).count(from: from, to: to) == 120)
        #expect(Self.allWeek(0, 60).add(30, to: from) == at("2026-10-24T23:30:00Z"))
        #expect(Self.allWeek(60, 120).add(120, to: from) == at("2026-10-25T02:00:00Z"))
    }

    @Test("Around the clock a day of the clock change has 23 or 25 hours, a year 8,760")
    func aroundTheClock() {
        let always = Self.allWeek(0, 1440)
        #expect(always.count(from: at("2026-03-29T00:00:00Z"), to: at("2026-03-29T23:00:00Z")) == 23 * 60)
        #expect(always.count(from: at("2026-01-01T00:00:00Z"), to: at("2027-01-01T00:00:00Z")) == 8760 * 60)
        #expect(always.explainCount(from: at("2026-01-01T00:00:00Z"), to: at("2027-01-01T00:00:00Z")).intervals.count == 1)
    }

    @Test("Years of closures are passed over, and a closure of hours takes only them")
    func closures() throws {
        let years = WorkingTime.Closure.days(LocalDate("2026-01-10")!...LocalDate("2046-01-10")!, reason: "closed: rebuilding")
        let hours = WorkingTime.Closure.hours(LocalDate("2026-01-09")!, 600..<750, reason: "closed: training")
        let time = WorkingTime(windows: Self.windows, closures: [years, hours], zone: Self.london)
        #expect(time.count(from: at("2026-01-09T00:00:00Z"), to: at("2026-01-10T00:00:00Z")) == 330)
        #expect(time.add(331, to: at("2026-01-09T00:00:00Z")) == at("2046-01-11T08:31:00Z"))
        #expect(
            time.explainCount(from: at("2026-01-09T08:30:00Z"), to: at("2026-01-11T00:00:00Z")).intervals.compactMap(\.reason) == [
                "closed: training", "outside hours", "outside hours", "closed: rebuilding",
            ])
    }

    @Test("Where closures overlap the one named first gives the reason, and no time is taken twice")
    func overlappingClosures() {
        func days(_ first: String, _ last: String, _ reason: String) -> WorkingTime.Closure {
            .days(LocalDate(first)!...LocalDate(last)!, reason: reason)
        }
        let time = WorkingTime(
            windows: Self.windows,
            closures: [
                days("2026-01-14", "2026-01-14", "a"), days("2026-01-13", "2026-01-15", "b"), days("2026-01-12", "2026-01-16", "c"),
            ],
            zone: Self.london)
        let explanation = time.explainCount(from: at("2026-01-12T00:00:00Z"), to: at("2026-01-17T00:00:00Z"))
        #expect(explanation.intervals.map(\.reason) == ["c", "b", "a", "b", "c"])
        #expect(explanation.workingMinutes == 0)
    }

    @Test("Without windows, with everything closed, for negative minutes and beyond the calendar there is no such moment")
    func never() {
        let start = at("2026-01-12T09:00:00Z")
        let everything = WorkingTime.Closure.days(LocalDate("0001-01-01")!...LocalDate("9999-12-31")!, reason: "closed")
        #expect(WorkingTime(windows: [], zone: Self.london).add(0, to: start) == nil)
        #expect(WorkingTime(windows: [], zone: Self.london).count(from: start, to: at("9999-12-31T00:00:00Z")) == 0)
        #expect(WorkingTime(windows: Self.windows, closures: [everything], zone: Self.london).add(0, to: start) == nil)
        #expect(office.add(-1, to: start) == nil)
        #expect(office.add(.max, to: start) == nil)
        #expect(office.add(5_000_000_000, to: start) == nil)
        #expect(office.explainAdding(.max, to: start) == nil)
    }

    @Test("A thousand years of working time are added and counted again")
    func thousandYears() throws {
        let start = at("2026-01-12T08:30:00Z")
        let minutes = 1000 * 52 * 5 * 480
        let end = try #require(office.add(minutes, to: start))
        #expect(end.utcDate.year == 3022)
        #expect(office.count(from: start, to: end) == minutes)
    }

    @Test("Windows that overlap count once, and one that closes before it opens isn't made")
    func overlappingWindows() {
        let time = WorkingTime(
            windows: [WorkingTime.Window(.monday, from: 540, to: 660)!, WorkingTime.Window(.monday, from: 600, to: 720)!], zone: Self.london
        )
        #expect(time.count(from: at("2026-01-12T00:00:00Z"), to: at("2026-01-19T00:00:00Z")) == 180)
        #expect(WorkingTime.Window(.monday, from: 600, to: 600) == nil && WorkingTime.Window(.monday, from: 0, to: 1441) == nil)
        #expect(WorkingTime.Window(.monday, from: -1, to: 5) == nil)
    }

    @Test("No zone is made of an unknown name")
    func zones() {
        #expect(ZoneOffsets.named("Europe/Camelot") == nil)
    }
}
