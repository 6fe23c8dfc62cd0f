import HTTPTypes
import Routing
import Synchronization

/// How many streams of events there are at once: of one token, or of all tokens of one person, and in all.
final class StreamSlots: Sendable {
    static let limit = 1_000
    static let limitPerToken = 100

    private struct State {
        var taken = 0
        var byToken: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Throws 429 when the token has its share, 503 when all are taken.
    func take(for token: String) throws -> Slot {
        try state.withLock { state in
            guard state.byToken[token, default: 0] < Self.limitPerToken else {
                throw Problem(
                    .tooManyRequests, "As many streams as one person or token may have, \(Self.limitPerToken), are open.",
                    headers: [.retryAfter: "15"])
            }
            guard state.taken < Self.limit else {
                throw Problem.unavailable("As many streams as may be open at once are open.", retryAfter: 15)
            }
            state.taken += 1
            state.byToken[token, default: 0] += 1
        }
        return Slot(slots: self, token: token)
    }

    private func giveBack(_ token: String) {
        state.withLock { state in
            state.taken -= 1
            state.byToken[token, default: 1] -= 1
            if state.byToken[token] == 0 { state.byToken[token] = nil }
        }
    }

    /// Gives itself back when dropped, so that an answer that is never sent doesn't keep it.
    final class Slot: Sendable {
        private let slots: StreamSlots
        private let token: String
        private let isHeld = Atomic(true)

        fileprivate init(slots: StreamSlots, token: String) {
            self.slots = slots
            self.token = token
        }

        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { slots.giveBack(token) }
        }

        deinit {
            release()
        }
    }
}
