package import Core
package import Domain
package import Repositories

/// Brings term dates from a file (``TermDatesFile``) into the calendar of the trust or of one school; the same file again changes nothing.
///
/// Years are found by their names, terms by their year, owner and name, days by their owner and dates. What the file doesn't have stays.
package struct TermDatesImport: Sendable {
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Throws `forbidden` for whoever may not write this calendar.
    package func authorise(schoolId: String?, _ call: Call) throws {
        try store.readNow { transaction in
            try transaction.authorise(
                .calendarsWrite, for: .calendar(of: schoolId), call.actor, on: store.now().day(in: transaction.zone()))
        }
    }

    /// `schoolId` nil imports for the trust; then academic years that aren't there are recorded as well. A school's terms are recorded only
    /// where they aren't the trust's.
    ///
    /// Throws `invalid` with pointers for a file of another shape or one whose bank holidays aren't those known here, `conflict` for what
    /// overlaps records the file doesn't mean, ``BulkTooLarge`` for one that would keep others waiting for too long.
    package func load(_ tree: JSON, schoolId: String?, _ call: Call) async throws -> TermDatesReport {
        let file = try TermDatesFile(tree)
        return try await store.write(call, isLarge: true, within: .whole) { transaction in
            try transaction.authorise(.calendarsWrite, for: .calendar(of: schoolId))
            var run = Run(transaction: transaction, schoolId: schoolId, report: TermDatesReport(source: file.school, schoolId: schoolId))
            try run.checkBankHolidays(of: file)
            for year in file.years { try run.take(year) }
            // A day on which the trust is closed moves what was promised.
            if schoolId == nil, run.report.calendarDays.created + run.report.calendarDays.updated > 0 {
                try transaction.follow(.init(.schedule))
            }
            return run.report
        }
    }
}

/// One import, within one transaction.
private struct Run {
    let transaction: WriteTransaction
    let schoolId: String?
    var report: TermDatesReport
    /// Entries of the file.
    private var taken = 0

    init(transaction: WriteTransaction, schoolId: String?, report: TermDatesReport) {
        self.transaction = transaction
        self.schoolId = schoolId
        self.report = report
    }

    /// A bank holiday that only one side knows would be a school day here that it isn't in the file, or the other way round.
    func checkBankHolidays(of file: TermDatesFile) throws {
        let division = try transaction.trust.find()?.bankHolidayDivision ?? .englandAndWales
        let errors = try file.years.flatMap { year in
            year.disagreements(bankHolidays: try transaction.bankHolidays.titles(of: division, in: year.days))
        }
        guard errors.isEmpty else { throw DomainError.invalid(Array(errors.prefix(100))) }
    }

    mutating func take(_ year: TermDatesFile.Year) throws {
        let academicYear = try pointing(at: year.pointer) { try self.academicYear(for: year) }
        try pointing(at: year.pointer) { try take(year.terms, academicYear) }
        for entry in year.entries {
            try transaction.checkTime(done: taken, "days")
            try take(entry)
            taken += 1
        }
    }

    /// Says of what the rules refuse where in the file it stands.
    private func pointing<Value>(at pointer: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch DomainError.invalid(let errors) {
            throw DomainError.invalid(errors.map { FieldError(pointer: pointer, code: $0.code, detail: $0.detail) })
        }
    }

    // MARK: Academic years

    private mutating func academicYear(for year: TermDatesFile.Year) throws -> AcademicYear {
        let known = try transaction.calendars.academicYear(named: year.name)
        guard schoolId == nil else {
            // A school's own terms lie in the trust's years.
            guard let known else {
                throw DomainError.invalid([
                    FieldError(
                        pointer: "", code: "unknown-academic-year", detail: "\(year.name) isn't recorded; the trust's term dates come first"
                    )
                ])
            }
            return known
        }
        return try known.map { try widen($0, year) } ?? insert(year)
    }

    private mutating func widen(_ known: AcademicYear, _ year: TermDatesFile.Year) throws -> AcademicYear {
        var changed = known
        changed.startsOn = min(known.startsOn, year.days.lowerBound)
        changed.endsOn = max(known.endsOn, year.days.upperBound)
        guard changed != known else {
            report.academicYears.unchanged += 1
            return known
        }
        report.academicYears.updated += 1
        try changed.validate(yearStart: try yearStart)
        try endYears(before: changed)
        return try transaction.update(from: known, to: changed, isTarget: false)
    }

    private mutating func insert(_ year: TermDatesFile.Year) throws -> AcademicYear {
        let first = CalendarRules.firstCalendarYear(of: year.name) ?? year.days.lowerBound.year
        let usual = CalendarRules.day(try yearStart, of: first)
        let last = CalendarRules.day(try yearStart, of: first + 1).adding(days: -1)
        // What lies beyond is refused below, with a reason.
        var end = max(last, year.days.upperBound)
        let later = try transaction.calendars.academicYears(in: year.days.upperBound...end).first { $0.startsOn > year.days.upperBound }
        if let later { end = later.startsOn.adding(days: -1) }
        let made = AcademicYear(
            id: ResourceType.academicYear.makeID(at: transaction.now), name: year.name, startsOn: min(usual, year.days.lowerBound),
            endsOn: end, createdAt: transaction.now)
        try made.validate(yearStart: try yearStart)
        try endYears(before: made)
        report.academicYears.created += 1
        return try transaction.insert(made, audience: .directory)
    }

    /// A year that begins in August ends the one before it a few days earlier.
    private mutating func endYears(before year: AcademicYear) throws {
        for other in try transaction.calendars.academicYears(in: year.days) where other.id != year.id {
            guard other.startsOn < year.startsOn else { throw DomainError.overlap(with: other) }
            var shortened = other
            shortened.endsOn = year.startsOn.adding(days: -1)
            if let last = try transaction.calendars.terms(academicYearId: other.id).map(\.endsOn).max(), last > shortened.endsOn {
                throw DomainError.overlap(with: other)
            }
            try transaction.update(from: other, to: shortened, isTarget: false)
            report.academicYears.updated += 1
        }
    }

    private var yearStart: String {
        get throws { try transaction.trust.find()?.academicYearStart ?? Trust.usualYearStart }
    }

    // MARK: Terms

    private mutating func take(_ terms: [SchoolCalendar.Term], _ year: AcademicYear) throws {
        let own = try transaction.calendars.terms(of: schoolId, academicYearId: year.id)
        if schoolId != nil, own.isEmpty, try transaction.calendars.terms(of: nil, academicYearId: year.id).map(\.value) == terms {
            report.terms.unchanged += terms.count
            return
        }
        var pending = terms.map { term in (value: term, known: own.first { $0.hasName(term.name) }) }
        // A term may only move where another has made room, so those that fit come first.
        while !pending.isEmpty {
            let index = try pending.firstIndex { try others(overlapping: $0.value, $0.known).isEmpty }
            guard let index else {
                let overlapped = try others(overlapping: pending[0].value, pending[0].known)
                throw DomainError.overlap(with: overlapped[0])
            }
            let (value, known) = pending.remove(at: index)
            try take(value, known, year)
        }
    }

    private func others(overlapping value: SchoolCalendar.Term, _ known: Term?) throws -> [Term] {
        try transaction.calendars.terms(of: schoolId, in: value.days).filter { $0.id != known?.id }
    }

    private mutating func take(_ value: SchoolCalendar.Term, _ known: Term?, _ year: AcademicYear) throws {
        var term =
            known
            ?? Term(
                id: ResourceType.term.makeID(at: transaction.now), academicYearId: year.id, schoolId: schoolId, name: value.name,
                startsOn: value.days.lowerBound, endsOn: value.days.upperBound, createdAt: transaction.now)
        term.startsOn = value.days.lowerBound
        term.endsOn = value.days.upperBound
        term.halfTermStartsOn = value.halfTerm?.lowerBound
        term.halfTermEndsOn = value.halfTerm?.upperBound
        try term.validate(in: year)
        guard let known else {
            report.terms.created += 1
            try transaction.insert(term, audience: .directory)
            return
        }
        if term == known { report.terms.unchanged += 1 } else { report.terms.updated += 1 }
        try transaction.update(from: known, to: term, isTarget: false)
    }

    // MARK: Days

    private mutating func take(_ entry: SchoolCalendar.Entry) throws {
        let known = try transaction.calendars.days(of: schoolId, in: entry.days).filter { $0.kind != .officeClosure }
        if known.contains(where: { $0.kind == entry.kind && $0.value.days.contains(entry.days.lowerBound) }) {
            report.calendarDays.unchanged += 1
            return
        }
        guard let other = known.first else {
            report.calendarDays.created += 1
            try transaction.insert(
                CalendarDay(
                    id: ResourceType.calendarDay.makeID(at: transaction.now), schoolId: schoolId, kind: entry.kind,
                    startsOn: entry.days.lowerBound, endsOn: entry.days.upperBound, reason: entry.reason, createdAt: transaction.now),
                audience: .directory)
            return
        }
        guard other.value.days == entry.days else { throw DomainError.overlap(with: other) }
        var changed = other
        changed.kind = entry.kind
        changed.reason = entry.reason
        report.calendarDays.updated += 1
        try transaction.update(from: other, to: changed, isTarget: false)
    }
}
