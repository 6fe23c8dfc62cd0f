/// A moment in UTC with millisecond precision; on the wire and in the database `2026-11-23T20:00:00.000Z`.
///
/// The fixed width makes text order equal time order, so the same form serves JSON, SQL comparison and people with a shell.
/// Input (RFC 3339) may carry an offset and any number of fraction digits; more than three are cut off.
package struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    /// The years the wire form can hold: 0001 to 9999.
    package static let range = Instant(milliseconds: -62_135_596_800_000)...Instant(milliseconds: 253_402_300_799_999)

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
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
        let instant = Instant(milliseconds: (Int64(date.daysSinceEpoch) * 86_400 + ofDay - offset * 60) * 1000 + milliseconds)
        guard Self.range.contains(instant) else { return nil }
        self = instant
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    package func advanced(bySeconds seconds: Int64) -> Instant { Instant(milliseconds: milliseconds + seconds * 1000) }

    /// The day in UTC.
    package var utcDate: LocalDate {
        LocalDate(daysSinceEpoch: Int(milliseconds.flooredQuotient(by: 86_400_000)))
    }
}

extension Instant: CustomStringConvertible {
    package var description: String {
        let days = milliseconds.flooredQuotient(by: 86_400_000)
        let ofDay = Int(milliseconds - days * 86_400_000)
        let date = LocalDate(daysSinceEpoch: Int(days))
        return String(unsafeUninitializedCapacity: 24) { buffer in
            date.write(into: buffer)
            buffer[10] = UInt8(ascii: "T")
            buffer.writeDigits(ofDay / 3_600_000, at: 11, count: 2)
            buffer[13] = UInt8(ascii: ":")
            buffer.writeDigits(ofDay / 60_000 % 60, at: 14, count: 2)
            buffer[16] = UInt8(ascii: ":")
            buffer.writeDigits(ofDay / 1000 % 60, at: 17, count: 2)
            buffer[19] = UInt8(ascii: ".")
            buffer.writeDigits(ofDay % 1000, at: 20, count: 3)
            buffer[23] = UInt8(ascii: "Z")
            return 24
        }
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
