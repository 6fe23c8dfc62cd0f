import Core
import Glibc
import Synchronization

/// Wall-clock times as the transport writes them. No Foundation: this runs with every answer.
enum HTTPDate {
    private static let cache = Mutex((second: -1, text: ""))

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, made once a second.
    static func now() -> String {
        let second = seconds()
        return cache.withLock { cache in
            if cache.second != second { cache = (second, format(second)) }
            return cache.text
        }
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter second: since 1970-01-01T00:00:00Z, not negative.
    static func format(_ second: Int) -> String {
        let (day, rest) = second.quotientAndRemainder(dividingBy: 86_400)
        let date = LocalDate(daysSinceEpoch: day)
        return "\(days[day % 7]), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
            + "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func seconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return max(time.tv_sec, 0)
    }
}
