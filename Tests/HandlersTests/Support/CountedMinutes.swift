/// Working time counted minute by minute, from nothing but the days and hours written here: what the service's own arithmetic is held against.
///
/// Minutes are whole ones since 1970, UTC.
struct CountedMinutes {
    static let perDay = 1_440

    let first: Int
    /// How many working minutes there were before each minute from `first` on.
    private var before: [Int32] = [0]

    /// - Parameters:
    ///   - windows: for Monday to Sunday, in minutes of the local day.
    ///   - closed: days, counted from 1970, on which nobody works.
    init(days: Range<Int>, windows: [[Range<Int>]], closed: Set<Int>) {
        first = days.lowerBound * Self.perDay
        before.reserveCapacity(days.count * Self.perDay + 1)
        for minute in first..<days.upperBound * Self.perDay {
            let local = Self.local(minute)
            let day = local / Self.perDay
            let isOpen = !closed.contains(day) && windows[Self.weekday(day)].contains { $0.contains(local % Self.perDay) }
            before.append(before[before.count - 1] + (isOpen ? 1 : 0))
        }
    }

    func worked(from start: Int, to end: Int) -> Int { Int(before[end - first] - before[start - first]) }

    func isOpen(_ minute: Int) -> Bool { worked(from: minute, to: minute + 1) == 1 }

    /// The first minute by which so many minutes, more than none, were worked outside the pauses; nil where that never comes.
    func due(_ minutes: Int, from start: Int, pauses: [(from: Int, to: Int?)]) -> Int? {
        var left = minutes
        var position = start
        for pause in pauses + [(from: first + before.count - 1, to: nil)] {
            let end = max(position, pause.from)
            if worked(from: position, to: end) >= left { return minute(after: position, worked: left) }
            left -= worked(from: position, to: end)
            guard let next = pause.to else { return nil }
            position = max(position, next)
        }
        return nil
    }

    private func minute(after start: Int, worked minutes: Int) -> Int {
        let wanted = before[start - first] + Int32(minutes)
        var (low, high) = (start - first, before.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if before[middle] >= wanted { high = middle } else { low = middle + 1 }
        }
        return first + low
    }

    // MARK: The calendar, by hand

    /// Monday is 0.
    static func weekday(_ day: Int) -> Int { (day + 3) % 7 }

    /// The day of a date, counted from 1970.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let lengths = [31, year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let leapDays = (1970..<year).count { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) }
        return (year - 1970) * 365 + leapDays + lengths[..<(month - 1)].reduce(0, +) + day - 1
    }

    /// The same on the clock of the wall.
    static func local(_ minute: Int) -> Int { minute + (isSummerTime(minute) ? 60 : 0) }

    private static func isSummerTime(_ minute: Int) -> Bool { summers.contains { $0.contains(minute) } }

    /// From one o'clock UTC on the last Sunday of March to the same hour on the last Sunday of October, of the years of these tests.
    private static let summers = [2026, 2027].map { year in
        lastSunday(year, 3) * perDay + 60..<lastSunday(year, 10) * perDay + 60
    }

    private static func lastSunday(_ year: Int, _ month: Int) -> Int {
        let last = day(year, month, 31)
        return last - (weekday(last) + 1) % 7
    }
}
