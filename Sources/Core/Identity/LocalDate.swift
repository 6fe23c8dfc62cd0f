/// A calendar day without time or zone, `YYYY-MM-DD`, in the proleptic Gregorian calendar, years 0001 to 9999.
///
/// There is no other day: what reckoning would take beyond ``earliest`` or ``latest`` stays there, so every day can be written down.
package struct LocalDate: Hashable, Comparable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// `nil` when the day doesn't exist.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day) else {
            return nil
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Parses exactly `YYYY-MM-DD`.
    package init?(_ text: some StringProtocol) {
        var scanner = DigitScanner(text.utf8)
        guard let year = scanner.digits(4), scanner.take(UInt8(ascii: "-")), let month = scanner.digits(2), scanner.take(UInt8(ascii: "-")),
            let day = scanner.digits(2), scanner.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Days since 1970-01-01, negative before.
    package var daysSinceEpoch: Int {
        // Years counted from March, so that the leap day comes last.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The nearest there is: ``earliest`` or ``latest`` for numbers beyond them.
    package init(daysSinceEpoch: Int) {
        let shifted = min(max(daysSinceEpoch, Self.numbers.lowerBound), Self.numbers.upperBound) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package static func < (left: LocalDate, right: LocalDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// Days since 1970-01-01 of the first and the last day there is.
    private static let numbers = -719_162...2_932_896
    /// The first and the last day that can be written as `YYYY-MM-DD`.
    package static let earliest = LocalDate(daysSinceEpoch: numbers.lowerBound)
    package static let latest = LocalDate(daysSinceEpoch: numbers.upperBound)

    package static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    func write(into buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        buffer.writeDigits(year, at: offset, count: 4)
        buffer[offset + 4] = UInt8(ascii: "-")
        buffer.writeDigits(month, at: offset + 5, count: 2)
        buffer[offset + 7] = UInt8(ascii: "-")
        buffer.writeDigits(day, at: offset + 8, count: 2)
    }
}

extension LocalDate: CustomStringConvertible {
    package var description: String {
        String(unsafeUninitializedCapacity: 10) { buffer in
            write(into: buffer, at: 0)
            return 10
        }
    }
}

extension LocalDate: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let date = LocalDate(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a date as YYYY-MM-DD")
        }
        self = date
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension LocalDate {
    /// Days later, or earlier for a negative number; no further than ``earliest`` and ``latest``.
    package func adding(days: Int) -> LocalDate { LocalDate(daysSinceEpoch: daysSinceEpoch.addingSaturating(days)) }

    /// The same day of a later month, or of an earlier one; the last of the month where that has no such day. No further than ``earliest``
    /// and ``latest``.
    package func adding(months: Int) -> LocalDate {
        let count = (year * 12 + month - 1).addingSaturating(months)
        let (year, month) = (count / 12, count % 12 + 1)
        // Before the year 1 the remainder may be negative, and there is no such month.
        guard (1...9999).contains(year) else { return months < 0 ? .earliest : .latest }
        return LocalDate(year: year, month: month, day: min(day, Self.days(inMonth: month, of: year))) ?? self
    }
}

extension ClosedRange<LocalDate> {
    /// From a day to another, or only the first where the other lies before it: days that are stored, or were worked out, make a range
    /// whatever they are.
    package init(_ first: LocalDate, to last: LocalDate) { self = first...Swift.max(first, last) }
}
