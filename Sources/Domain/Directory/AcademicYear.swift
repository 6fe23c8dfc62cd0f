package import Core

/// An academic year of the trust, the same for all its schools.
package struct AcademicYear: Resource {
    package static let type = ResourceType.academicYear

    package var id: String
    /// `2026-27`; unique.
    package var name: String
    package var startsOn: LocalDate
    /// Inclusive. Years never overlap.
    package var endsOn: LocalDate
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, startsOn, endsOn, createdAt, updatedAt, etag
    }

    package init(id: String, name: String, startsOn: LocalDate, endsOn: LocalDate, createdAt: Instant) {
        self.id = id
        self.name = name
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}

extension AcademicYear {
    package var audience: Audience { .directory }
    package var days: ClosedRange<LocalDate> { ClosedRange(startsOn, to: endsOn) }
    package static let writableMembers: Set<String> = ["name", "startsOn", "endsOn"]
    package static let redactableMembers: Set<String> = []

    /// Throws ``DomainError/invalid(_:)`` when name and dates don't fit each other; `yearStart` is the trust's `academicYearStart`.
    package func validate(yearStart: String) throws {
        let problems = CalendarRules.problems(yearNamed: name, startsOn: startsOn, endsOn: endsOn, yearStart: yearStart)
        guard problems.isEmpty else { throw DomainError.invalid(problems) }
    }
}
