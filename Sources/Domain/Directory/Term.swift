package import Core

/// A term of an academic year: the trust's, which holds for every school without terms of its own that year, or a school's.
package struct Term: Resource {
    package static let type = ResourceType.term

    package var id: String
    package var academicYearId: String
    /// Null for the trust's default.
    package var schoolId: String?
    /// Unique within the year and its owner, whatever the case of its letters.
    package var name: String
    package var startsOn: LocalDate
    /// Inclusive. The terms of one owner never overlap.
    package var endsOn: LocalDate
    /// The break within the term; null, with its end, where there is none, as in schools with six terms.
    package var halfTermStartsOn: LocalDate?
    package var halfTermEndsOn: LocalDate?
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, academicYearId, schoolId, name, startsOn, endsOn, halfTermStartsOn, halfTermEndsOn, createdAt, updatedAt, etag
    }

    package init(
        id: String, academicYearId: String, schoolId: String?, name: String, startsOn: LocalDate, endsOn: LocalDate,
        halfTermStartsOn: LocalDate? = nil, halfTermEndsOn: LocalDate? = nil, createdAt: Instant
    ) {
        self.id = id
        self.academicYearId = academicYearId
        self.schoolId = schoolId
        self.name = name
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.halfTermStartsOn = halfTermStartsOn
        self.halfTermEndsOn = halfTermEndsOn
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}

extension Term {
    package var audience: Audience { .directory }
    /// Year and owner stay: another year's or owner's term is another term.
    package static let writableMembers: Set<String> = ["name", "startsOn", "endsOn", "halfTermStartsOn", "halfTermEndsOn"]
    package static let redactableMembers: Set<String> = []

    /// Throws ``DomainError/invalid(_:)`` when the dates don't fit the year or each other.
    package func validate(in year: AcademicYear) throws {
        let problems = CalendarRules.problems(
            termFrom: startsOn, to: endsOn, halfTermFrom: halfTermStartsOn, to: halfTermEndsOn, year: year.days)
        guard problems.isEmpty else { throw DomainError.invalid(problems) }
    }

    /// Whether it goes by this name, in whatever case.
    package func hasName(_ other: String) -> Bool { name.lowercased() == other.lowercased() }

    /// As the calendar reckons with it.
    package var value: SchoolCalendar.Term {
        let halfTerm = halfTermStartsOn.flatMap { start in halfTermEndsOn.map { ClosedRange(start, to: $0) } }
        return SchoolCalendar.Term(name: name, days: ClosedRange(startsOn, to: endsOn), halfTerm: halfTerm)
    }
}
