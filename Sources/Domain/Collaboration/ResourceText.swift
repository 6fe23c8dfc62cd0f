import Core

/// What a text file says, for the search.
package enum ResourceText {
    /// Of one file; the rest of a longer one is not searched.
    package static let maximumBytes = 1 << 20

    package static func isReadable(_ contentType: String) -> Bool {
        contentType.hasPrefix("text/") || contentType == "application/xhtml+xml"
    }

    /// Plain text: no markup where it is HTML, no control characters.
    package static func plain(_ bytes: [UInt8], contentType: String) -> String {
        let text = decoded(bytes)
        return withoutControls(contentType.hasSuffix("html") || contentType.hasSuffix("html+xml") ? withoutMarkup(text) : text)
    }

    /// UTF-8, whose last character may be cut off; UTF-16 with its mark; else Windows-1252.
    private static func decoded(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            let isLittle = bytes[0] == 0xFF
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
                let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
                return isLittle ? second << 8 | first : first << 8 | second
            }
            return String(decoding: units, as: UTF16.self)
        }
        for cut in 0...min(3, bytes.count) {
            if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
        }
        return bytes.withUnsafeBufferPointer { TextEncoding.windows1252.decode($0) }
    }

    private static func withoutControls(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    /// Elements are separated by spaces; scripts and styles say nothing to people.
    static func withoutMarkup(_ html: String) -> String {
        var plain = String.UnicodeScalarView()
        var rest = html.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "<":
                plain.append(" ")
                skipTag(&rest)
            case "&": plain.append(entity(&rest))
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    private static func skipTag(_ rest: inout Substring.UnicodeScalarView) {
        if rest.starts(with: "!--".unicodeScalars) { return skip(past: "-->", &rest) }
        let name = String(String.UnicodeScalarView(rest.prefix { $0.properties.isAlphabetic })).lowercased()
        skip(past: ">", &rest)
        if name == "script" || name == "style" {
            skip(past: "</" + name, &rest)
            skip(past: ">", &rest)
        }
    }

    private static func skip(past mark: String, _ rest: inout Substring.UnicodeScalarView) {
        let mark = Array(mark.unicodeScalars)
        while !rest.isEmpty {
            if rest.prefix(mark.count).elementsEqual(mark, by: { $0 == $1 || $0.properties.lowercaseMapping == String($1) }) {
                rest.removeFirst(mark.count)
                return
            }
            rest.removeFirst()
        }
    }

    private static let entities: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " "]

    /// What stands after `&`: one of the usual names or a number; else the sign itself.
    private static func entity(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar {
        guard let end = rest.prefix(10).firstIndex(of: ";") else { return "&" }
        let name = String(rest[..<end])
        let scalar: Unicode.Scalar? =
            if name.hasPrefix("#x") || name.hasPrefix("#X") {
                UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
            } else if name.hasPrefix("#") {
                UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
            } else {
                entities[name]
            }
        guard let scalar else { return "&" }
        rest = rest[rest.index(after: end)...]
        return scalar
    }
}
