import Core
import Domain
import Testing

/// Random calendars around days on which clocks change, also where they change by half an hour or at midnight.
struct WorkingTimePropertyTests {
    static let places = [
        ("Europe/London", "2026-03-29"), ("Europe/London", "2026-10-25"), ("Europe/London", "2028-02-29"),
        ("Australia/Lord_Howe", "2026-04-05"), ("America/Havana", "2026-03-08"), ("Asia/Kathmandu", "1985-12-31"),
    ]

    func calendars(
        _ place: (zone: String, day: String), seed: UInt64, _ body: (inout SeededGenerator, RandomCalendar, Instant) throws -> Void
    )
        rethrows
    {
        var generator = SeededGenerator(state: seed)
        let day = LocalDate(place.day)!
        for _ in 0..<25 {
            let calendar = RandomCalendar(&generator, around: day, zone: place.zone)
            let minutes = Int64(day.daysSinceEpoch) * 1440 + Int64.random(in: -8000...4000, using: &generator)
            try body(&generator, calendar, Instant(milliseconds: minutes * 60_000))
        }
    }

    @Test("Counting and adding agree with asking every minute by itself", arguments: places)
    func reference(zone: String, day: String) throws {
        calendars((zone, day), seed: 1) { generator, calendar, start in
            let end = start.advanced(bySeconds: 60 * Int64.random(in: 0...12_000, using: &generator))
            #expect(calendar.time.count(from: start, to: end) == calendar.reference.count(from: start, to: end))
            for minutes in [0, 1, Int.random(in: 2...2000, using: &generator)] {
                guard let expected = calendar.reference.add(minutes, to: start, limit: 20_000) else { continue }
                #expect(calendar.time.add(minutes, to: start) == expected, "\(minutes) minutes from \(start)")
            }
        }
    }

    @Test("What is added is counted again, to the minute and from any millisecond", arguments: places)
    func inverse(zone: String, day: String) throws {
        try calendars((zone, day), seed: 2) { generator, calendar, start in
            let start = Instant(milliseconds: start.milliseconds + Int64.random(in: 0..<60_000, using: &generator))
            for minutes in [0, 1, Int.random(in: 2...10_000, using: &generator), 10_000, 5_000_000] {
                let end = try #require(calendar.time.add(minutes, to: start))
                #expect(end >= start)
                #expect(calendar.time.count(from: start, to: end) == minutes)
                // The earliest such moment: a millisecond before, less has passed.
                if minutes > 0 { #expect(calendar.time.count(from: start, to: Instant(milliseconds: end.milliseconds - 1)) < minutes) }
            }
        }
    }

    @Test("An explanation covers the whole time without gap, and what counts in it is the total", arguments: places)
    func explanation(zone: String, day: String) throws {
        try calendars((zone, day), seed: 3) { generator, calendar, start in
            let minutes = Int.random(in: 0...3000, using: &generator)
            let end = try #require(calendar.time.add(minutes, to: start))
            let explanation = try #require(calendar.time.explainAdding(minutes, to: start))
            #expect(explanation.startsAt == start && explanation.endsAt == end && explanation.workingMinutes == minutes)
            var position = start
            var elapsed: Int64 = 0
            for interval in explanation.intervals {
                #expect(interval.startsAt == position && interval.endsAt > position)
                #expect(interval.counted == (interval.reason == nil))
                position = interval.endsAt
                if interval.counted { elapsed += interval.endsAt.milliseconds - interval.startsAt.milliseconds }
            }
            #expect(position == end)
            #expect(elapsed == Int64(minutes) * 60_000)
            #expect(explanation.intervals.map(\.workingMinutes).reduce(0, +) == minutes)
            #expect(zip(explanation.intervals, explanation.intervals.dropFirst()).allSatisfy { $0.reason != $1.reason })
        }
    }

    @Test("Time is additive: counting in two parts is counting the whole", arguments: places)
    func additive(zone: String, day: String) throws {
        calendars((zone, day), seed: 4) { generator, calendar, start in
            let middle = start.advanced(bySeconds: 60 * Int64.random(in: 0...9000, using: &generator))
            let end = middle.advanced(bySeconds: 60 * Int64.random(in: 0...900_000, using: &generator))
            let parts = calendar.time.count(from: start, to: middle) + calendar.time.count(from: middle, to: end)
            #expect(calendar.time.count(from: start, to: end) == parts)
        }
    }
}
