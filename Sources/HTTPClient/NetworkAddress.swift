import Glibc

/// An IPv4 or IPv6 address as sixteen bytes, IPv4 as `::ffff:…`, so that both spellings of one host are the same.
package struct NetworkAddress: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Numeric text, without brackets or zone.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
        } else if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes.prefix(4)
        } else {
            return nil
        }
    }

    private init(v4 bytes: some Collection<UInt8>) {
        self.bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
    }

    /// As `inet_ntop` writes it, IPv4 without the prefix.
    package var text: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let source = isIPv4 ? Array(bytes.suffix(4)) : bytes
        inet_ntop(isIPv4 ? AF_INET : AF_INET6, source, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    var isIPv4: Bool { bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) }

    /// The IPv4 address a translator would reach for this one: IPv4-compatible, NAT64 (RFC 6052), 6to4 (RFC 3056), ISATAP (RFC 5214).
    private var embedded: NetworkAddress? {
        if Self.nat64.contains(self) || Self.compatible.contains(self) { return NetworkAddress(v4: bytes.suffix(4)) }
        if Self.sixToFour.contains(self) { return NetworkAddress(v4: bytes[2..<6]) }
        if bytes[8] & 0xFC == 0, bytes[9] == 0, bytes[10] == 0x5E, bytes[11] == 0xFE { return NetworkAddress(v4: bytes.suffix(4)) }
        return nil
    }

    /// Why nothing is sent there unless the operator allows it, such as `loopback`; nil for an address of the public internet.
    package var refusal: String? {
        if let kind = Self.special.first(where: { $0.range.contains(self) })?.kind { return kind }
        if let embedded { return embedded.refusal }
        // Everything that is assigned on the public internet so far is in 2000::/3.
        return isIPv4 || Self.globalUnicast.contains(self) || Self.nat64.contains(self) ? nil : "reserved"
    }

    private static let nat64 = AddressRange("64:ff9b::/96")!
    private static let compatible = AddressRange("::/96")!
    private static let sixToFour = AddressRange("2002::/16")!
    private static let globalUnicast = AddressRange("2000::/3")!

    /// IANA's special-purpose address registries, as far as one can't or shouldn't send there.
    private static let special: [(range: AddressRange, kind: String)] = [
        ("0.0.0.0/8", "unspecified"), ("::/128", "unspecified"), ("127.0.0.0/8", "loopback"), ("::1/128", "loopback"),
        ("10.0.0.0/8", "private"), ("172.16.0.0/12", "private"), ("192.168.0.0/16", "private"), ("fc00::/7", "private"),
        ("fec0::/10", "private"), ("169.254.0.0/16", "link-local"), ("fe80::/10", "link-local"), ("100.64.0.0/10", "shared (CGNAT)"),
        ("224.0.0.0/4", "multicast"), ("ff00::/8", "multicast"), ("240.0.0.0/4", "reserved"), ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved"), ("198.51.100.0/24", "reserved"), ("203.0.113.0/24", "reserved"), ("198.18.0.0/15", "reserved"),
        ("192.88.99.0/24", "reserved"), ("64:ff9b:1::/48", "reserved"), ("100::/64", "reserved"), ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved"), ("3fff::/20", "reserved"), ("5f00::/16", "reserved"),
        // Each of these literals is one, as any test of an address shows.
    ].map { (AddressRange($0.0)!, $0.1) }
}

/// `10.1.0.0/16`, `fd00::/8`, or one address.
package struct AddressRange: Hashable, Sendable {
    private let base: NetworkAddress
    private let length: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let base = parts.first.flatMap({ NetworkAddress(String($0)) }), parts.count <= 2 else { return nil }
        let bits = base.isIPv4 && !text.contains(":") ? 32 : 128
        var length = bits
        if parts.count == 2 {
            guard parts[1].allSatisfy(\.isASCII), let given = Int(parts[1]), (0...bits).contains(given), !parts[1].hasPrefix("+") else {
                return nil
            }
            length = given
        }
        self.base = base
        self.length = length + 128 - bits
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        let whole = length / 8
        guard base.bytes.prefix(whole) == address.bytes.prefix(whole) else { return false }
        let rest = length % 8
        return rest == 0 || (base.bytes[whole] ^ address.bytes[whole]) >> (8 - UInt8(rest)) == 0
    }
}
