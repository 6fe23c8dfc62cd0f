package import Core

/// A count of days with its reasons, short enough to be read.
package struct DayCountExplanation: Codable, Equatable, Sendable {
    /// Days with one answer and one reason. Weekends don't interrupt it: they are gathered in a run of their own.
    package struct Run: Codable, Equatable, Sendable {
        package var startsOn: LocalDate
        package var endsOn: LocalDate
        /// How many days of the run there are, weekends between them left out.
        package var days: Int
        package var counted: Bool
        package var kind: SchoolDay.Kind
        package var reason: String
    }

    package var kind: DayCount
    /// Both ends are looked at.
    package var startsOn: LocalDate
    package var endsOn: LocalDate
    /// The days that counted.
    package var days: Int
    /// In order of their first day; their days add up to all days from start to end.
    package var explanation: [Run]
}

extension SchoolCalendar {
    /// How far `days(_:on:by:)` looks: longer than calendars are made ahead.
    package static let horizonDays = 3660

    /// Counts the days of a kind, both ends included; nothing when `last` is before `first`.
    package func count(_ kind: DayCount, from first: LocalDate, to last: LocalDate) -> DayCountExplanation {
        var counter = Counter(kind: kind)
        if first <= last {
            for day in days(first...last) { counter.add(day) }
        }
        return counter.explanation(from: first, to: last)
    }

    /// The `number`th day of the kind after `start`, which itself isn't counted: one day on from Friday is Monday, as periods “of n school days
    /// after” a day are reckoned. 0 is the first day of the kind on or after `start`.
    ///
    /// The explanation's `endsOn` is that day, its `days` the number, its `startsOn` the day after `start`; for 0 it is `start`, and the day
    /// found is the one that counts. nil when the calendar has no such day within ``horizonDays``.
    package func days(_ number: Int, on start: LocalDate, by kind: DayCount) -> DayCountExplanation? {
        guard number >= 0, number == 0 || start < .latest else { return nil }
        let first = number == 0 ? start : start.adding(days: 1)
        var counter = Counter(kind: kind)
        for day in days(first...first.adding(days: Self.horizonDays - 1)) {
            counter.add(day)
            if counter.counted >= max(number, 1) { return counter.explanation(from: first, to: day.date) }
        }
        return nil
    }

    private struct Counter {
        let kind: DayCount
        var counted = 0
        private var runs: [DayCountExplanation.Run] = []
        /// Index of the run a day may continue, and of the weekends'.
        private var open: Int?
        private var weekends: Int?

        init(kind: DayCount) {
            self.kind = kind
        }

        mutating func add(_ day: SchoolDay) {
            let counts = kind.includes(day)
            if counts { counted += 1 }
            let isWeekend = day.kind == .weekend
            if let index = isWeekend ? weekends : open, runs[index].continues(with: day, counted: counts) {
                runs[index].endsOn = day.date
                runs[index].days += 1
                return
            }
            runs.append(
                DayCountExplanation.Run(
                    startsOn: day.date, endsOn: day.date, days: 1, counted: counts, kind: day.kind, reason: day.reason))
            if isWeekend { weekends = runs.count - 1 } else { open = runs.count - 1 }
        }

        func explanation(from first: LocalDate, to last: LocalDate) -> DayCountExplanation {
            DayCountExplanation(kind: kind, startsOn: first, endsOn: last, days: counted, explanation: runs)
        }
    }
}

extension DayCountExplanation.Run {
    fileprivate func continues(with day: SchoolDay, counted: Bool) -> Bool {
        self.counted == counted && kind == day.kind && reason == day.reason
    }
}
