import Core
import HTTPTypes
import Synchronization

/// Lets one request at a time pass under each key: whoever comes while another is carried out waits, and then finds its answer.
final class IdempotencyGate: Sendable {
    private enum Progress {
        /// The body is still on its way; how long that takes is up to the client.
        case arriving
        case carriedOut(waiting: [CheckedContinuation<Void, Never>])
    }

    /// How often it is looked, every 20 ms, whether a body has arrived; most are on their way in one piece.
    private let patience: Int
    private let requests = Mutex<[IdempotencyKey: Progress]>([:])

    init(patience: Int = 50) {
        self.patience = patience
    }

    /// Returns once nobody else is inside. Throws 409 when the body of another request with this key takes long to arrive.
    func enter(_ key: IdempotencyKey) async throws -> Pass {
        var looks = 0
        while true {
            switch tryToEnter(key) {
            case .entered: return Pass(gate: self, key: key)
            case .isArriving:
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
        requests.withLock { if case .carriedOut(let waiting) = $0[key] { waiting.count } else { 0 } }
    }

    private enum Verdict { case entered, isArriving, isBusy }

    private func tryToEnter(_ key: IdempotencyKey) -> Verdict {
        requests.withLock { requests in
            switch requests[key] {
            case nil:
                requests[key] = .arriving
                return .entered
            case .arriving: return .isArriving
            case .carriedOut: return .isBusy
            }
        }
    }

    private func wait(_ key: IdempotencyKey) async {
        await withCheckedContinuation { continuation in
            let waits = requests.withLock { requests in
                guard case .carriedOut(var waiting) = requests[key] else { return false }
                waiting.append(continuation)
                requests[key] = .carriedOut(waiting: waiting)
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    /// One request that is inside.
    struct Pass: Sendable {
        fileprivate let gate: IdempotencyGate
        fileprivate let key: IdempotencyKey

        /// The whole body is here: what is left takes no longer than the service needs.
        func arrived() {
            gate.requests.withLock { if case .arriving = $0[key] { $0[key] = .carriedOut(waiting: []) } }
        }

        func leave() {
            let progress = gate.requests.withLock { $0.removeValue(forKey: key) }
            if case .carriedOut(let waiting) = progress { for continuation in waiting { continuation.resume() } }
        }
    }
}
