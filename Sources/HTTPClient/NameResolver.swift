import Dispatch
import Glibc

/// Host names to addresses by the system's resolver, in its order of preference.
package enum NameResolver {
    package typealias Resolve = @Sendable (_ host: String) async throws -> [NetworkAddress]

    /// On a thread that may block. Throws ``OutgoingError/unresolved``.
    package static let system: Resolve = { host in
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                var hints = addrinfo()
                hints.ai_flags = AI_ADDRCONFIG
                hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
                continuation.resume(with: Result { try addresses(of: host, hints) })
            }
        }
    }

    static func addresses(of host: String, _ hints: addrinfo) throws -> [NetworkAddress] {
        var hints = hints
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { throw OutgoingError.unresolved }
        defer { freeaddrinfo(first) }
        var addresses: [NetworkAddress] = []
        var next = first
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if let address = NetworkAddress(String(name.prefix { $0 != "%" })) { addresses.append(address) }
            }
            next = entry.ai_next
        }
        return addresses
    }
}
