package import Core

/// Which days of an academic year a school has its pupils in, its staff in, its office open: its calendar, asked once.
package struct OpenDays: Hashable, Sendable {
    package let year: ClosedRange<LocalDate>
    private let first: Int
    /// One element for each day of the year, a bit for each kind of day.
    private let kinds: [UInt8]

    package init(_ calendar: SchoolCalendar, year: ClosedRange<LocalDate>) {
        self.year = year
        first = year.lowerBound.daysSinceEpoch
        kinds = calendar.days(year).map { day in
            DayCount.allCases.reduce(0) { $0 | ($1.includes(day) ? $1.bit : 0) }
        }
    }

    private init(year: ClosedRange<LocalDate>, kinds: [UInt8]) {
        self.year = year
        first = year.lowerBound.daysSinceEpoch
        self.kinds = kinds
    }

    /// Nothing outside the year is open.
    package func isOpen(_ kind: DayCount, on day: LocalDate) -> Bool {
        let index = day.daysSinceEpoch - first
        return kinds.indices.contains(index) && kinds[index] & kind.bit != 0
    }

    /// The days of this kind in a range, in order.
    package func days(_ kind: DayCount, in range: ClosedRange<LocalDate>) -> [LocalDate] {
        let low = max(range.lowerBound.daysSinceEpoch - first, 0)
        let high = min(range.upperBound.daysSinceEpoch - first, kinds.count - 1)
        guard low <= high else { return [] }
        return (low...high).filter { kinds[$0] & kind.bit != 0 }.map { LocalDate(daysSinceEpoch: first + $0) }
    }

    /// Days that are open at both schools; the two are of the same year.
    package func intersection(_ other: OpenDays) -> OpenDays {
        OpenDays(year: year, kinds: zip(kinds, other.kinds).map { $0 & $1 })
    }
}

extension DayCount {
    fileprivate var bit: UInt8 {
        switch self {
        case .pupilsIn: 1
        case .staffIn: 2
        case .officeOpen: 4
        }
    }
}
