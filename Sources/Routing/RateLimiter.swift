import HTTPTypes
import Synchronization

/// How many requests each account may send in a minute, counted from its first one (draft-ietf-httpapi-ratelimit-headers). One that takes more than
/// usual counts as several; what that is beyond the minute's number is owed from the next ones.
final class RateLimiter: Sendable {
    static let windowSeconds = 60
    /// Minutes' numbers that are owed at most.
    private static let mostOwed = 10

    /// What is left to an account.
    struct Share: Sendable {
        let limit: Int
        var remaining: Int
        /// Until all of it is there again, or any of it when more is owed.
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
    ///   - limit: requests in a minute, a thousand million at most; nobody is limited by 0.
    ///   - seconds: a clock that never goes back.
    init(limit: Int, seconds: @escaping @Sendable () -> Int = { AttemptLimiter.monotonicSeconds() }) {
        // What is owed is a multiple of it, and has to be a number.
        let limit = min(limit, 1_000_000_000)
        self.limit = limit
        policy = HTTPField(name: .rateLimitPolicy, value: "\"default\";q=\(limit);w=\(Self.windowSeconds)")
        self.seconds = seconds
    }

    /// Counts a request. nil where nobody is limited.
    func take(_ account: String) -> (share: Share, isAllowed: Bool)? {
        guard limit > 0 else { return nil }
        return state.withLock { state in
            var window = current(account, &state)
            let isAllowed = window.used < limit
            if isAllowed { window.used += 1 }
            state.windows[account] = window
            return (share(window), isAllowed)
        }
    }

    /// Counts what a request took beyond itself; what is left then.
    func charge(_ requests: Int, to account: String, _ before: Share) -> Share {
        guard requests > 0 else { return before }
        return state.withLock { state in
            var window = current(account, &state)
            window.used = min(window.used + min(requests, limit * Self.mostOwed), max(window.used, limit * Self.mostOwed))
            state.windows[account] = window
            return share(window)
        }
    }

    /// The window that runs, with what is owed from those before.
    private func current(_ account: String, _ state: inout State) -> Window {
        let now = seconds()
        if now - state.sweptAt >= Self.windowSeconds {
            state.windows = state.windows.filter { now - $0.value.start < Self.windowSeconds * max(1, ($0.value.used + limit - 1) / limit) }
            state.sweptAt = now
        }
        guard let window = state.windows[account] else { return Window(start: now, used: 0) }
        let over = (now - window.start) / Self.windowSeconds
        guard over > 0 else { return window }
        let owed = window.used - over * limit
        return owed > 0 ? Window(start: window.start + over * Self.windowSeconds, used: owed) : Window(start: now, used: 0)
    }

    private func share(_ window: Window) -> Share {
        let windows = max(1, window.used / limit)
        return Share(
            limit: limit, remaining: max(0, limit - window.used), seconds: windows * Self.windowSeconds - (seconds() - window.start),
            start: window.start, policy: policy)
    }

    /// Takes a request back that cost nothing; what is left then. To ask is not quite for nothing: it works ten times as often as the limit.
    func giveBack(_ share: Share, _ account: String) -> Share {
        state.withLock { state in
            guard var window = state.windows[account], window.start == share.start, window.used > 0, window.givenBack < limit * 10 else {
                return share
            }
            window.used -= 1
            window.givenBack += 1
            state.windows[account] = window
            return self.share(window)
        }
    }
}

extension HTTPField.Name {
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
    static let rateLimit = HTTPField.Name("RateLimit")!
}
