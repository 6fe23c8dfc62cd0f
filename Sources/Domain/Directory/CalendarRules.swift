package import Core

/// What holds between the dates of academic years, terms and days, whatever they are stored in.
package enum CalendarRules {
    /// How long before the trust's day an academic year may begin: INSET days in late August belong to the year they prepare.
    package static let earliestStartDays = 21
    /// More would be a mistake, and every day of an entry is looked at.
    package static let longestEntryDays = 366

    /// `2026-27`; `1999-00`.
    package static func yearName(startingIn year: Int) -> String {
        let next = String((year + 1) % 100)
        return "\(year)-\(next.count == 1 ? "0" : "")\(next)"
    }

    /// The calendar year in which an academic year of this name begins; nil when the text is no such name.
    package static func firstCalendarYear(of name: String) -> Int? {
        guard let year = Int(name.prefix(4)), (1000...9998).contains(year), yearName(startingIn: year) == name else { return nil }
        return year
    }

    /// What an academic year's name and dates have to be.
    ///
    /// It begins at the earliest ``earliestStartDays`` before `yearStart` (the trust's `academicYearStart`, `MM-DD`) of the first calendar year of
    /// its name, and ends before that day of the second.
    package static func problems(
        yearNamed name: String, startsOn: LocalDate, endsOn: LocalDate, yearStart: String
    ) -> [FieldError] {
        guard let year = firstCalendarYear(of: name) else {
            return [
                FieldError(
                    pointer: "/name", code: "not-an-academic-year", detail: "must name two calendar years that follow, such as 2026-27")
            ]
        }
        guard startsOn <= endsOn else { return [endsBeforeStart] }
        let usual = day(yearStart, of: year)
        let earliest = usual.adding(days: -earliestStartDays)
        let next = day(yearStart, of: year + 1)
        var problems: [FieldError] = []
        if startsOn < earliest || startsOn >= next {
            problems.append(
                FieldError(
                    pointer: "/startsOn", code: "outside-academic-year",
                    detail: "must lie from \(earliest), that is \(earliestStartDays) days before \(usual), and before \(next) in \(name)"))
        }
        if endsOn >= next {
            problems.append(
                FieldError(
                    pointer: "/endsOn", code: "outside-academic-year", detail: "must be before \(next), when the next academic year begins")
            )
        }
        return problems
    }

    /// What a term's dates have to be within its academic year.
    package static func problems(
        termFrom startsOn: LocalDate, to endsOn: LocalDate, halfTermFrom: LocalDate?, to halfTermTo: LocalDate?,
        year: ClosedRange<LocalDate>
    ) -> [FieldError] {
        guard startsOn <= endsOn else { return [endsBeforeStart] }
        var problems: [FieldError] = []
        for (pointer, date) in [("/startsOn", startsOn), ("/endsOn", endsOn)] where !year.contains(date) {
            problems.append(
                FieldError(
                    pointer: pointer, code: "outside-academic-year",
                    detail: "must lie in the academic year, from \(year.lowerBound) to \(year.upperBound)"))
        }
        switch (halfTermFrom, halfTermTo) {
        case (nil, nil): break
        case (let from?, let to?) where from > to:
            problems.append(
                FieldError(pointer: "/halfTermEndsOn", code: "before-start", detail: "must be on or after halfTermStartsOn"))
        case (let from?, let to?) where from <= startsOn || to >= endsOn:
            problems.append(
                FieldError(
                    pointer: "/halfTermStartsOn", code: "outside-term",
                    detail: "must lie, with halfTermEndsOn, between the term's first and last day"))
        case (_?, _?): break
        case (nil, _?):
            problems.append(FieldError(pointer: "/halfTermStartsOn", code: "required", detail: "must be given with halfTermEndsOn"))
        case (_?, nil):
            problems.append(FieldError(pointer: "/halfTermEndsOn", code: "required", detail: "must be given with halfTermStartsOn"))
        }
        return problems
    }

    /// What the dates of an entry have to be.
    package static func problems(entryFrom startsOn: LocalDate, to endsOn: LocalDate) -> [FieldError] {
        guard startsOn <= endsOn else { return [endsBeforeStart] }
        guard endsOn.daysSinceEpoch - startsOn.daysSinceEpoch < longestEntryDays else {
            return [FieldError(pointer: "/endsOn", code: "too-long", detail: "must be at most \(longestEntryDays) days from startsOn")]
        }
        return []
    }

    private static let endsBeforeStart = FieldError(pointer: "/endsOn", code: "before-start", detail: "must be on or after startsOn")

    /// `MM-DD` in a calendar year; 29 February falls on 1 March where there is none.
    package static func day(_ monthAndDay: String, of year: Int) -> LocalDate {
        LocalDate("\(year)-\(monthAndDay)") ?? LocalDate(year: year, month: 3, day: 1) ?? LocalDate(daysSinceEpoch: 0)
    }
}
