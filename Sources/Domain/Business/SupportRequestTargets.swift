package import Core

/// What was promised about requests, and when it is due.
extension SupportRequest {
    /// What a service promises for the request, with the hours that count.
    package struct Promise: Sendable {
        package var targets: ServiceTargets
        package var escalations: [EscalationRule]
        package var hours: WorkingTime

        package init(targets: ServiceTargets, escalations: [EscalationRule], hours: WorkingTime) {
            self.targets = targets
            self.escalations = escalations
            self.hours = hours
        }
    }

    /// Whether its due times still follow what changes; those of a resolved one are frozen.
    package var isRunning: Bool { !Self.finished.contains(state) }

    /// The clocks of what is promised for its priority, each from its own start.
    package func clocks(_ targets: ServiceTargets) -> [RequestClock] {
        let minutes = targets.minutes(priority ?? .normal)
        return RequestClock.Target.allCases.compactMap { target in
            guard let promised = minutes.minutes(target) else { return nil }
            switch target {
            case .firstResponse: return firstResponseClock(promised)
            // Before the first response there is nothing to update.
            case .update:
                guard isRunning, firstRespondedAt != nil, let start = lastRepliedAt else { return nil }
                return RequestClock(target, minutes: promised, from: start, pauses: pauses)
            case .resolution: return RequestClock(target, minutes: promised, from: openedAt, metAt: resolvedAt ?? closedAt, pauses: pauses)
            }
        }
    }

    /// Nothing stops it while it is open: a school that is waiting for an answer doesn't know that the team is waiting for something else.
    private func firstResponseClock(_ minutes: Int) -> RequestClock {
        let ended = pauses.filter { State(rawValue: $0.reason).map(Self.finished.contains) ?? false }
        return RequestClock(.firstResponse, minutes: minutes, from: openedAt, metAt: firstRespondedAt, pauses: ended)
    }

    /// Works out anew when everything is due, from the facts; nothing changes where it is resolved, and nothing the second time.
    ///
    /// - Parameter promise: nil while no service is known.
    package mutating func schedule(_ promise: Promise?) {
        guard isRunning else {
            (dueBy, escalatesAt) = (nil, nil)
            return
        }
        guard let promise else {
            (firstResponseDueAt, updateDueAt, resolutionDueAt, dueBy, escalatesAt) = (nil, nil, nil, nil, nil)
            return
        }
        let clocks = clocks(promise.targets)
        func due(_ target: RequestClock.Target) -> Instant? { clocks.first { $0.target == target }?.due(in: promise.hours) }
        (firstResponseDueAt, updateDueAt, resolutionDueAt) = (due(.firstResponse), due(.update), due(.resolution))
        dueBy = running(clocks).compactMap { $0.due(in: promise.hours) }.min()
        escalatesAt = pendingEscalations(promise).map(\.at).min()
    }

    /// Those that are neither kept nor standing.
    package func running(_ clocks: [RequestClock]) -> [RequestClock] {
        clocks.filter { $0.metAt == nil && ($0.target == .firstResponse || !Self.standing.contains(state)) }
    }

    /// Whom to tell when, of what hasn't been told yet.
    package func pendingEscalations(_ promise: Promise) -> [(rule: EscalationRule, clock: RequestClock, at: Instant)] {
        let clocks = running(clocks(promise.targets))
        return promise.escalations.compactMap { rule in
            guard let clock = clocks.first(where: { $0.target == rule.target }) else { return nil }
            let wasTold = escalations.contains {
                $0.target == rule.target && $0.offsetMinutes == rule.offsetMinutes && $0.to == rule.to
                    && $0.clockStartedAt == clock.startsAt
            }
            guard !wasTold, let at = clock.due(max(0, clock.minutes.addingSaturating(rule.offsetMinutes)), in: promise.hours) else {
                return nil
            }
            return (rule, clock, at)
        }
    }

    /// As it was worked out last; of a finished one as it was then.
    package func dueAt(_ target: RequestClock.Target) -> Instant? {
        switch target {
        case .firstResponse: firstResponseDueAt
        case .update: updateDueAt
        case .resolution: resolutionDueAt
        }
    }

    // MARK: What happens

    /// The team speaks to the school.
    package mutating func replied(at moment: Instant, _ promise: Promise?) {
        // What is said after the end keeps no promise and breaks none.
        if isRunning || moment == resolvedAt {
            note(.firstResponse, at: moment, promise)
            note(.update, at: moment, promise)
            if firstRespondedAt == nil {
                firstResponseMinutes = promise.map { firstResponseClock(0).workedMinutes(until: moment, in: $0.hours) }
                firstRespondedAt = moment
            }
        }
        lastRepliedAt = max(lastRepliedAt ?? moment, moment)
        needsAttention = false
    }

    /// Writes down that a promise wasn't kept in time, if it wasn't.
    private mutating func note(_ target: RequestClock.Target, at moment: Instant, _ promise: Promise?) {
        guard let promise, let clock = clocks(promise.targets).first(where: { $0.target == target }), clock.metAt == nil,
            clock.breachedMinutes(at: moment, in: promise.hours) != nil, !missedTargets.contains(target)
        else { return }
        missedTargets.append(target)
    }

    /// From one state into another: pauses begin and end, promises are kept or not. The new state is `state`.
    package mutating func move(to next: State, at moment: Instant, _ promise: Promise?) {
        let stands = Self.standing.contains(next) || Self.finished.contains(next)
        if isRunning, stands {
            if Self.finished.contains(next) { note(.firstResponse, at: moment, promise) }
            // A clock that stands isn't late any more: what was late before is written down, so that no pause hides it.
            note(.update, at: moment, promise)
            note(.resolution, at: moment, promise)
        }
        if isRunning, Self.finished.contains(next) {
            resolutionMinutes = promise.map {
                RequestClock(.resolution, minutes: 0, from: openedAt, pauses: pauses).workedMinutes(until: moment, in: $0.hours)
            }
        }
        let stood = Self.standing.contains(state) || Self.finished.contains(state)
        if state != next {
            if stood, let last = pauses.indices.last, pauses[last].endsAt == nil {
                pauses[last].endsAt = max(moment, pauses[last].startsAt)
                // What ends while it stood keeps when it would have been due.
                if stands, isRunning, let promise, let clock = clocks(promise.targets).first(where: { $0.target == .resolution }) {
                    resolutionDueAt = clock.due(in: promise.hours)
                }
            }
            if stands { pauses.append(RequestClock.Pause(from: moment, reason: next.rawValue)) }
        }
        if next == .resolved { resolvedAt = moment }
        // Nothing waits for an answer in what is closed; what the school says afterwards does.
        if next == .closed { (closedAt, needsAttention) = (moment, false) }
        if !Self.finished.contains(next), Self.finished.contains(state) {
            (resolvedAt, closedAt, closeReason, closesOn, resolutionMinutes) = (nil, nil, nil, nil, nil)
            reopenedCount += 1
        }
        state = next
    }

    /// What is left and what is late now, of the promise that is due first.
    package func standing(at moment: Instant, _ promise: Promise?) -> Standing {
        var standing = Standing()
        standing.isKnown = true
        guard let promise, isRunning else { return standing }
        let clocks = clocks(promise.targets)
        let running = running(clocks)
        // Of those that stand what is left is told as well.
        let told = running.isEmpty ? clocks.filter { $0.metAt == nil } : running
        let soonest = told.min { left, right in
            switch (left.due(in: promise.hours), right.due(in: promise.hours)) {
            case (let one?, let other?): one < other
            case (nil, nil):
                left.remainingMinutes(at: moment, in: promise.hours) < right.remainingMinutes(at: moment, in: promise.hours)
            case (let one, _): one != nil
            }
        }
        standing.remainingMinutes = soonest?.remainingMinutes(at: moment, in: promise.hours)
        standing.breachedByMinutes = running.isEmpty ? nil : soonest?.breachedMinutes(at: moment, in: promise.hours)
        return standing
    }
}
