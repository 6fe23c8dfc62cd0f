import Domain
import Synchronization

/// Lets works that take long have their turn: one of each account at a time, few altogether, in the order they came. So one account that sends
/// a hundred keeps the others waiting for one of them.
package final class Turns: Sendable {
    private struct Waiting {
        let number: Int
        let account: String
        let turn: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var running: Set<String> = []
        var waiting: [Waiting] = []
        var last = 0
    }

    private let limit: Int
    private let perAccount: Int
    private let longest: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: works that run at a time.
    ///   - perAccount: works of one account that wait at a time.
    ///   - longest: how long one waits.
    init(_ limit: Int, perAccount: Int = 4, longest: Duration = .seconds(30)) {
        self.limit = limit
        self.perAccount = perAccount
        self.longest = longest
    }

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Does one work of an account when it is its turn. Throws ``DomainError/busy`` where too many of the account wait, or its turn doesn't come;
    /// `CancellationError` where its task is cancelled.
    package func one<Value>(of account: String, _ body: () async throws -> Value) async throws -> Value {
        try await begin(account)
        defer { next { $0.running.remove(account) } }
        return try await body()
    }

    private func begin(_ account: String) async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        var patience: Task<Void, any Error>?
        defer { patience?.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                wait(Waiting(number: number, account: account, turn: turn))
                // Not before it waits: what gives up before would find nothing.
                patience = Task {
                    try await Task.sleep(for: longest)
                    giveUp(number, DomainError.busy)
                }
            }
        } onCancel: {
            giveUp(number, CancellationError())
        }
    }

    private func wait(_ waiting: Waiting) {
        var refusal: (any Error)?
        next { state in
            // Cancelled from here on, it is found among those that wait.
            if Task.isCancelled {
                refusal = CancellationError()
            } else if state.waiting.count(where: { $0.account == waiting.account }) >= perAccount {
                refusal = DomainError.busy
            } else {
                state.waiting.append(waiting)
            }
        }
        if let refusal { waiting.turn.resume(throwing: refusal) }
    }

    /// One that waits does so no longer; one whose turn has come isn't concerned.
    private func giveUp(_ number: Int, _ reason: any Error) {
        let waiting = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        waiting?.turn.resume(throwing: reason)
    }

    /// Changes the state and begins whatever can begin by then.
    private func next(_ change: (inout State) -> Void) {
        let begun = state.withLock { state in
            change(&state)
            var begun: [Waiting] = []
            while state.running.count < limit, let index = state.waiting.firstIndex(where: { !state.running.contains($0.account) }) {
                let waiting = state.waiting.remove(at: index)
                state.running.insert(waiting.account)
                begun.append(waiting)
            }
            return begun
        }
        for waiting in begun { waiting.turn.resume() }
    }
}
