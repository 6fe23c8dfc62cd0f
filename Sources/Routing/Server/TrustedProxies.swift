import Glibc
import HTTPTypes

/// The proxies whose `X-Forwarded-For` is believed. Anybody can send that field, so it counts only from these.
package struct TrustedProxies: Sendable {
    private var addresses: Set<[UInt8]>

    /// - Parameter addresses: numeric, IPv4 or IPv6; any other text trusts nobody. See ``isAddress(_:)``.
    package init(_ addresses: [String] = []) {
        self.addresses = Set(addresses.compactMap(Self.bytes))
    }

    /// These and others.
    func adding(_ others: [String]) -> TrustedProxies {
        var all = self
        all.addresses.formUnion(others.compactMap(Self.bytes))
        return all
    }

    package static func isAddress(_ text: String) -> Bool { bytes(text) != nil }

    /// The client's address: the last one named that isn't itself a trusted proxy. What stands before it is only the client's word.
    func client(of peer: String, _ headers: HTTPFields) -> String {
        guard !addresses.isEmpty, isTrusted(peer) else { return peer }
        var client = peer
        for entry in headers[values: .xForwardedFor].flatMap({ $0.split(separator: ",") }).reversed() {
            guard let address = Self.address(MediaType.trim(entry)) else { break }
            client = address
            if !isTrusted(address) { break }
        }
        return client
    }

    /// Whether it is one of them.
    func isTrusted(_ address: String) -> Bool { Self.bytes(address).map(addresses.contains) ?? false }

    /// Without the port some proxies add; nil for what is no address.
    private static func address(_ entry: Substring) -> String? {
        if bytes(String(entry)) != nil { return String(entry) }
        let bare = entry.hasPrefix("[") ? entry.dropFirst().prefix { $0 != "]" } : entry.prefix { $0 != ":" }
        return bytes(String(bare)).map { _ in String(bare) }
    }

    /// Sixteen bytes, IPv4 as the addresses IPv6 sets aside for it, so that both spellings of one host are the same.
    static func bytes(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
        guard inet_pton(AF_INET, text, &bytes) == 1 else { return nil }
        return ipv4Prefix + bytes.prefix(4)
    }

    static func isIPv4(_ bytes: [UInt8]) -> Bool { bytes.starts(with: ipv4Prefix) }

    private static let ipv4Prefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}

extension HTTPField.Name {
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
