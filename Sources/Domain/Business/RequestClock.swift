package import Core

/// A promise about a request and the clock that runs towards it: working time from its start, without the stretches in which it stands.
///
/// The moment it is due follows from these facts and the hours alone. Whatever changes of priority, team, hours or calendar, it is worked out
/// anew from the start, so nothing is lost or counted twice, and doing it again changes nothing.
package struct RequestClock: Hashable, Sendable {
    package enum Target: String, Codable, CaseIterable, Sendable {
        case firstResponse, update, resolution
    }

    /// A stretch in which a clock stands; without an end it goes on.
    package struct Pause: Codable, Hashable, Sendable {
        package var startsAt: Instant
        package var endsAt: Instant?
        /// Why, as explanations say it: `onHold`.
        package var reason: String

        package init(from startsAt: Instant, to endsAt: Instant? = nil, reason: String) {
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.reason = reason
        }
    }

    package let target: Target
    /// Working minutes, at least 0.
    package let minutes: Int
    package let startsAt: Instant
    /// When what was promised was done; null while it isn't.
    package let metAt: Instant?
    /// In order, without overlap, none before the start; only the last may go on.
    package let pauses: [Pause]

    /// - Parameter pauses: in order; what lies before the start doesn't count.
    package init(_ target: Target, minutes: Int, from startsAt: Instant, metAt: Instant? = nil, pauses: [Pause] = []) {
        self.target = target
        self.minutes = minutes
        self.startsAt = startsAt
        self.metAt = metAt
        var joined: [Pause] = []
        for var pause in pauses {
            // Pauses that meet or overlap, or begin before the clock: only what is new of each.
            pause.startsAt = max(pause.startsAt, joined.last.map { $0.endsAt ?? .range.upperBound } ?? startsAt)
            guard pause.endsAt.map({ $0 > pause.startsAt }) ?? (pause.startsAt < .range.upperBound) else { continue }
            joined.append(pause)
        }
        self.pauses = joined
    }

    /// Whether it stands at this moment.
    package func isPaused(at moment: Instant) -> Bool {
        pauses.contains { $0.startsAt <= moment && moment < ($0.endsAt ?? .range.upperBound) }
    }

    /// Whether it stands, and nobody knows until when.
    package var isStanding: Bool { pauses.last.map { $0.endsAt == nil } ?? false }

    /// When it is due: the earliest moment at which as much working time has passed as was promised. nil while it stands before that moment,
    /// and where the hours never come to it.
    ///
    /// - Parameter minutes: a part or a multiple of what was promised; nil for all of it.
    package func due(_ minutes: Int? = nil, in hours: WorkingTime) -> Instant? {
        let (budget, overflow) = Int64(minutes ?? self.minutes).multipliedReportingOverflow(by: .minute)
        guard !overflow, budget >= 0 else { return nil }
        var remaining = budget
        for stretch in running(until: .range.upperBound) {
            let walked = hours.walk(from: stretch.lowerBound, to: stretch.upperBound, budget: remaining)
            if walked.spentBudget { return Instant(milliseconds: walked.reached) }
            remaining -= walked.worked
        }
        return nil
    }

    /// What is left of the promise at a moment, a begun minute counting whole; 0 once it is due.
    package func remainingMinutes(at moment: Instant, in hours: WorkingTime) -> Int {
        let left = Int64(minutes).multipliedSaturating(by: .minute) - worked(until: moment, in: hours)
        return left > 0 ? Int((left - 1) / .minute + 1) : 0
    }

    /// Whole working minutes from the moment it was due until it was met, or until `moment`; nil when it wasn't due before that.
    package func breachedMinutes(at moment: Instant, in hours: WorkingTime) -> Int? {
        let end = min(metAt ?? moment, moment)
        guard let due = due(in: hours), due < end else { return nil }
        return Int((worked(until: end, in: hours) - Int64(minutes).multipliedSaturating(by: .minute)) / .minute)
    }

    /// Whole working minutes from the start until a moment, without pauses.
    package func workedMinutes(until moment: Instant, in hours: WorkingTime) -> Int { Int(worked(until: moment, in: hours) / .minute) }

    /// Every stretch from the start until it is due, or until `moment` where that is later or it isn't known when it will be: what counts,
    /// and why the rest doesn't. Of what is due later than ten years from then, ten years: hours may be so short that a promise takes thousands.
    package func explanation(at moment: Instant, in hours: WorkingTime) -> WorkingTime.Explanation {
        let horizon = moment.advanced(bySeconds: 10 * 366 * 86_400)
        let end = metAt ?? due(in: hours).map { max(min($0, horizon), moment) } ?? moment
        var sums = WorkingTime.Explanation(startsAt: startsAt)
        var worked: Int64 = 0
        for span in spans(until: end) {
            if let reason = span.reason {
                sums.add(from: span.range.lowerBound, to: span.range.upperBound, reason: reason, &worked)
            } else {
                _ = hours.walk(from: span.range.lowerBound, to: span.range.upperBound, budget: .max) {
                    sums.add(from: $0, to: $1, reason: $2, &worked)
                }
            }
        }
        return sums
    }

    private func worked(until moment: Instant, in hours: WorkingTime) -> Int64 {
        running(until: moment).reduce(0) { $0 + hours.walk(from: $1.lowerBound, to: $1.upperBound, budget: .max).worked }
    }

    /// The stretches from the start to `end` in which it runs, in order, in milliseconds since 1970.
    private func running(until end: Instant) -> [Range<Int64>] { spans(until: end).filter { $0.reason == nil }.map(\.range) }

    /// From the start to `end` without gap: why it stands, nil where it runs.
    private func spans(until end: Instant) -> [(range: Range<Int64>, reason: String?)] {
        var spans: [(range: Range<Int64>, reason: String?)] = []
        var position = startsAt
        func reach(_ next: Instant, _ reason: String?) {
            let next = min(next, end)
            if position < next { spans.append((position.milliseconds..<next.milliseconds, reason)) }
            position = max(position, next)
        }
        for pause in pauses {
            reach(pause.startsAt, nil)
            reach(pause.endsAt ?? end, pause.reason)
        }
        reach(end, nil)
        return spans
    }
}
