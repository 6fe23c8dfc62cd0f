/// A moment in UTC with millisecond precision; on the wire and in the database `2026-11-23T20:00:00.000Z`.
///
/// The fixed width makes text order equal time order, so the same form serves JSON, SQL comparison and people with a shell.
/// Input (RFC 3339) may carry an offset and any number of fraction digits; more than three are cut off.
/// There is no moment outside the years 0001 to 9999: what reckoning would take beyond them stays at their ends, so every one can be
/// written down.
package struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    /// The years the wire form can hold: 0001 to 9999.
    package static let range = Instant(milliseconds: numbers.lowerBound)...Instant(milliseconds: numbers.upperBound)
    private static let numbers: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// The nearest there is: an end of ``range`` for numbers beyond it.
    package init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.numbers.lowerBound), Self.numbers.upperBound)
    }

    /// Parses RFC 3339; `nil` when it isn't (also for a day that doesn't exist, or outside years 0001–9999).
    package init?(_ text: some StringProtocol) {
        var scanner = DigitScanner(text.utf8)
        guard let year = scanner.digits(4), scanner.take(UInt8(ascii: "-")), let month = scanner.digits(2), scanner.take(UInt8(ascii: "-")),
            let day = scanner.digits(2), let date = LocalDate(year: year, month: month, day: day),
            scanner.takeAny(of: "Tt"), let hour = scanner.digits(2), hour < 24, scanner.take(UInt8(ascii: ":")),
            let minute = scanner.digits(2), minute < 60, scanner.take(UInt8(ascii: ":")), let second = scanner.digits(2), second <= 60
        else { return nil }
        var milliseconds: Int64 = 0
        if scanner.take(UInt8(ascii: ".")) {
            guard let fraction = scanner.fraction() else { return nil }
            milliseconds = fraction
        }
        var offset: Int64 = 0
        if !scanner.takeAny(of: "Zz") {
            guard let sign = scanner.sign(), let hours = scanner.digits(2), hours < 24, scanner.take(UInt8(ascii: ":")),
                let minutes = scanner.digits(2), minutes < 60
            else { return nil }
            offset = sign * Int64(hours * 60 + minutes)
        }
        guard scanner.isAtEnd else { return nil }
        // A leap second counts as the last second of its minute.
        let ofDay = Int64(hour * 3600 + minute * 60 + min(second, 59))
        let number = (Int64(date.daysSinceEpoch) * 86_400 + ofDay - offset * 60) * 1000 + milliseconds
        guard Self.numbers.contains(number) else { return nil }
        self.milliseconds = number
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// Later, or earlier for a negative number; no further than the ends of ``range``.
    package func advanced(bySeconds seconds: Int64) -> Instant { advanced(byMilliseconds: seconds.multipliedSaturating(by: 1000)) }

    /// The same by milliseconds.
    package func advanced(byMilliseconds count: Int64) -> Instant { Instant(milliseconds: milliseconds.addingSaturating(count)) }

    /// The day in UTC.
    package var utcDate: LocalDate {
        LocalDate(daysSinceEpoch: Int(milliseconds.flooredQuotient(by: 86_400_000)))
    }
}

extension Instant: CustomStringConvertible {
    package var description: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            write(into: buffer, at: 0)
            return 24
        }
    }

    /// Writes the 24 characters of the wire form. Makes no memory.
    package func write(into buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        let days = milliseconds.flooredQuotient(by: 86_400_000)
        let ofDay = Int(milliseconds - days * 86_400_000)
        LocalDate(daysSinceEpoch: Int(days)).write(into: buffer, at: offset)
        buffer[offset + 10] = UInt8(ascii: "T")
        buffer.writeDigits(ofDay / 3_600_000, at: offset + 11, count: 2)
        buffer[offset + 13] = UInt8(ascii: ":")
        buffer.writeDigits(ofDay / 60_000 % 60, at: offset + 14, count: 2)
        buffer[offset + 16] = UInt8(ascii: ":")
        buffer.writeDigits(ofDay / 1000 % 60, at: offset + 17, count: 2)
        buffer[offset + 19] = UInt8(ascii: ".")
        buffer.writeDigits(ofDay % 1000, at: offset + 20, count: 3)
        buffer[offset + 23] = UInt8(ascii: "Z")
    }
}

extension Instant: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Instant(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 instant")
        }
        self = instant
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
