import HTTPTypes

/// The four forms of a request target (RFC 9112 §3.2), brought to authority and path.
enum RequestTarget {
    static func parse(
        _ target: String, method: HTTPRequest.Method, host: String?
    ) throws(TransportRefusal) -> (authority: String?, path: String?) {
        if method == .connect {
            guard isAuthority(target, mayBeEmpty: false) else { throw malformed }
            return (target, nil)
        }
        if target.utf8.first == UInt8(ascii: "/") { return (host, target) }
        if target == "*" {
            guard method == .options else { throw malformed }
            return (host, target)
        }
        guard let rest = afterScheme(of: target) else { throw malformed }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = String(rest[..<end])
        guard isAuthority(authority, mayBeEmpty: false) else { throw malformed }
        let path = String(rest[end...])
        // RFC 9112 §3.2.4: OPTIONS http://host asks about the server, not about its root.
        if path.isEmpty { return (authority, method == .options ? "*" : "/") }
        return (authority, path.hasPrefix("?") ? "/" + path : path)
    }

    /// `host[:port]`: a name of the characters that names and IPv4 addresses have, or an IPv6 address in brackets. Stricter than RFC 3986,
    /// whose names may hold nearly anything; the point is that it can be compared, logged and put into a URL without harm.
    static func isAuthority(_ text: String, mayBeEmpty: Bool) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first else { return mayBeEmpty }
        let end: String.Index
        if first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")), isIPv6(text[bytes.index(after: bytes.startIndex)..<bracket]) else {
                return false
            }
            end = bytes.index(after: bracket)
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard isName(bytes[..<end]) else { return false }
        }
        let port = bytes[end...]
        return port.isEmpty || (port.first == UInt8(ascii: ":") && isPort(port.dropFirst()))
    }

    /// Labels of letters, digits, hyphens and, since machines are called so, underscores; one dot may end them.
    private static func isName(_ bytes: Substring.UTF8View) -> Bool {
        var length = 0
        var label = 0
        for byte in bytes {
            length += 1
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                label += 1
                guard label <= 63 else { return false }
            case UInt8(ascii: ".") where label > 0: label = 0
            default: return false
            }
        }
        return (1...254).contains(length)
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        text.utf8.contains(UInt8(ascii: ":")) && TrustedProxies.isAddress(String(text))
    }

    /// Nothing after its colon is a port too (RFC 3986 §3.2.3).
    private static func isPort(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.count <= 5 else { return false }
        var port = 0
        for byte in bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
            port = port * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return port <= 65_535
    }

    private static let malformed = TransportRefusal.malformedRequest(reason: "The request target is malformed.")

    private static func afterScheme(of target: String) -> Substring? {
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            return target.dropFirst(scheme.count)
        }
        return nil
    }
}
