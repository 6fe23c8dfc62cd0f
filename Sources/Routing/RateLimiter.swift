import HTTPTypes
import Synchronization

/// How many requests each token may send in a minute, counted from its first one (draft-ietf-httpapi-ratelimit-headers).
final class RateLimiter: Sendable {
    static let windowSeconds = 60

    /// What is left to a token.
    struct Share: Sendable {
        let limit: Int
        var remaining: Int
        /// Until all of it is there again.
        let seconds: Int
        /// Of the window it was taken from.
        let start: Int
        /// `RateLimit-Policy`, the same for everybody.
        fileprivate let policy: HTTPField

        /// Adds `RateLimit-Policy` and `RateLimit`.
        func apply(to headers: inout HTTPFields) {
            headers.append(policy)
            headers.append(HTTPField(name: .rateLimit, value: "\"default\";r=\(remaining);t=\(seconds)"))
        }
    }

    private struct Window {
        var start: Int
        var used: Int
        var givenBack = 0
    }

    private struct State {
        var windows: [String: Window] = [:]
        /// When windows that are over were last thrown away.
        var sweptAt = 0
    }

    private let limit: Int
    private let policy: HTTPField
    private let seconds: @Sendable () -> Int
    private let state: Mutex<State> = Mutex(State())

    /// - Parameters:
    ///   - limit: requests in a minute; nobody is limited by 0.
    ///   - seconds: a clock that never goes back.
    init(limit: Int, seconds: @escaping @Sendable () -> Int = { AttemptLimiter.monotonicSeconds() }) {
        self.limit = limit
        policy = HTTPField(name: .rateLimitPolicy, value: "\"default\";q=\(limit);w=\(Self.windowSeconds)")
        self.seconds = seconds
    }

    /// Counts a request. nil where nobody is limited.
    func take(_ principal: String) -> (share: Share, isAllowed: Bool)? {
        guard limit > 0 else { return nil }
        let now = seconds()
        return state.withLock { state in
            if now - state.sweptAt >= Self.windowSeconds {
                state.windows = state.windows.filter { now - $0.value.start < Self.windowSeconds }
                state.sweptAt = now
            }
            var window = state.windows[principal] ?? Window(start: now, used: 0)
            if now - window.start >= Self.windowSeconds { window = Window(start: now, used: 0) }
            let isAllowed = window.used < limit
            if isAllowed { window.used += 1 }
            state.windows[principal] = window
            let share = Share(
                limit: limit, remaining: limit - window.used, seconds: Self.windowSeconds - (now - window.start), start: window.start,
                policy: policy)
            return (share, isAllowed)
        }
    }

    /// Takes a request back that cost nothing; what is left then. To ask is not quite for nothing: it works ten times as often as the limit.
    func giveBack(_ share: Share, _ principal: String) -> Share {
        state.withLock { state in
            guard var window = state.windows[principal], window.start == share.start, window.used > 0, window.givenBack < limit * 10 else {
                return share
            }
            window.used -= 1
            window.givenBack += 1
            state.windows[principal] = window
            var share = share
            share.remaining += 1
            return share
        }
    }
}

extension HTTPField.Name {
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
    static let rateLimit = HTTPField.Name("RateLimit")!
}
