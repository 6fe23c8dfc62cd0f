package import Core

/// One or several days that are something else than the terms say: INSET, a closure. The trust's hold for every school, a school's own are
/// laid over them.
package struct CalendarDay: Resource {
    package static let type = ResourceType.calendarDay

    package typealias Kind = SchoolCalendar.Entry.Kind

    package var id: String
    /// Null for the trust's default.
    package var schoolId: String?
    package var kind: Kind
    package var startsOn: LocalDate
    /// Inclusive, at most ``CalendarRules/longestEntryDays`` days in all.
    package var endsOn: LocalDate
    /// For people: “moderation across the trust”.
    package var reason: String?
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, kind, startsOn, endsOn, reason, createdAt, updatedAt, etag
    }

    package init(
        id: String, schoolId: String?, kind: Kind, startsOn: LocalDate, endsOn: LocalDate, reason: String? = nil, createdAt: Instant
    ) {
        self.id = id
        self.schoolId = schoolId
        self.kind = kind
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.reason = reason
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}

extension CalendarDay {
    package var audience: Audience { .directory }
    /// The owner stays: another owner's day is another day.
    package static let writableMembers: Set<String> = ["kind", "startsOn", "endsOn", "reason"]
    package static let redactableMembers: Set<String> = ["reason"]

    /// Throws ``DomainError/invalid(_:)`` when the dates are out of order or too far apart.
    package func validate() throws {
        let problems = CalendarRules.problems(entryFrom: startsOn, to: endsOn)
        guard problems.isEmpty else { throw DomainError.invalid(problems) }
    }

    /// Whether the two can't be meant for the same day of the same owner. An office closure says nothing of pupils and staff, so it may meet
    /// any other kind.
    package func excludes(_ other: CalendarDay) -> Bool { (kind == .officeClosure) == (other.kind == .officeClosure) }

    package var days: ClosedRange<LocalDate> { ClosedRange(startsOn, to: endsOn) }
    /// As the calendar reckons with it.
    package var value: SchoolCalendar.Entry { SchoolCalendar.Entry(kind, days, reason: reason) }
}
