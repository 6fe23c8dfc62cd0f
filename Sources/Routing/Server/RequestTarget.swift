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

    /// `host[:port]`, by its characters; the point is that it can be put into a URL or a log without harm.
    static func isAuthority(_ text: String, mayBeEmpty: Bool) -> Bool {
        if text.isEmpty { return mayBeEmpty }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
    }

    private static let malformed = TransportRefusal.malformedRequest(reason: "The request target is malformed.")

    private static func afterScheme(of target: String) -> Substring? {
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            return target.dropFirst(scheme.count)
        }
        return nil
    }
}
