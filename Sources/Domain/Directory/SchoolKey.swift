/// How a school can be named in a URL: by its id or by a natural key of the register.
package enum SchoolKey: Hashable, Sendable {
    case id(String)
    case urn(String)
    case ukprn(String)
    /// Seven digits; several schools can share one.
    case laEstab(String)

    /// Six digits, leading zeros kept.
    package static func urn(number: Int32) -> String { String(String(1_000_000 + number).dropFirst()) }

    /// nil when the text is none of them.
    package init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            guard ResourceType.school.isID(text) else { return nil }
            self = .id(text)
            return
        }
        var value = text[text.index(after: colon)...]
        let scheme = text[..<colon]
        if scheme == "laestab", value.utf8.count == 8, let slash = value.firstIndex(of: "/"), value[..<slash].utf8.count == 3 {
            value.remove(at: slash)
        }
        guard value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        switch (scheme, value.utf8.count) {
        case ("urn", 6): self = .urn(String(value))
        case ("ukprn", 8): self = .ukprn(String(value))
        case ("laestab", 7): self = .laEstab(String(value))
        default: return nil
        }
    }
}
