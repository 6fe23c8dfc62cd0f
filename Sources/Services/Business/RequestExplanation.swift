package import Core
package import Domain

/// Why the promises about a request are due when they are, so that anybody can add it up.
package struct RequestExplanation: Encodable, Sendable {
    package struct Clock: Encodable, Sendable {
        package var target: RequestClock.Target
        /// What was promised, in working minutes.
        package var minutes: Int
        package var startsAt: Instant
        package var dueAt: Instant?
        package var metAt: Instant?
        package var isPaused: Bool
        package var remainingMinutes: Int
        package var breachedByMinutes: Int?
        /// The sum over the intervals.
        package var workingMinutes: Int
        package var intervals: [WorkingTime.Explanation.Interval]
    }

    package var requestId: String
    package var reference: String
    package var priority: RequestPriority
    /// Up to when it is explained, at least.
    package var at: Instant
    package var clocks: [Clock]

    /// - Parameter moment: now; of what has ended nothing is counted after its end.
    init(_ request: SupportRequest, _ promise: SupportRequest.Promise?, at moment: Instant) {
        let now = min(moment, request.isRunning ? moment : request.resolvedAt ?? request.closedAt ?? moment)
        (requestId, reference, priority, at) = (request.id, request.reference, request.priority ?? .normal, now)
        clocks =
            promise.map { promise in
                request.clocks(promise.targets).map { clock in
                    let explained = clock.explanation(at: now, in: promise.hours)
                    return Clock(
                        target: clock.target, minutes: clock.minutes, startsAt: clock.startsAt,
                        dueAt: request.isRunning ? clock.due(in: promise.hours) : request.dueAt(clock.target),
                        metAt: clock.metAt, isPaused: clock.metAt == nil && clock.isStanding,
                        remainingMinutes: clock.remainingMinutes(at: min(now, clock.metAt ?? now), in: promise.hours),
                        breachedByMinutes: clock.breachedMinutes(at: now, in: promise.hours), workingMinutes: explained.workingMinutes,
                        intervals: explained.intervals)
                }
            } ?? []
    }
}
