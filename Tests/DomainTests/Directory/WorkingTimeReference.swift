import Core
import Domain
import Foundation

/// The same numbers on every run and machine (SplitMix64, Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Working time as slowly and obviously as can be: every minute is asked by itself what the clock on the wall reads.
struct WorkingTimeReference {
    var windows: [WorkingTime.Window]
    var closures: [WorkingTime.Closure]
    var timeZone: TimeZone

    func isOpen(_ instant: Instant) -> Bool {
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
        let local = instant.advanced(bySeconds: Int64(offset))
        let date = local.utcDate
        let minute = Int((local.milliseconds - Int64(date.daysSinceEpoch) * 86_400_000) / 60_000)
        let isInWindow = windows.contains { $0.weekday == date.weekday && $0.opensAt <= minute && minute < $0.closesAt }
        return isInWindow
            && !closures.contains { closure in
                switch closure {
                case .days(let days, _): days.contains(date)
                case .hours(let day, let hours, _): day == date && hours.contains(minute)
                }
            }
    }

    func count(from start: Instant, to end: Instant) -> Int {
        var count = 0
        var minute = start
        while minute < end {
            if isOpen(minute) { count += 1 }
            minute = minute.advanced(bySeconds: 60)
        }
        return count
    }

    /// nil when `limit` minutes don't suffice.
    func add(_ minutes: Int, to start: Instant, limit: Int) -> Instant? {
        var minute = start
        var left = minutes
        for _ in 0..<limit {
            if left == 0, minutes > 0 { return minute }
            if isOpen(minute) {
                if minutes == 0 { return minute }
                left -= 1
            }
            minute = minute.advanced(bySeconds: 60)
        }
        return nil
    }
}

/// A calendar somebody might have, and some that nobody would.
struct RandomCalendar {
    var reference: WorkingTimeReference
    var time: WorkingTime

    init(_ generator: inout SeededGenerator, around day: LocalDate, zone: String) {
        var windows: [WorkingTime.Window] = []
        for weekday in Weekday.allCases where Bool.random(using: &generator) {
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let edges = [Int.random(in: 0...1440, using: &generator), Int.random(in: 0...1440, using: &generator)].sorted()
                if let window = WorkingTime.Window(weekday, from: edges[0], to: edges[1]) { windows.append(window) }
            }
        }
        // One window at least, and often one over the hours in which clocks change.
        windows.append(WorkingTime.Window(.sunday, from: Int.random(in: 0...100, using: &generator), to: 240)!)
        var closures: [WorkingTime.Closure] = []
        for number in 0..<Int.random(in: 0...8, using: &generator) {
            let first = day.adding(days: Int.random(in: -20...20, using: &generator))
            if Bool.random(using: &generator) {
                let last = first.adding(days: Int.random(in: 0...9, using: &generator))
                closures.append(.days(first...last, reason: "closed: \(number)"))
            } else {
                let opens = Int.random(in: 0..<1440, using: &generator)
                closures.append(.hours(first, opens..<Int.random(in: opens...1440, using: &generator), reason: "closed: \(number)"))
            }
        }
        reference = WorkingTimeReference(windows: windows, closures: closures, timeZone: TimeZone(identifier: zone)!)
        time = WorkingTime(windows: windows, closures: closures, zone: ZoneOffsets.named(zone)!)
    }
}
