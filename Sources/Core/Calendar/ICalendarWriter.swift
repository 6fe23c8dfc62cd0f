/// Lines of an iCalendar object (RFC 5545, section 3.1): each ends with CRLF and is folded at 75 octets, never within a character.
package struct ICalendarWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// One property whose value is no text: a date, a number, a name. `name` may carry parameters: `DTSTART;VALUE=DATE`.
    package mutating func property(_ name: String, _ value: String) {
        line("\(name):\(value)")
    }

    /// One property of text, escaped (section 3.3.11). Control characters are left out: no line may have any.
    package mutating func text(_ name: String, _ value: String) {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case ";": escaped += "\\;"
            case ",": escaped += "\\,"
            case "\n": escaped += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: break
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        line("\(name):\(escaped)")
    }

    private static let width = 75

    private mutating func line(_ text: String) {
        var used = 0
        for scalar in text.unicodeScalars {
            let encoded = UTF8.encode(scalar).map(Array.init) ?? []
            if used + encoded.count > Self.width {
                bytes += [0x0D, 0x0A, 0x20]
                // The space belongs to the line.
                used = 1
            }
            bytes += encoded
            used += encoded.count
        }
        bytes += [0x0D, 0x0A]
    }
}
