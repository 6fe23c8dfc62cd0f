import Core

extension Schema.Format {
    func accepts(_ text: String) -> Bool {
        switch self {
        case .date: LocalDate(text) != nil
        case .dateTime: Instant(text) != nil
        case .email: Self.isEmail(text)
        case .uri: Self.isURI(text)
        case .uuid: Self.isUUID(text)
        }
    }

    /// Completes “must be …”.
    var phrase: String {
        switch self {
        case .date: "a day that exists, as YYYY-MM-DD"
        case .dateTime: "an instant as in RFC 3339, such as 2026-11-23T20:00:00Z"
        case .email: "an e-mail address"
        case .uri: "an absolute URI"
        case .uuid: "a UUID"
        }
    }

    /// One @ with something sensible on both sides; whether it can receive mail only mail can tell.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), (1...255).contains(parts[1].count) else { return false }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
        return parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
        }
    }

    /// A scheme and something after it, in the characters RFC 3986 allows.
    private static func isURI(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < bytes.count, isLetter(bytes[0]) else {
            return false
        }
        guard bytes[..<colon].allSatisfy({ isLetterOrDigit($0) || "+-.".utf8.contains($0) }) else { return false }
        var index = colon + 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, isHex(bytes[index + 1]), isHex(bytes[index + 2]) else { return false }
                index += 2
            } else if !isLetterOrDigit(byte), !"-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte) {
                return false
            }
            index += 1
        }
        return true
    }

    private static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : isHex(byte)
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHex(_ byte: UInt8) -> Bool { PercentEncoding.hexValue(byte) != nil }
}
