package import Core

/// What holds from one day to another: an appointment, a stage, a membership, a delegation. Never a value overwritten, always a history.
///
/// Both days are inclusive; no last day means it still holds.
package protocol DatedFact: Resource {
    /// Null only where a first day may be unknown.
    var firstDay: LocalDate? { get }
    var endsOn: LocalDate? { get }
    /// Who recorded it: the id of a person or token, or `cli`.
    var recordedBy: String { get set }
}

extension DatedFact {
    package static var readOnlyReason: String { "says what the record is about, or is the service's; remove the record and make another" }

    package func holds(on day: LocalDate) -> Bool { (firstDay.map { $0 <= day } ?? true) && (endsOn.map { day <= $0 } ?? true) }

    /// Whether there is a day on which both hold.
    package func overlaps(_ other: some DatedFact) -> Bool {
        let startsInTime = other.endsOn.map { end in firstDay.map { $0 <= end } ?? true } ?? true
        let endsLateEnough = endsOn.map { end in other.firstDay.map { $0 <= end } ?? true } ?? true
        return startsInTime && endsLateEnough
    }

    /// What is wrong with its days; nothing when the first is on or before the last.
    package var dayErrors: [FieldError] {
        guard let first = firstDay, let last = endsOn, last < first else { return [] }
        return [FieldError(pointer: "/endsOn", code: "before-start", detail: "must be on or after startsOn, \(first)")]
    }

    /// `2026-09-01 to 2027-08-31`, for sentences.
    package var days: String { "\(firstDay.map { "\($0)" } ?? "an unknown day") to \(endsOn.map { "\($0)" } ?? "no end")" }
}

extension Instant {
    /// A day of the calendar of the trust is meant by every “today”.
    package func day(in zone: TrustZone) -> LocalDate { zone.day(of: self) }
}
