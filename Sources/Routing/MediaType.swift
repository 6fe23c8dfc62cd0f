/// A media type as `Content-Type` names it.
package struct MediaType: Hashable {
    /// `application/json`, lower case.
    var essence: String
    /// Names in lower case, values unquoted.
    var parameters: [String: String]

    /// nil for text that is none.
    init?(_ text: some StringProtocol) {
        let parts = Self.split(text, at: ";")
        guard let essence = Self.essence(parts.first ?? "") else { return nil }
        self.essence = essence
        parameters = [:]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = Self.trim(part[..<equals]).lowercased()
            parameters[name] = Self.unquote(Self.trim(part[part.index(after: equals)...]))
        }
    }

    /// The type a field names, without parameters; nil for text that is none.
    package static func essence(of field: String) -> String? { MediaType(field)?.essence }

    /// Bodies are UTF-8 whatever is said; anything else said is refused.
    var isUTF8: Bool { parameters["charset"].map { $0.lowercased() == "utf-8" || $0.lowercased() == "utf8" } ?? true }

    /// In the contract: the body may be of any type.
    static let any = "*/*"

    /// Whether it names what a file is, not how one or several are wrapped; `*` is no type.
    var isOfFile: Bool {
        !essence.contains("*") && !essence.hasPrefix("multipart/") && essence != "application/x-www-form-urlencoded"
    }

    private static func essence(_ text: Substring) -> String? {
        let halves = trim(text).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy(isToken) else { return nil }
        return (halves[0] + "/" + halves[1]).lowercased()
    }

    static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// Splits outside of quotes.
    static func split(_ text: some StringProtocol, at separator: Unicode.Scalar) -> [Substring] {
        let text = Substring(text)
        let scalars = text.unicodeScalars
        var parts: [Substring] = []
        var start = scalars.startIndex
        var index = start
        var isQuoted = false
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if isQuoted, scalar == "\\" {
                scalars.formIndex(after: &index)
                if index == scalars.endIndex { break }
            } else if scalar == "\"" {
                isQuoted.toggle()
            } else if scalar == separator, !isQuoted {
                parts.append(text[start..<index])
                start = scalars.index(after: index)
            }
            scalars.formIndex(after: &index)
        }
        parts.append(text[start...])
        return parts
    }

    static func trim(_ text: Substring) -> Substring {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = scalars.lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return "" }
        return text[first...last]
    }

    static func unquote(_ text: Substring) -> String {
        guard text.utf8.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        var result = String.UnicodeScalarView()
        var escaped = false
        for scalar in text.dropFirst().dropLast().unicodeScalars {
            if !escaped, scalar == "\\" {
                escaped = true
            } else {
                result.append(scalar)
                escaped = false
            }
        }
        return String(result)
    }
}

/// Content negotiation by `Accept` (RFC 9110 §12.5.1).
enum Accept {
    /// The offered type the client likes best; among equals the first offered. nil when it accepts none.
    /// - Parameter offered: essences, lower case, not empty.
    static func choose(_ offered: [String], header: String?) -> String? {
        guard let header, header != "*/*" else { return offered[0] }
        let ranges = MediaType.split(header, at: ",").compactMap(Range.init)
        // Nothing understandable is no wish at all.
        guard !ranges.isEmpty else { return offered[0] }
        var best: (type: String, weight: Int)?
        for type in offered {
            let weight = weight(of: type, ranges)
            if weight > best?.weight ?? 0 { best = (type, weight) }
        }
        return best?.type
    }

    private struct Range {
        var essence: String
        /// 0 to 1000.
        var weight: Int

        init?(_ text: Substring) {
            guard let type = MediaType(text) else { return nil }
            essence = type.essence
            weight = type.parameters["q"].map { QualityValue.parse($0) ?? 0 } ?? 1000
        }
    }

    /// The most specific range that matches decides.
    private static func weight(of type: String, _ ranges: [Range]) -> Int {
        let family = type.prefix { $0 != "/" } + "/*"
        for pattern in [type, String(family), "*/*"] {
            if let range = ranges.last(where: { $0.essence == pattern }) { return range.weight }
        }
        return 0
    }
}

/// `q=` of the fields that negotiate (RFC 9110 §12.4.2).
enum QualityValue {
    /// 0 to 1000; nil for what isn't `0`, `1` or one of these with up to three decimals, such as `nan`, `1e9` or `-0`.
    static func parse(_ text: some StringProtocol) -> Int? {
        var bytes = text.utf8[...]
        guard let first = bytes.popFirst(), first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        if let point = bytes.popFirst(), point != UInt8(ascii: ".") { return nil }
        guard bytes.count <= 3 else { return nil }
        var value = first == UInt8(ascii: "1") ? 1000 : 0
        var place = 100
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value += Int(byte - UInt8(ascii: "0")) * place
            place /= 10
        }
        return value <= 1000 ? value : nil
    }
}
