import Glibc
import Synchronization

/// Slows down whoever tries tokens: after too many unknown ones in a minute an address isn't even looked up until the minute is over.
///
/// Several honest clients may share that address behind a proxy, so tokens that have worked before go on working. Memory is bounded:
/// beyond `maximumAddresses` in one minute all further ones share one count.
final class AttemptLimiter: Sendable {
    static let maximumAddresses = 4_096
    static let maximumTokens = 4_096

    private struct State {
        var minute = 0
        var failures: [String: Int] = [:]
        /// Hashes, with this process's own seed.
        var knownTokens: Set<Int> = []
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

    /// Seconds to wait before this token may be tried; nil for now.
    func wait(_ address: String, token: String) -> Int? {
        let now = seconds()
        return state.withLock { state in
            Self.turn(&state, now)
            guard !state.failures.isEmpty, state.failures[Self.key(address, state), default: 0] >= limit else { return nil }
            return state.knownTokens.contains(token.hashValue) ? nil : 60 - now % 60
        }
    }

    func succeeded(token: String) {
        state.withLock { state in
            let hash = token.hashValue
            if state.knownTokens.contains(hash) { return }
            if state.knownTokens.count >= Self.maximumTokens { state.knownTokens.removeAll() }
            state.knownTokens.insert(hash)
        }
    }

    /// Counts an unknown token; seconds to wait when that was one too many.
    func failed(_ address: String) -> Int? {
        let now = seconds()
        return state.withLock { state in
            Self.turn(&state, now)
            let key = Self.key(address, state)
            state.failures[key, default: 0] += 1
            return state.failures[key, default: 0] > limit ? 60 - now % 60 : nil
        }
    }

    private static func turn(_ state: inout State, _ now: Int) {
        guard state.minute != now / 60 else { return }
        state.minute = now / 60
        state.failures.removeAll(keepingCapacity: true)
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
