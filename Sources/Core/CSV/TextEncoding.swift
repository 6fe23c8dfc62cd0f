/// How a text file spells its characters: the two ways tables of figures come in.
package enum TextEncoding: String, Hashable, Sendable {
    case utf8 = "UTF-8"
    case windows1252 = "Windows-1252"

    package func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        // What both spell the same is most of every file.
        guard self == .windows1252, bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Self.scalar(windows1252: byte)) }
        return String(scalars)
    }

    /// The characters of 80 to 9F; U+FFFD where Windows-1252 has none. All other bytes are the scalar of the same number.
    private static let upper: [Unicode.Scalar] = [
        "\u{20AC}", "\u{FFFD}", "\u{201A}", "\u{0192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}", "\u{02C6}", "\u{2030}", "\u{0160}",
        "\u{2039}", "\u{0152}", "\u{FFFD}", "\u{017D}", "\u{FFFD}", "\u{FFFD}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}",
        "\u{2013}", "\u{2014}", "\u{02DC}", "\u{2122}", "\u{0161}", "\u{203A}", "\u{0153}", "\u{FFFD}", "\u{017E}", "\u{0178}",
    ]

    private static func scalar(windows1252 byte: UInt8) -> Unicode.Scalar {
        (0x80...0x9F).contains(byte) ? upper[Int(byte) - 0x80] : Unicode.Scalar(byte)
    }

    static func isDefinedInWindows1252(_ byte: UInt8) -> Bool { scalar(windows1252: byte) != "\u{FFFD}" }
}

/// Tells UTF-8 from Windows-1252 by looking at all bytes of a file once, and refuses what is neither.
///
/// Whatever is valid UTF-8 is UTF-8: text in Windows-1252 with any letter beyond ASCII practically never is. Plain ASCII counts as UTF-8.
package struct TextEncodingDetector: Sendable {
    private var line = 1
    private var offset = 0
    private var mark: [UInt8] = []
    /// Where the file stops being UTF-8; nil as long as it doesn't.
    private var lineNotUTF8: Int?
    /// The first byte Windows-1252 has no character for.
    private var undefined: (line: Int, byte: UInt8)?
    private var sequence = UTF8Sequence()

    package init() {}

    /// Looks at the next piece. Throws ``CSVFault`` for what can be neither: UTF-16, or a byte of 0.
    package mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>) throws(CSVFault) {
        if mark.count < 3 {
            mark += chunk.prefix(3 - mark.count)
            if mark.starts(with: [0xFF, 0xFE]) || mark.starts(with: [0xFE, 0xFF]) {
                throw CSVFault(line: 1, field: nil, reason: "is UTF-16; save it as CSV UTF-8")
            }
        }
        var index = 0
        while index < chunk.count {
            // Runs of ASCII, most of every file, are passed over eight bytes at a time.
            if !sequence.isOpen, index + 8 <= chunk.count {
                let word = UnsafeRawPointer(chunk.baseAddress! + index).loadUnaligned(as: UInt64.self)
                if Self.isASCIIWithoutNULOrLineFeed(word) {
                    index += 8
                    continue
                }
            }
            try take(chunk[index])
            index += 1
        }
    }

    /// The encoding of the whole file. Throws ``CSVFault`` when it is in neither.
    package func finish() throws(CSVFault) -> TextEncoding {
        let lineNotUTF8 = lineNotUTF8 ?? (sequence.isOpen ? line : nil)
        guard let lineNotUTF8 else { return .utf8 }
        if mark == [0xEF, 0xBB, 0xBF] {
            throw CSVFault(line: lineNotUTF8, field: nil, reason: "isn't UTF-8, although the file's first bytes say that it is")
        }
        if let undefined {
            let hex = String(undefined.byte, radix: 16, uppercase: true)
            throw CSVFault(line: undefined.line, field: nil, reason: "has the byte \(hex): neither UTF-8 nor Windows-1252")
        }
        return .windows1252
    }

    private mutating func take(_ byte: UInt8) throws(CSVFault) {
        if byte == 0 { throw CSVFault(line: line, field: nil, reason: "has a byte of 0: not text") }
        if !sequence.take(byte) {
            lineNotUTF8 = lineNotUTF8 ?? line
            // The byte may begin a sequence; what comes before it is already known not to be one.
            sequence = UTF8Sequence()
            _ = sequence.take(byte)
        }
        if byte >= 0x80, undefined == nil, !TextEncoding.isDefinedInWindows1252(byte) { undefined = (line, byte) }
        if byte == UInt8(ascii: "\n") { line += 1 }
    }

    private static func isASCIIWithoutNULOrLineFeed(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let lineFeeds = word ^ (ones &* 0x0A)
        // The classic test for a zero byte; exact, because no byte of `word` has its high bit set.
        return (word | ((word &- ones) & ~word) | ((lineFeeds &- ones) & ~lineFeeds)) & highs == 0
    }
}

/// One character of UTF-8 in progress, by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
private struct UTF8Sequence: Sendable {
    private var missing = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    var isOpen: Bool { missing > 0 }

    /// false when the byte can't stand here.
    mutating func take(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard allowed.contains(byte) else { return false }
            missing -= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case ..<0x80: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
        case 0xED: (missing, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
