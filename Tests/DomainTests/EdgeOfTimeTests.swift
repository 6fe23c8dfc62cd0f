import Core
import Domain
import Testing

/// Days, moments and numbers at the ends of what there is: reckoning with them stays there and comes to an end.
@Suite("The edge of time") struct EdgeOfTimeTests {
    static let days: [LocalDate] = [
        .earliest, LocalDate("0001-01-02")!, LocalDate("0001-12-31")!, LocalDate("1970-01-01")!, LocalDate("2024-02-29")!,
        LocalDate("9999-02-28")!, LocalDate("9999-12-30")!, .latest,
    ]
    static let numbers = [Int.min, Int.min + 1, -(1 << 53), -3_652_059, -366, -1, 0, 1, 31, 366, 3_652_059, 1 << 53, Int.max - 1, Int.max]
    static let zones = ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago", "GMT"].map { ZoneOffsets.named($0)! }

    @Test("Days and months added or taken stop at the first and the last day, and every one of them is written and read as the same")
    func days() {
        #expect(LocalDate.earliest.description == "0001-01-01" && LocalDate.latest.description == "9999-12-31")
        #expect(LocalDate.earliest.adding(days: -1) == .earliest && LocalDate.latest.adding(days: 1) == .latest)
        #expect(LocalDate.earliest.adding(months: -1) == .earliest && LocalDate("9999-12-01")?.adding(months: 1) == .latest)
        for day in Self.days {
            for number in Self.numbers {
                for other in [day.adding(days: number), day.adding(months: number), LocalDate(daysSinceEpoch: number)] {
                    #expect(LocalDate(other.description) == other, "\(day) \(number)")
                }
                #expect(number >= 0 ? day.adding(days: number) >= day : day.adding(days: number) <= day)
                #expect(number >= 0 ? day.adding(months: number) >= day : day.adding(months: number) <= day)
            }
        }
    }

    @Test("So do moments")
    func moments() {
        for start in [Instant.range.lowerBound, Instant(milliseconds: -1), Instant(milliseconds: 0), Instant.range.upperBound] {
            for number in Self.numbers.map(Int64.init) {
                for moment in [start.advanced(bySeconds: number), start.advanced(byMilliseconds: number), Instant(milliseconds: number)] {
                    #expect(Instant(moment.description) == moment && Instant.range.contains(moment), "\(start) \(number)")
                }
                #expect(number >= 0 ? start.advanced(bySeconds: number) >= start : start.advanced(bySeconds: number) <= start)
            }
        }
    }

    @Test("A range of days that were worked out is one, whatever the days are")
    func ranges() {
        for first in Self.days { for last in Self.days { #expect(ClosedRange(first, to: last).contains(first)) } }
    }

    @Test("Zones know the day of every moment and the moments of every day")
    func zones() {
        for zone in Self.zones {
            for day in Self.days {
                let moments = zone.moments(of: day...day)
                #expect(!moments.isEmpty || day == .earliest || day == .latest, "\(day)")
                if let middle = Instant("\(day)T12:00:00Z") { #expect(abs(zone.day(of: middle).daysSinceEpoch - day.daysSinceEpoch) <= 1) }
            }
            for end in [Instant.range.lowerBound, Instant.range.upperBound] { _ = zone.day(of: end) }
            #expect(zone.moments(of: .earliest...(.latest)).upperBound == Instant.range.upperBound)
        }
        for end in [Instant.range.lowerBound, Instant.range.upperBound] { _ = TrustZone().day(of: end) }
    }

    @Test("Working time is counted from the first moment to the last, and added as far as there is any")
    func workingTime() {
        let windows = Weekday.allCases.compactMap { WorkingTime.Window($0, from: 0, to: 1440) }
        let ends = [Instant.range.lowerBound, Instant(milliseconds: 0), Instant.range.upperBound]
        for zone in Self.zones {
            let closure = WorkingTime.Closure.days(.earliest...(.latest), reason: "always")
            for hours in [
                WorkingTime(windows: windows, zone: zone), WorkingTime(windows: [], zone: zone),
                WorkingTime(windows: windows, closures: [closure], zone: zone),
            ] {
                for start in ends {
                    for end in ends { #expect(hours.count(from: start, to: end) >= 0) }
                    for minutes in Self.numbers { if let end = hours.add(minutes, to: start) { #expect(end >= start && minutes >= 0) } }
                }
            }
        }
    }

    @Test("A promise of any number of minutes has a clock")
    func clocks() {
        let hours = WorkingTime(windows: Weekday.allCases.compactMap { WorkingTime.Window($0, from: 540, to: 1020) }, zone: Self.zones[0])
        let ends = [Instant.range.lowerBound, Instant(milliseconds: 0), Instant.range.upperBound]
        for minutes in Self.numbers.filter({ $0 >= 0 }) {
            for start in ends {
                for pause in [[], [RequestClock.Pause(from: start, to: Instant.range.upperBound, reason: "onHold")]] {
                    let clock = RequestClock(.resolution, minutes: minutes, from: start, pauses: pause)
                    for moment in ends {
                        #expect(clock.remainingMinutes(at: moment, in: hours) >= 0)
                        _ = (
                            clock.due(in: hours), clock.breachedMinutes(at: moment, in: hours),
                            clock.workedMinutes(until: moment, in: hours)
                        )
                    }
                }
            }
        }
    }

    @Test("A deadline of the law ends with the calendar where no working day is left")
    func deadlines() {
        for isHoliday in [false, true] {
            let calendar = StatutoryDeadline.Calendar(zone: Self.zones[0], isBankHoliday: { _ in isHoliday }, isSchoolDay: { _ in false })
            for rule in StatutoryDeadline.Rule.allCases {
                for start in [Instant.range.lowerBound, Instant("9999-12-30T12:00:00Z")!, Instant.range.upperBound] {
                    #expect(StatutoryDeadline.starting(at: start, rule, calendar).dueAt >= start)
                }
            }
        }
    }

    @Test("What is kept for longer than there are days is never past it by more than the first day")
    func retention() {
        for months in [1, 12, 24_312, 119_988, 1 << 53, Int.max] {
            for today in Self.days { #expect(Retention.lastDayPast(months: months, today: today) <= today) }
        }
    }

    @Test("Days are counted up to the last one, and there is none after it")
    func calendar() {
        let calendar = SchoolCalendar(years: [], bankHolidays: [:])
        for day in Self.days {
            for number in Self.numbers { if let found = calendar.days(number, on: day, by: .officeOpen) { #expect(found.endsOn >= day) } }
            #expect(calendar.days(1, on: day, by: .pupilsIn) == nil)
        }
        #expect(calendar.days(1, on: .latest, by: .officeOpen) == nil)
        #expect(calendar.days(0, on: .latest, by: .officeOpen)?.endsOn == .latest)
        #expect(calendar.count(.officeOpen, from: LocalDate("9999-12-30")!, to: .latest).days == 2)
    }

    @Test("A frequency of more times than a period has days, which doesn't touch that period, plans nothing there")
    func planner() {
        // Twelve times a half-term, from a stage that begins after the first one: before it there is nothing to plan, however few the days.
        let process = PlannedProcess(
            id: "process", title: "Process", need: .pupilsIn,
            frequencies: [ProcessFrequency(tier: "intensive", every: .halfTerm, times: 12)])
        let closed = SchoolCalendar.Entry(.closure, dates("2026-09-08", "2026-10-23"))
        let school = PlanFixture.school("a", stages: [PlanFixture.stage("2026-12-01", "2027-07-21", "repair", "intensive")], own: [closed])
        #expect(PlanFixture.plan([school], [process]).activities.allSatisfy { $0.dueOn >= date("2026-12-01") })
    }

    @Test("Seconds, percentages and sums of any size are written down")
    func figures() throws {
        #expect(School.percentFull(pupils: .max, capacity: 1) != nil && School.percentFull(pupils: 1, capacity: .max) != nil)
        for figure in [-0x1p63, 0x1p63, 1e308, -1e308, .leastNonzeroMagnitude] {
            #expect(try JSONCodec.decode(Double.self, fromBytes: JSON.double(figure).bytes) == figure)
        }
        #expect(VersionTag(number: .max).next.number == .max)
        #expect(OpeningHours(.monday, "999999999999999999:30", "24:00").window == nil)
        #expect(
            WebhookSchedule.next(afterAttempts: 0, firstAt: .range.upperBound, now: .range.upperBound, jitter: 0.5, retryAfter: nil) == nil)
        #expect(
            WebhookSchedule.next(afterAttempts: 9, firstAt: .range.upperBound, now: .range.upperBound, jitter: 0.5, retryAfter: nil)
                == Instant.range.upperBound)
    }

    @Test("Searches: whatever is typed is a query or refused with its place")
    func search() {
        var random = SeededGenerator(state: 11)
        let pieces = [
            "a", "-", "*", "\"", "“", " ", "\u{0}", "e\u{301}", "👩‍👩‍👧‍👧", "\u{200D}", "AND", "(", ")", ":", "^", "\n", "ﬁ", "\u{202E}", "0",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            do {
                #expect(try !SearchExpression(text).match.isEmpty)
            } catch {
                guard case DomainError.invalid(let errors) = error else {
                    Issue.record("\(error): \(text)")
                    continue
                }
                #expect(errors.first?.code == "search-syntax", "\(text)")
            }
        }
    }
}
