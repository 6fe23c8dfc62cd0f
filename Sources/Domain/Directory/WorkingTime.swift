package import Core

/// The hours in which a service works: windows per weekday on the local clock, less closures.
///
/// A moment is working time when the local clock then reads a time inside a window of that weekday, from the opening up to but without
/// the close, and no closure covers it. Everything follows from that one sentence, also when the clocks change: in March a window over
/// the missing hour has an hour less and one inside it has nothing; in October the repeated hour counts twice where the window covers it.
package struct WorkingTime: Sendable {
    /// One stretch of opening on one day of the week, in minutes since local midnight.
    package struct Window: Hashable, Codable, Sendable {
        package let weekday: Weekday
        package let opensAt: Int
        package let closesAt: Int

        /// nil unless `0 ≤ opensAt < closesAt ≤ 1440`.
        package init?(_ weekday: Weekday, from opensAt: Int, to closesAt: Int) {
            guard 0 <= opensAt, opensAt < closesAt, closesAt <= 1440 else { return nil }
            self.weekday = weekday
            self.opensAt = opensAt
            self.closesAt = closesAt
        }
    }

    /// When there is no working time in spite of the windows; the reason is shown in explanations, “bank holiday: Good Friday”.
    package enum Closure: Hashable, Sendable {
        /// Whole days, both ends included.
        case days(ClosedRange<LocalDate>, reason: String)
        /// Minutes since local midnight of one day, half open.
        case hours(LocalDate, Range<Int>, reason: String)
    }

    /// A piece of a day with one answer, in milliseconds since local midnight; `reason` is nil where time counts.
    struct Tile: Hashable {
        var start: Int64
        var end: Int64
        var reason: String?
    }

    struct ClosedDays: Hashable {
        var first: Int
        var last: Int
        var reason: String
    }

    package static let outsideHours = "outside hours"

    let zone: ZoneOffsets
    /// Of a day without closure, Monday first.
    let tiles: [[Tile]]
    /// Working milliseconds of a week without closure and clock change.
    let week: Int64
    /// In order, without overlap.
    let closedDays: [ClosedDays]
    /// Days with closures of hours; the keys also in order.
    let cutDays: [Int: [Tile]]
    let cutDayNumbers: [Int]

    /// Overlapping windows count once; where closures overlap, the one named first gives the reason.
    package init(windows: [Window], closures: [Closure] = [], zone: ZoneOffsets) {
        self.zone = zone
        tiles = Weekday.allCases.map { weekday in
            Self.tiles(windows.filter { $0.weekday == weekday }.map { $0.opensAt..<$0.closesAt }, cuts: [])
        }
        week = tiles.joined().reduce(0) { $0 + ($1.reason == nil ? $1.end - $1.start : 0) }
        var closed: [ClosedDays] = []
        var cuts: [Int: [(hours: Range<Int>, reason: String)]] = [:]
        for closure in closures {
            switch closure {
            case .days(let days, let reason):
                closed.append(ClosedDays(first: days.lowerBound.daysSinceEpoch, last: days.upperBound.daysSinceEpoch, reason: reason))
            case .hours(let date, let hours, let reason):
                cuts[date.daysSinceEpoch, default: []].append((hours, reason))
            }
        }
        closedDays = Self.disjoint(closed)
        var cutDays: [Int: [Tile]] = [:]
        for (day, cuts) in cuts {
            let weekday = LocalDate(daysSinceEpoch: day).weekday
            let open = windows.filter { $0.weekday == weekday }.map { $0.opensAt..<$0.closesAt }
            cutDays[day] = Self.tiles(open, cuts: cuts)
        }
        self.cutDays = cutDays
        cutDayNumbers = cutDays.keys.sorted()
    }

    /// The pieces of one day, from midnight to midnight.
    private static func tiles(_ windows: [Range<Int>], cuts: [(hours: Range<Int>, reason: String)]) -> [Tile] {
        let edges = ([0, 1440] + (windows + cuts.map(\.hours)).flatMap { [$0.lowerBound, $0.upperBound] }).filter {
            (0...1440).contains($0)
        }
        let sorted = Set(edges).sorted()
        return zip(sorted, sorted.dropFirst()).map { start, end in
            let isOpen = windows.contains { $0.contains(start) }
            let reason = isOpen ? cuts.first { $0.hours.contains(start) }?.reason : outsideHours
            return Tile(start: Int64(start) * .minute, end: Int64(end) * .minute, reason: reason)
        }
    }

    /// What each closure adds to those named before it, sorted.
    private static func disjoint(_ closures: [ClosedDays]) -> [ClosedDays] {
        var result: [ClosedDays] = []
        for closure in closures {
            var added: [ClosedDays] = []
            var day = closure.first
            for known in result where known.last >= closure.first && known.first <= closure.last {
                if day < known.first { added.append(ClosedDays(first: day, last: known.first - 1, reason: closure.reason)) }
                day = max(day, known.last + 1)
            }
            if day <= closure.last { added.append(ClosedDays(first: day, last: closure.last, reason: closure.reason)) }
            result = (result + added).sorted { $0.first < $1.first }
        }
        return result
    }
}
