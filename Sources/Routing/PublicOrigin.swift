/// Where the service is reached, as whoever runs it says: `https://partnership.example.org`. With it nothing that is sent on, neither a link nor
/// the type of a problem, is made of what a client calls the service (`Host`).
package struct PublicOrigin: Hashable, Sendable {
    /// Scheme, host and port where it isn't the scheme's; no slash at the end.
    package let text: String

    /// nil for what isn't an origin: without a scheme of the web, with a path, a user or anything else.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), ["http", "https"].contains(text[..<mark.lowerBound].lowercased()) else { return nil }
        let authority = text[mark.upperBound...]
        guard authority.utf8.count <= 255, RequestTarget.isAuthority(String(authority), mayBeEmpty: false) else { return nil }
        let (host, port) = Self.parts(of: authority)
        guard Self.isHost(host), port.map({ Int($0).map((1...65_535).contains) ?? false }) ?? true else { return nil }
        self.text = text.lowercased()
    }

    /// The port is what follows the last colon outside brackets.
    private static func parts(of authority: Substring) -> (host: Substring, port: Substring?) {
        let start = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[start...].lastIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return address.contains(":") && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }
    }
}

extension PublicOrigin? {
    /// Where the caller reaches the service: as whoever runs it says, else as the request does; empty where that isn't fit to be repeated.
    ///
    /// Of a request always https: a problem's type is a name first, and a proxy in front speaks TLS even where this process doesn't.
    func origin(of authority: String?) -> String {
        if let self { return self.text }
        guard let authority, authority.utf8.count <= 255, RequestTarget.isAuthority(authority, mayBeEmpty: false) else { return "" }
        return "https://" + authority
    }
}
