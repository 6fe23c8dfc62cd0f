package import Core

/// Every refusal the domain knows. Handlers turn each into one problem document; anything else is an internal error.
package enum DomainError: Error, Hashable, Sendable {
    /// Absent, or not visible to the caller: the two are never told apart.
    case notFound
    /// Visible, but not allowed. The sentence says what would be needed.
    case forbidden(String)
    /// What is wrong with the values, all at once.
    case invalid([FieldError])
    /// The stored version is another; `changedMembers` since the version the caller knew, empty when that is unknown.
    case preconditionFailed(current: VersionTag, changedMembers: [String])
    /// A value that must be unique is taken.
    case duplicate(FieldError)
    /// Two facts that exclude each other would hold on the same day; the field names the other one.
    case overlap(FieldError)
    /// The state of the resource doesn't allow the action.
    case conflict(String)
    /// The same where a rule has a name, or several things stand in the way: each is named.
    case refused(String, [FieldError])
    /// The same where it is a matter of states: what can be done instead.
    case notInThisState(String, allowedActions: [String])
    /// What is asked for is older than what is kept of the log; the number of the oldest event that is.
    case expired(oldestSeq: Int64)
    /// A place in the log that it hasn't reached: the follower's log was another one. The newest number there is.
    case ahead(seq: Int64)
    /// Too much is waiting to be written; try again in a moment.
    case busy
    /// The disk has no room for what is sent.
    case diskFull
    /// The disk takes nothing at the moment, for another reason.
    case unwritable
}
