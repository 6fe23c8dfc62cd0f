import Glibc

/// A URL that a request may be sent to: `https`, a host, no user, no fragment. Where the host is an address, one that is allowed.
package struct OutgoingTarget: Hashable, Sendable {
    /// As it is resolved and as the certificate must name it, without brackets.
    package let host: String
    package let port: Int
    /// With the query.
    package let path: String

    /// Throws ``OutgoingError/target(_:)``.
    package init(_ url: String, allowing allowed: [AddressRange] = []) throws {
        guard url.utf8.count <= 2_000, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Array("\"<>\\^`{|}".utf8).contains($0) }) else {
            throw OutgoingError.target("must be ASCII without spaces, of 2000 characters at most")
        }
        guard url.lowercased().hasPrefix("https://") else { throw OutgoingError.target("must begin with https://") }
        guard !url.contains("#") else { throw OutgoingError.target("must not have a fragment") }
        let rest = url.dropFirst(8)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw OutgoingError.target("must not name a user") }
        (host, port) = try Self.split(authority)
        let path = rest.dropFirst(authority.count)
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
        if let address = Self.numeric(host) { try Self.check(address, allowing: allowed) }
    }

    /// As the Host field has it.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + (port == 443 ? "" : ":\(port)") }

    /// Throws ``OutgoingError/target(_:)`` for an address nothing is sent to.
    static func check(_ address: NetworkAddress, allowing allowed: [AddressRange]) throws {
        guard let kind = address.refusal, !allowed.contains(where: { $0.contains(address) }) else { return }
        throw OutgoingError.target("leads to an address that is \(kind); whoever runs the service can allow it")
    }

    private static func split(_ authority: Substring) throws -> (host: String, port: Int) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw OutgoingError.target("must have a host") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard NetworkAddress(String(host)) != nil, host.contains(":"), after.isEmpty || after.hasPrefix(":") else {
                throw OutgoingError.target("must have a host")
            }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        let isName = host.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "-")...UInt8(ascii: ":") ~= $0
        }
        guard !host.isEmpty, host.utf8.count <= 253, isName, !host.contains("/") else { throw OutgoingError.target("must have a host") }
        guard let port else { return (host.lowercased(), 443) }
        guard let number = Int(port), (1...65_535).contains(number), port.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw OutgoingError.target("must have a port from 1 to 65535, or none")
        }
        return (host.lowercased(), number)
    }

    /// The address a host stands for without being looked up, in every spelling the resolver takes: `127.1` and `0x7f000001` as well.
    private static func numeric(_ host: String) -> NetworkAddress? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        return (try? NameResolver.addresses(of: host, hints))?.first
    }
}

/// Why a request came to nothing. The description is a sentence part that may be shown to whoever asked for the request.
package enum OutgoingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing is sent there.
    case target(String)
    case unresolved
    case unreachable(String)
    case timedOut(String)
    case tls(String)
    /// What came back is no answer.
    case protocolViolation(String)

    package var description: String {
        switch self {
        case .target(let reason): "the URL \(reason)"
        case .unresolved: "the host name leads to no address"
        case .unreachable(let reason): "no connection: \(reason)"
        case .timedOut(let phase): "timed out \(phase)"
        case .tls(let reason): reason
        case .protocolViolation(let reason): reason
        }
    }
}
