import Synchronization

/// Lets works that take long have their turn: one of each account at a time, few altogether, in the order they came. So one account that sends
/// a hundred keeps the others waiting for one of them.
package final class Turns: Sendable {
    private struct State {
        var running: Set<String> = []
        var waiting: [(account: String, turn: CheckedContinuation<Void, Never>)] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    init(_ limit: Int) {
        self.limit = limit
    }

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Does one work of an account when it is its turn.
    package func one<Value>(of account: String, _ body: () async throws -> Value) async rethrows -> Value {
        await begin(account)
        defer { end(account) }
        return try await body()
    }

    private func begin(_ account: String) async {
        await withCheckedContinuation { turn in
            next { $0.waiting.append((account, turn)) }
        }
    }

    private func end(_ account: String) {
        next { $0.running.remove(account) }
    }

    /// Changes the state and begins whatever can begin by then.
    private func next(_ change: (inout State) -> Void) {
        let begun = state.withLock { state in
            change(&state)
            var begun: [CheckedContinuation<Void, Never>] = []
            while state.running.count < limit, let index = state.waiting.firstIndex(where: { !state.running.contains($0.account) }) {
                let (account, turn) = state.waiting.remove(at: index)
                state.running.insert(account)
                begun.append(turn)
            }
            return begun
        }
        for turn in begun { turn.resume() }
    }
}
