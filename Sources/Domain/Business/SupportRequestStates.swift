package import Core

extension SupportRequest: Stateful {
    package enum Action: String, CaseIterable, Sendable {
        case triage, assign, waitOnSchool, hold, resume, resolve, reopen, close, merge, rate, extendDeadline
    }

    package static let editableStates: Set<State> = [.new, .open, .waitingOnSchool, .onHold, .resolved]
    /// It is closed instead.
    package static let deletableStates: Set<State> = []

    /// States in which the clocks of update and resolution stand.
    package static let standing: Set<State> = [.waitingOnSchool, .onHold]
    package static let finished: Set<State> = [.resolved, .closed]

    package static func transition(_ action: Action) -> Transition<State> {
        func serving(_ from: Set<State>, _ to: State?, _ verb: String, _ summary: String) -> Transition<State> {
            Transition(from: from, to: to, permission: .supportRequestsServe, verb: verb, summary: summary)
        }
        return switch action {
        case .triage:
            serving(
                [.new], .open, "triaged",
                "Says what it is: the type, how urgent, which team. What is promised counts from when it was opened.")
        case .assign: serving([.new, .open, .onHold, .waitingOnSchool], nil, "assigned", "Gives it to one of the team, or back to all.")
        case .waitOnSchool:
            serving(
                [.new, .open, .onHold], .waitingOnSchool, "waiting",
                "Asks the school a question, which is a reply. Update and resolution stand until it answers.")
        case .hold:
            serving(
                [.new, .open, .waitingOnSchool], .onHold, "held", "Something else has to come first, with the reason; the clocks stand.")
        case .resume:
            serving(
                [.onHold, .waitingOnSchool], .open, "resumed", "The clocks run on. A reply of the school does the same where it was asked.")
        case .resolve:
            serving([.open, .onHold, .waitingOnSchool], .resolved, "resolved", "Says what was done. What was promised is frozen.")
        case .reopen:
            Transition(
                from: [.resolved, .closed], to: .open, permission: .supportRequestsWrite, verb: "reopened",
                summary:
                    "It isn't done, with the reason; within 20 office days of the requester's school. The time it was resolved doesn't count."
            )
        case .close:
            Transition(
                from: [.new, .open, .waitingOnSchool, .onHold, .resolved], to: .closed, permission: .supportRequestsWrite, verb: "closed",
                summary:
                    "Ends it, with the reason: the team any, the school only `cancelled`. The service closes what was resolved long enough ago."
            )
        case .merge:
            serving(
                [.new, .open, .waitingOnSchool, .onHold], .closed, "merged",
                "Ends it as part of another, which it names. Both keep what was said and their reference; if either is confidential, both are."
            )
        case .rate:
            Transition(
                from: [.resolved, .closed], to: nil, permission: .supportRequestsWrite, verb: "rated",
                summary: "The requester says how satisfied they are, 1 to 5.")
        case .extendDeadline:
            serving(
                [.new, .open, .waitingOnSchool, .onHold], nil, "extended",
                "Moves the deadline the law sets, on a legal ground that is recorded.")
        }
    }

    /// What a state is called at a school and in the team.
    package var stateNames: (school: String, team: String) {
        switch state {
        case .new: ("Received", "New")
        case .open: ("Being worked on", "Open")
        case .waitingOnSchool: ("Waiting for your answer", "Waiting on school")
        case .onHold: ("On hold", "On hold")
        case .resolved: ("Answered", "Resolved")
        case .closed: ("Closed", "Closed")
        }
    }

    package var derivedMembers: [(name: String, value: JSON)] {
        let names = stateNames
        return [
            ("stateNames", ["school": .string(names.school), "team": .string(names.team)]),
            ("allowedActions", .array(allowedActions.map(JSON.string))),
        ] + (standing.isKnown ? standing.members : [])
    }
}
