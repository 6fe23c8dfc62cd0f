import Synchronization

/// Answers of point reads by key, kept until anyone commits anything, or anything that could change them. Most of the time nobody does, and
/// then a read costs a look into memory; see ``Store/readNow(_:remembering:_:)``.
package final class Remembered<Value: Sendable>: Sendable {
    /// How long answers stand.
    package enum Lifetime: Sendable {
        case untilCommit
        /// For what follows from resources that decide about authority and from nothing else (`ResourceType.decidesAuthority`).
        case untilAuthorityChanges
    }

    private struct State {
        var mark: StateMark?
        var values: [String: Value] = [:]
    }

    let lifetime: Lifetime
    private let capacity: Int
    private let state = Mutex(State())

    package init(_ lifetime: Lifetime = .untilCommit, capacity: Int = 4_096) {
        self.lifetime = lifetime
        self.capacity = capacity
    }

    func value(_ key: String, at mark: StateMark) -> Value? {
        state.withLock { $0.mark == mark ? $0.values[key] : nil }
    }

    func keep(_ value: Value, for key: String, at mark: StateMark) {
        state.withLock { state in
            if state.mark != mark || state.values.count >= capacity {
                state.mark = mark
                state.values.removeAll(keepingCapacity: true)
            }
            state.values[key] = value
        }
    }
}

/// What is remembered about authority, as of one state of the database.
struct AuthorityAnswers {
    let remembered: Remembered<any Sendable>
    let mark: StateMark

    func once<Answer: Sendable>(_ question: String, _ read: () throws -> Answer) rethrows -> Answer {
        // In two steps: nothing at all would pass for an answer that is nil.
        if let answer = remembered.value(question, at: mark), let answer = answer as? Answer { return answer }
        let answer = try read()
        remembered.keep(answer, for: question, at: mark)
        return answer
    }
}
