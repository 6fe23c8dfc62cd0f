/// Path and query of a request, as sent.
struct RequestPath {
    let path: String
    /// Without the question mark.
    let queryText: Substring?

    /// nil for `*` and for CONNECT, which have neither.
    init?(_ target: String) {
        guard target != "*" else { return nil }
        if let mark = target.firstIndex(ofByte: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            queryText = target[target.utf8.index(after: mark)...]
        } else {
            path = target
            queryText = nil
        }
    }

    /// The path fit for a link: what must not stand in one is escaped.
    var reference: String {
        guard
            path.utf8.contains(where: {
                $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "\"")
            })
        else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentEncoding.decode($0.utf8).map(PercentEncoding.encode) ?? "" }
            .joined(separator: "/")
    }

    func match(_ router: Router) -> Router.Match {
        var path = path
        return path.withUTF8 { router.match($0) }
    }

    /// nil when it is malformed.
    func query() -> QueryString? {
        guard let queryText else { return QueryString() }
        return QueryString(queryText.utf8)
    }
}
