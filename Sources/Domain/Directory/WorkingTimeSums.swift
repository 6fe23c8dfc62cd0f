package import Core

extension WorkingTime {
    /// Why an instant was computed or so many minutes were counted: every piece of time from start to end, in order and without gap.
    package struct Explanation: Codable, Equatable, Sendable {
        package struct Interval: Codable, Equatable, Sendable {
            package var startsAt: Instant
            package var endsAt: Instant
            package var counted: Bool
            /// What this piece adds to the total; an unfinished minute is carried over to the next counted piece. 0 where skipped.
            package var workingMinutes: Int
            /// Why it was skipped; null where it counts.
            package var reason: String?
        }

        package var startsAt: Instant
        package var endsAt: Instant
        /// The sum over the intervals, whole minutes.
        package var workingMinutes: Int
        package var intervals: [Interval]

        /// Nothing yet.
        init(startsAt: Instant) {
            self.startsAt = startsAt
            endsAt = startsAt
            workingMinutes = 0
            intervals = []
        }

        /// The next piece, in milliseconds since 1970; `worked` is the working time so far, in milliseconds.
        mutating func add(from: Int64, to: Int64, reason: String?, _ worked: inout Int64) {
            let before = worked / .minute
            if reason == nil { worked += to - from }
            let minutes = Int(worked / .minute - before)
            workingMinutes += minutes
            endsAt = Instant(milliseconds: to)
            // Midnights and clock changes divide the walk, not what people see.
            if let last = intervals.last, last.counted == (reason == nil), last.reason == reason, last.endsAt.milliseconds == from {
                intervals[intervals.count - 1].endsAt = endsAt
                intervals[intervals.count - 1].workingMinutes += minutes
            } else {
                intervals.append(
                    Interval(
                        startsAt: Instant(milliseconds: from), endsAt: endsAt, counted: reason == nil, workingMinutes: minutes,
                        reason: reason))
            }
        }
    }

    /// The moment at which `minutes` of working time have passed since `start`.
    ///
    /// It is the earliest such moment: an hour added at 16:00 to hours that end at 17:00 gives 17:00, not the next opening. Nothing added
    /// gives `start` itself when that is working time, else the next opening; the close is no longer working time.
    /// nil when there is no such moment: without windows, when closures leave too little before the year 10000, or for negative minutes.
    package func add(_ minutes: Int, to start: Instant) -> Instant? {
        guard let budget = Self.milliseconds(minutes) else { return nil }
        let walked = walk(from: Self.clamped(start), to: Instant.range.upperBound.milliseconds, budget: budget)
        return walked.spentBudget ? Instant(milliseconds: walked.reached) : nil
    }

    /// The same with what was counted and skipped; it takes memory for every piece, so it is for spans that people read.
    package func explainAdding(_ minutes: Int, to start: Instant) -> Explanation? {
        guard let end = add(minutes, to: start) else { return nil }
        return explainCount(from: start, to: end)
    }

    /// Whole minutes of working time from `start` to `end`, an unfinished minute left out; 0 when `end` isn't after `start`.
    package func count(from start: Instant, to end: Instant) -> Int {
        let walked = walk(from: Self.clamped(start), to: Self.clamped(end), budget: .max)
        return Int(walked.worked / .minute)
    }

    /// The same with what was counted and skipped; without intervals when `end` isn't after `start`.
    package func explainCount(from start: Instant, to end: Instant) -> Explanation {
        let start = Instant(milliseconds: Self.clamped(start))
        var sums = Explanation(startsAt: start)
        var worked: Int64 = 0
        _ = walk(from: start.milliseconds, to: Self.clamped(end), budget: .max) { sums.add(from: $0, to: $1, reason: $2, &worked) }
        return sums
    }

    /// nil for negative minutes and for more than any calendar holds.
    private static func milliseconds(_ minutes: Int) -> Int64? {
        let (product, overflow) = Int64(minutes).multipliedReportingOverflow(by: .minute)
        return overflow || minutes < 0 ? nil : product
    }

    static func clamped(_ instant: Instant) -> Int64 {
        min(max(instant, Instant.range.lowerBound), Instant.range.upperBound).milliseconds
    }
}
