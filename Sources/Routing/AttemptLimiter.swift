import Glibc
import Synchronization

/// Slows down whoever guesses tokens: after too many unknown ones in a minute an address gets no other answer than to wait.
///
/// Only unknown ones count. Many honest clients may share an address behind a proxy, and whoever has a good token is let in however many
/// bad ones come from beside it: looking one up is a point read, so there is nothing to save by not doing it. Memory is bounded: beyond
/// `maximumAddresses` in one minute all further ones share one count.
final class AttemptLimiter: Sendable {
    static let maximumAddresses = 4_096

    private struct State {
        var minute = 0
        var failures: [String: Int] = [:]
    }

    private let limit: Int
    private let seconds: @Sendable () -> Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: failures an address has in a minute.
    ///   - seconds: a clock that never goes back.
    init(limit: Int, seconds: @escaping @Sendable () -> Int = { AttemptLimiter.monotonicSeconds() }) {
        self.limit = limit
        self.seconds = seconds
    }

    /// Counts an unknown token; seconds to wait when that was one too many.
    func failed(_ address: String) -> Int? {
        let now = seconds()
        return state.withLock { state in
            if state.minute != now / 60 {
                state.minute = now / 60
                state.failures.removeAll(keepingCapacity: true)
            }
            let key = Self.key(address, state)
            state.failures[key, default: 0] += 1
            return state.failures[key, default: 0] > limit ? 60 - now % 60 : nil
        }
    }

    private static func key(_ address: String, _ state: State) -> String {
        let network = network(of: address)
        return state.failures.count < maximumAddresses || state.failures[network] != nil ? network : "*"
    }

    /// An IPv6 host has a whole /64 to itself, so that is what counts as one address.
    static func network(of address: String) -> String {
        guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        return withUnsafeBytes(of: bytes) { raw in
            let isMapped = raw.prefix(10).allSatisfy { $0 == 0 } && raw[10] == 0xFF && raw[11] == 0xFF
            return isMapped
                ? raw.suffix(4).map(String.init).joined(separator: ".")
                : raw.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
        }
    }

    static func monotonicSeconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}
