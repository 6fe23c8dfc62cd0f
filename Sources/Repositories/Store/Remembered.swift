import Synchronization

/// Answers of point reads by key, kept until anyone commits anything. Most of the time nobody does, and then a read costs a look into
/// memory; see ``Store/readNow(_:remembering:_:)``.
package final class Remembered<Value: Sendable>: Sendable {
    private struct State {
        var mark: StateMark?
        var values: [String: Value] = [:]
    }

    private let capacity: Int
    private let state = Mutex(State())

    package init(capacity: Int = 4_096) {
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
