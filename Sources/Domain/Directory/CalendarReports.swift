/// How many records an import made, changed and left as they were.
package struct ImportCounts: Codable, Equatable, Sendable {
    package var created = 0
    package var updated = 0
    package var unchanged = 0

    package init() {}
}

/// What an import of bank holidays did.
package struct BankHolidayReport: Codable, Equatable, Sendable {
    package var created = 0
    /// Another title on the same day.
    package var updated = 0
    package var unchanged = 0
    /// Known before and, from the file's first day on, no longer in it.
    package var deleted = 0

    package init() {}

    package var changesNothing: Bool { created + updated + deleted == 0 }
}

/// What an import of term dates did.
package struct TermDatesReport: Codable, Equatable, Sendable {
    /// Whose dates they are, in the file's words.
    package var source: String
    /// The school they were imported for; null for the trust.
    package var schoolId: String?
    package var academicYears = ImportCounts()
    /// A school's terms that are the trust's aren't recorded again and count as unchanged.
    package var terms = ImportCounts()
    package var calendarDays = ImportCounts()

    package init(source: String, schoolId: String?) {
        self.source = source
        self.schoolId = schoolId
    }
}
