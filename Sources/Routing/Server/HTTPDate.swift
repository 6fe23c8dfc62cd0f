import Glibc
import Synchronization

/// Wall-clock times as the transport writes them. No Foundation: this runs with every answer.
enum HTTPDate {
    private static let cache = Mutex((second: -1, text: ""))

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, made once a second.
    static func now() -> String {
        let second = WallClock.seconds()
        return cache.withLock { cache in
            if cache.second != second { cache = (second, format(second)) }
            return cache.text
        }
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func format(_ second: Int) -> String {
        let time = WallClock.Parts(second)
        return "\(days[time.dayNumber % 7]), \(two(time.day)) \(months[time.month - 1]) \(time.year) "
            + "\(two(time.hour)):\(two(time.minute)):\(two(time.second)) GMT"
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

enum WallClock {
    struct Parts {
        let dayNumber: Int
        let year: Int
        let month: Int
        let day: Int
        let hour: Int
        let minute: Int
        let second: Int

        /// - Parameter second: since 1970-01-01T00:00:00Z; a clock that stands before reads as that.
        init(_ second: Int) {
            let second = max(second, 0)
            dayNumber = second / 86_400
            let rest = second % 86_400
            hour = rest / 3_600
            minute = rest / 60 % 60
            self.second = rest % 60
            // Counted from 1 March of year 0, so that the leap day comes last.
            let shifted = dayNumber + 719_468
            let era = shifted / 146_097
            let dayOfEra = shifted % 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shiftedMonth = (5 * dayOfYear + 2) / 153
            day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
            month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
            year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        }
    }

    static func seconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec
    }
}
