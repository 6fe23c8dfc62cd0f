import Core
import HTTPTypes
import Synchronization

/// Lets requests with one key pass one after the other: whoever comes while another is carried out waits, and then finds its answer.
///
/// It saves work and waiting, no more: that only one of them is kept the store sees to.
final class IdempotencyGate: Sendable {
    fileprivate enum Progress {
        /// The body is still on its way; how long that takes is up to the client.
        case arriving
        case carriedOut(waiting: [CheckedContinuation<Void, Never>])
    }

    /// The request that is inside.
    fileprivate struct Holder {
        let number: Int
        let since: Int
        var progress = Progress.arriving
    }

    fileprivate struct State {
        var holders: [IdempotencyKey: Holder] = [:]
        var count = 0
    }

    /// Seconds a body that doesn't arrive keeps others out: its client may be gone without a word, and this one be its second attempt.
    private static let arrival = 10

    /// How often it is looked, every 20 ms, whether a body has arrived; most are on their way in one piece.
    private let patience: Int
    private let seconds: @Sendable () -> Int
    fileprivate let state = Mutex(State())

    /// - Parameter seconds: a clock that never goes back.
    init(patience: Int = 50, seconds: @escaping @Sendable () -> Int = { AttemptLimiter.monotonicSeconds() }) {
        self.patience = patience
        self.seconds = seconds
    }

    /// Returns once nobody else is carried out. Throws 409 while the body of another request with this key is arriving, and takes its time.
    func enter(_ key: IdempotencyKey) async throws -> Pass {
        var (looks, seen) = (0, 0)
        while true {
            switch tryToEnter(key) {
            case .entered(let number): return Pass(gate: self, key: key, number: number)
            case .isArriving(let holder):
                if holder != seen { (looks, seen) = (0, holder) }
                guard looks < patience else {
                    throw Problem(
                        .idempotencyKeyInUse, "A request with this Idempotency-Key is still arriving.", headers: [.retryAfter: "1"])
                }
                looks += 1
                try await Task.sleep(for: .milliseconds(20))
            case .isBusy: await wait(key)
            }
        }
    }

    /// How many wait for the one inside.
    func waiting(_ key: IdempotencyKey) -> Int {
        state.withLock { if case .carriedOut(let waiting) = $0.holders[key]?.progress { waiting.count } else { 0 } }
    }

    private enum Verdict {
        case entered(Int)
        case isArriving(Int)
        case isBusy
    }

    private func tryToEnter(_ key: IdempotencyKey) -> Verdict {
        let now = seconds()
        return state.withLock { state in
            switch state.holders[key] {
            case .some(let holder) where holder.isCarriedOut: return .isBusy
            case .some(let holder) where now - holder.since < Self.arrival: return .isArriving(holder.number)
            default:
                state.count += 1
                state.holders[key] = Holder(number: state.count, since: now)
                return .entered(state.count)
            }
        }
    }

    private func wait(_ key: IdempotencyKey) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard case .carriedOut(let waiting) = state.holders[key]?.progress else { return false }
                state.holders[key]?.progress = .carriedOut(waiting: waiting + [continuation])
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    /// One request that is inside, unless another took its place.
    struct Pass: Sendable {
        fileprivate let gate: IdempotencyGate
        fileprivate let key: IdempotencyKey
        fileprivate let number: Int

        /// The whole body is here: what is left takes no longer than the service needs.
        func arrived() {
            gate.state.withLock { state in
                guard let holder = state.holders[key], holder.number == number, !holder.isCarriedOut else { return }
                state.holders[key]?.progress = .carriedOut(waiting: [])
            }
        }

        func leave() {
            let holder = gate.state.withLock { $0.holders[key]?.number == number ? $0.holders.removeValue(forKey: key) : nil }
            if case .carriedOut(let waiting) = holder?.progress { for continuation in waiting { continuation.resume() } }
        }
    }
}

extension IdempotencyGate.Holder {
    fileprivate var isCarriedOut: Bool { if case .carriedOut = progress { true } else { false } }
}
