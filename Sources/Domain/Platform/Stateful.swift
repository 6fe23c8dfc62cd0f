package import Core

/// A resource with states. A state is never patched: actions change it, `POST /v1/…/{id}/action`. What ``transition(_:)`` says is what the
/// service does, what `allowedActions` shows and what `docs/states.md` prints.
package protocol Stateful: Resource {
    associatedtype State: RawRepresentable<String>, CaseIterable, Codable, Hashable, Sendable
    associatedtype Action: RawRepresentable<String>, CaseIterable, Hashable, Sendable

    var state: State { get set }
    static func transition(_ action: Action) -> Transition<State>
    /// The states in which its members can be patched.
    static var editableStates: Set<State> { get }
    /// The states in which it can be deleted.
    static var deletableStates: Set<State> { get }
}

/// One row of a table of states: from where an action leads where, and who may take it.
package struct Transition<State: Hashable & Sendable>: Sendable {
    package let from: Set<State>
    /// nil: the state stays as it is.
    package let to: State?
    package let permission: Permission
    /// The second half of the event's type: `activated`.
    package let verb: String
    /// What it does, as a sentence; for the documentation.
    package let summary: String

    package init(from: Set<State>, to: State?, permission: Permission, verb: String, summary: String) {
        self.from = from
        self.to = to
        self.permission = permission
        self.verb = verb
        self.summary = summary
    }
}

extension Stateful {
    /// What its state lets be done; whether the caller may is another question, which permissions answer.
    package var allowedActions: [String] {
        Action.allCases.filter { Self.transition($0).from.contains(state) }.map(\.rawValue)
    }

    package var derivedMembers: [(name: String, value: JSON)] { [("allowedActions", .array(allowedActions.map(JSON.string)))] }

    /// Throws ``DomainError/notInThisState(_:allowedActions:)`` where the state doesn't let it be done.
    package func checkAllows(_ action: Action) throws {
        let states = Self.transition(action).from
        guard !states.contains(state) else { return }
        throw notInThisState("\(action.rawValue) is for one that is \(Self.either(states)); this one is \(state.rawValue).")
    }

    package func checkIsEditable() throws {
        guard !Self.editableStates.contains(state) else { return }
        throw notInThisState("It can be changed while it is \(Self.either(Self.editableStates)); this one is \(state.rawValue).")
    }

    package func checkIsDeletable() throws {
        guard !Self.deletableStates.contains(state) else { return }
        throw notInThisState("It can be deleted while it is \(Self.either(Self.deletableStates)); this one is \(state.rawValue).")
    }

    private func notInThisState(_ sentence: String) -> DomainError { .notInThisState(sentence, allowedActions: allowedActions) }

    /// In the order in which the states are declared.
    private static func either(_ states: Set<State>) -> String {
        let names = State.allCases.filter(states.contains).map(\.rawValue)
        return names.isEmpty ? "nothing at all" : names.joined(separator: " or ")
    }
}

/// The tables of states as documentation.
package enum StateTables {
    /// One chapter in Markdown: the states, each action with what it does, what can be edited and deleted when.
    package static func markdown<R: Stateful>(_ type: R.Type) -> String {
        func names(_ states: Set<R.State>) -> String {
            states.isEmpty ? "–" : R.State.allCases.filter(states.contains).map(\.rawValue).joined(separator: ", ")
        }
        let rows = R.Action.allCases.map { action in
            let transition = R.transition(action)
            let to = transition.to?.rawValue ?? "same"
            return
                "| `\(action.rawValue)` | \(names(transition.from)) | \(to) | `\(transition.permission.rawValue)` | \(transition.summary) |"
        }
        return """
            ## \(R.type.rawValue)

            `\(R.type.href)`: \(R.State.allCases.map(\.rawValue).joined(separator: " · ")). Edited while \(names(R.editableStates)); deleted while \
            \(names(R.deletableStates)).

            | action | from | to | permission | what it does |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
