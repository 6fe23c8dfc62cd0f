import Core
import Domain
import Testing

/// What must hold of any history: seeded, so that a failure comes back.
struct RequestClockPropertyTests {
    /// SplitMix64: the same numbers for the same seed everywhere.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    struct History {
        var hours: WorkingTime
        var start: Instant
        var minutes: Int
        var pauses: [RequestClock.Pause]

        var clock: RequestClock { RequestClock(.resolution, minutes: minutes, from: start, pauses: pauses) }

        init(_ seed: UInt64) {
            var numbers = Numbers(state: seed)
            let days = Weekday.allCases.filter { _ in Int.random(in: 0..<7, using: &numbers) > 0 }
            let windows = (days.isEmpty ? [.monday] : days).flatMap { day -> [WorkingTime.Window] in
                let edges = (0..<4).map { _ in Int.random(in: 0...1440, using: &numbers) }.sorted()
                return [WorkingTime.Window(day, from: edges[0], to: edges[1]), WorkingTime.Window(day, from: edges[2], to: edges[3])]
                    .compactMap(\.self) + [WorkingTime.Window(day, from: 600, to: 660)!]
            }
            // A year around both clock changes.
            let first = LocalDate("2026-01-01")!
            let closures: [WorkingTime.Closure] = (0..<20).map { _ in
                let day = first.adding(days: Int.random(in: 0..<500, using: &numbers))
                return .days(day...day.adding(days: Int.random(in: 0..<10, using: &numbers)), reason: "closed")
            }
            hours = WorkingTime(windows: windows, closures: closures, zone: RequestClockTests.london)
            let year = Instant("2026-01-01T00:00:00Z")!.milliseconds
            start = Instant(milliseconds: year + .random(in: 0..<300 * 86_400_000, using: &numbers))
            minutes = [0, 1, .random(in: 0..<500, using: &numbers), .random(in: 0..<10_000, using: &numbers)].randomElement(
                using: &numbers)!
            var moment = start.milliseconds
            pauses = (0..<Int.random(in: 0..<6, using: &numbers)).map { _ in
                moment += .random(in: 0..<5 * 86_400_000, using: &numbers)
                let begin = moment
                moment += .random(in: 1..<5 * 86_400_000, using: &numbers)
                return RequestClock.Pause(
                    from: Instant(milliseconds: begin), to: Instant(milliseconds: moment), reason: "onHold")
            }
        }

        /// Working milliseconds in the pauses before a moment, counted minute by minute of nothing but ``WorkingTime``.
        func paused(before moment: Instant) -> Int {
            pauses.reduce(0) { sum, pause in
                sum + hours.count(from: min(pause.startsAt, moment), to: min(pause.endsAt ?? moment, moment))
            }
        }
    }

    static let seeds = UInt64(1)...400

    @Test("Working minutes from start to due, less those paused, are what was promised")
    func total() throws {
        for seed in Self.seeds {
            let history = History(seed)
            let due = try #require(history.clock.due(in: history.hours), "seed \(seed)")
            let counted = history.hours.count(from: history.start, to: due) - history.paused(before: due)
            // Each pause counts down to its whole minutes: that much is between the two ways of counting.
            #expect(abs(counted - history.minutes) <= history.pauses.count + 1, "seed \(seed): \(counted) of \(history.minutes)")
            #expect(history.clock.remainingMinutes(at: due, in: history.hours) == 0, "seed \(seed)")
            #expect(history.clock.explanation(at: history.start, in: history.hours).workingMinutes == history.minutes, "seed \(seed)")
        }
    }

    @Test("On whole minutes they are so exactly")
    func exactly() throws {
        for seed in Self.seeds {
            var history = History(seed)
            func whole(_ moment: Instant) -> Instant { Instant(milliseconds: moment.milliseconds / 60_000 * 60_000) }
            history.start = whole(history.start)
            history.pauses = history.pauses.map { .init(from: whole($0.startsAt), to: $0.endsAt.map(whole), reason: $0.reason) }
            let due = try #require(history.clock.due(in: history.hours), "seed \(seed)")
            #expect(history.hours.count(from: history.start, to: due) - history.paused(before: due) == history.minutes, "seed \(seed)")
        }
    }

    @Test("Adding a pause or making one longer never moves it earlier")
    func longer() throws {
        for seed in Self.seeds {
            var history = History(seed)
            let due = try #require(history.clock.due(in: history.hours))
            var numbers = Numbers(state: seed &* 7919)
            if !history.pauses.isEmpty {
                let index = Int.random(in: 0..<history.pauses.count, using: &numbers)
                history.pauses[index].endsAt = history.pauses[index].endsAt?.advanced(bySeconds: .random(in: 1..<200_000, using: &numbers))
                #expect(try #require(history.clock.due(in: history.hours)) >= due, "seed \(seed), longer")
            }
            let begin = history.start.advanced(bySeconds: .random(in: 0..<900_000, using: &numbers))
            history.pauses.append(.init(from: begin, to: begin.advanced(bySeconds: 90_000), reason: "more"))
            history.pauses.sort { $0.startsAt < $1.startsAt }
            #expect(try #require(history.clock.due(in: history.hours)) >= due, "seed \(seed), one more")
        }
    }

    @Test("What is explained has no gap, and ends where it is due")
    func gapless() throws {
        for seed in Self.seeds {
            let history = History(seed)
            let explained = history.clock.explanation(at: history.start, in: history.hours)
            #expect(explained.endsAt == history.clock.due(in: history.hours) || explained.intervals.isEmpty, "seed \(seed)")
            for (one, next) in zip(explained.intervals, explained.intervals.dropFirst()) {
                #expect(one.endsAt == next.startsAt && one.counted != next.counted || one.reason != next.reason, "seed \(seed)")
            }
            #expect(explained.intervals.reduce(0) { $0 + $1.workingMinutes } == explained.workingMinutes, "seed \(seed)")
        }
    }
}
