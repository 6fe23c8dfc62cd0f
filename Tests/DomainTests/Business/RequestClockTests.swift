import Core
import Domain
import Testing

/// What goes wrong in other helpdesks, one by one.
struct RequestClockTests {
    static let london = ZoneOffsets.named("Europe/London")!

    /// Monday to Friday, 08:30–12:30 and 13:00–17:00, closed over Easter.
    let office = WorkingTime(windows: WorkingTimeTests.windows, closures: WorkingTimeTests.easterHolidays, zone: Self.london)

    func at(_ text: String) -> Instant { Instant(text)! }

    @Test("Opened on Good Friday at 18:00, the clock starts when the office opens after Easter")
    func goodFriday() {
        let clock = RequestClock(.firstResponse, minutes: 60, from: at("2026-04-03T17:00:00Z"))
        #expect(clock.due(in: office) == at("2026-04-07T08:30:00Z"))
        #expect(clock.remainingMinutes(at: at("2026-04-05T12:00:00Z"), in: office) == 60)
    }

    @Test("A promise of nothing is due at once in hours, and at the opening outside them; one of 10,000 minutes after four weeks")
    func extremes() {
        #expect(RequestClock(.firstResponse, minutes: 0, from: at("2026-01-12T10:00:00Z")).due(in: office) == at("2026-01-12T10:00:00Z"))
        #expect(RequestClock(.firstResponse, minutes: 0, from: at("2026-01-12T18:00:00Z")).due(in: office) == at("2026-01-13T08:30:00Z"))
        // 20 days of 480 minutes, and 400 more.
        #expect(
            RequestClock(.resolution, minutes: 10_000, from: at("2026-01-12T08:30:00Z")).due(in: office) == at("2026-02-09T15:40:00Z"))
    }

    @Test("Two windows a day: what is left in the morning goes on after the break")
    func windows() {
        #expect(RequestClock(.resolution, minutes: 90, from: at("2026-01-12T12:00:00Z")).due(in: office) == at("2026-01-12T14:00:00Z"))
    }

    @Test("While it stands nothing is due, and what is left is known; then it goes on from there")
    func standing() {
        let asked = RequestClock.Pause(from: at("2026-01-12T10:30:00Z"), reason: "waitingOnSchool")
        let waiting = RequestClock(.resolution, minutes: 240, from: at("2026-01-12T08:30:00Z"), pauses: [asked])
        #expect(waiting.due(in: office) == nil && waiting.isPaused(at: at("2026-01-13T09:00:00Z")))
        #expect(waiting.remainingMinutes(at: at("2026-01-13T09:00:00Z"), in: office) == 120)
        let answered = RequestClock.Pause(from: asked.startsAt, to: at("2026-01-14T09:00:00Z"), reason: "waitingOnSchool")
        let running = RequestClock(.resolution, minutes: 240, from: at("2026-01-12T08:30:00Z"), pauses: [answered])
        #expect(running.due(in: office) == at("2026-01-14T11:00:00Z"))
    }

    @Test("A priority raised after two pauses keeps both: the new promise counts from the first opening")
    func raised() {
        let pauses = [
            RequestClock.Pause(from: at("2026-01-12T09:30:00Z"), to: at("2026-01-12T11:30:00Z"), reason: "onHold"),
            RequestClock.Pause(from: at("2026-01-12T14:00:00Z"), to: at("2026-01-13T10:00:00Z"), reason: "waitingOnSchool"),
        ]
        func clock(_ minutes: Int) -> RequestClock {
            RequestClock(.resolution, minutes: minutes, from: at("2026-01-12T08:30:00Z"), pauses: pauses)
        }
        // 60 before the first pause, 120 up to the second.
        #expect(clock(480).due(in: office) == at("2026-01-13T15:30:00Z"))
        #expect(clock(200).due(in: office) == at("2026-01-13T10:20:00Z"))
        // Already over when it is raised: it was due before the second pause.
        #expect(clock(100).due(in: office) == at("2026-01-12T12:10:00Z"))
        #expect(clock(100).breachedMinutes(at: at("2026-01-13T10:30:00Z"), in: office) == 110)
    }

    @Test("Reopened twice, the time it was resolved doesn't count")
    func reopened() {
        let pauses = [
            RequestClock.Pause(from: at("2026-01-12T09:30:00Z"), to: at("2026-01-13T09:30:00Z"), reason: "resolved"),
            RequestClock.Pause(from: at("2026-01-13T10:30:00Z"), to: at("2026-01-15T08:30:00Z"), reason: "closed"),
        ]
        let clock = RequestClock(.resolution, minutes: 240, from: at("2026-01-12T08:30:00Z"), pauses: pauses)
        #expect(clock.due(in: office) == at("2026-01-15T10:30:00Z"))
    }

    @Test("Pauses that overlap or began before the clock count once")
    func overlaps() {
        let pauses = [
            RequestClock.Pause(from: at("2026-01-12T08:00:00Z"), to: at("2026-01-12T09:00:00Z"), reason: "onHold"),
            RequestClock.Pause(from: at("2026-01-12T08:45:00Z"), to: at("2026-01-12T09:30:00Z"), reason: "waitingOnSchool"),
        ]
        let clock = RequestClock(.update, minutes: 60, from: at("2026-01-12T08:30:00Z"), pauses: pauses)
        #expect(clock.due(in: office) == at("2026-01-12T10:30:00Z"))
    }

    @Test("The nights the clocks change: an hour fewer in March, one more in October")
    func clockChange() {
        let always = WorkingTime(
            windows: Weekday.allCases.map { WorkingTime.Window($0, from: 0, to: 1440)! }, zone: Self.london)
        // From Saturday noon, local time, 24 hours.
        let march = RequestClock(.resolution, minutes: 1440, from: at("2026-03-28T12:00:00Z"))
        #expect(march.due(in: always) == at("2026-03-29T12:00:00Z"))
        let night = WorkingTime(windows: [WorkingTime.Window(.sunday, from: 0, to: 180)!], zone: Self.london)
        #expect(RequestClock(.resolution, minutes: 180, from: at("2026-03-28T12:00:00Z")).due(in: night) == at("2026-04-05T00:00:00Z"))
        #expect(RequestClock(.resolution, minutes: 180, from: at("2026-10-24T12:00:00Z")).due(in: night) == at("2026-10-25T02:00:00Z"))
    }

    @Test("A holiday added after it was opened moves what is due, and other hours move it again")
    func recomputed() {
        let clock = RequestClock(.resolution, minutes: 480, from: at("2026-05-01T12:00:00Z"))
        #expect(clock.due(in: office) == at("2026-05-04T11:30:00Z"))
        let closed = WorkingTime(
            windows: WorkingTimeTests.windows,
            closures: [.days(LocalDate("2026-05-04")!...LocalDate("2026-05-04")!, reason: "bank holiday: Early May")], zone: Self.london)
        #expect(clock.due(in: closed) == at("2026-05-05T11:30:00Z"))
        let mornings = WorkingTime(
            windows: Weekday.allCases.filter { !$0.isWeekend }.map { WorkingTime.Window($0, from: 540, to: 720)! }, zone: Self.london)
        // Mornings of three hours: nothing of the first of May's afternoon, all of the fourth and fifth, two of the sixth.
        #expect(clock.due(in: mornings) == at("2026-05-06T10:00:00Z"))
    }

    @Test("What is explained adds up, with why the rest doesn't count")
    func explanation() {
        let pause = RequestClock.Pause(from: at("2026-01-12T10:00:00Z"), to: at("2026-01-12T11:30:00Z"), reason: "onHold")
        let clock = RequestClock(.resolution, minutes: 240, from: at("2026-01-12T08:30:00Z"), pauses: [pause])
        let explained = clock.explanation(at: at("2026-01-12T09:00:00Z"), in: office)
        #expect(
            explained.intervals.map { "\($0.startsAt.description.dropFirst(11).prefix(5)) \($0.workingMinutes) \($0.reason ?? "counts")" }
                == [
                    "08:30 90 counts", "10:00 0 onHold", "11:30 60 counts", "12:30 0 outside hours", "13:00 90 counts",
                ])
        #expect(explained.workingMinutes == 240 && explained.endsAt == clock.due(in: office))
    }

    @Test("Of a promise that takes thousands of years ten are explained")
    func horizon() throws {
        let minute = WorkingTime(windows: [WorkingTime.Window(.monday, from: 540, to: 541)!], zone: Self.london)
        let clock = RequestClock(.resolution, minutes: 100_000, from: at("2026-01-12T08:30:00Z"))
        #expect(try #require(clock.due(in: minute)) > at("3900-01-01T00:00:00Z"))
        let explained = clock.explanation(at: at("2026-01-13T09:00:00Z"), in: minute)
        #expect(explained.endsAt < at("2036-02-01T00:00:00Z") && (500...600).contains(explained.workingMinutes))
    }

    @Test("Late is counted in working minutes, up to when it was done")
    func breached() {
        let late = RequestClock(.firstResponse, minutes: 60, from: at("2026-01-12T16:00:00Z"), metAt: at("2026-01-13T08:45:00Z"))
        #expect(late.due(in: office) == at("2026-01-12T17:00:00Z"))
        #expect(late.breachedMinutes(at: at("2026-02-01T00:00:00Z"), in: office) == 15)
        #expect(
            RequestClock(.firstResponse, minutes: 60, from: at("2026-01-12T16:00:00Z")).breachedMinutes(
                at: at("2026-01-12T16:59:00Z"), in: office) == nil)
    }

    @Test("Without any hours nothing is ever due, and nothing waits for it")
    func never() {
        let clock = RequestClock(.resolution, minutes: 60, from: at("2026-01-12T16:00:00Z"))
        let none = WorkingTime(windows: [], zone: Self.london)
        #expect(clock.due(in: none) == nil && clock.remainingMinutes(at: at("2026-03-01T00:00:00Z"), in: none) == 60)
        #expect(RequestClock(.resolution, minutes: .max, from: at("2026-01-12T16:00:00Z")).due(in: office) == nil)
    }
}
