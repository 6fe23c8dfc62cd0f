package import Core

/// The days of the week, Monday first as in ISO 8601.
package enum Weekday: String, Codable, CaseIterable, Sendable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// Of a day counted from 1970-01-01, which was a Thursday; 0 is Monday.
    static func index(daysSinceEpoch: Int) -> Int {
        let index = (daysSinceEpoch + 3) % 7
        return index < 0 ? index + 7 : index
    }

    package var isWeekend: Bool { self == .saturday || self == .sunday }
}

extension LocalDate {
    package var weekday: Weekday { Weekday.allCases[Weekday.index(daysSinceEpoch: daysSinceEpoch)] }
}
