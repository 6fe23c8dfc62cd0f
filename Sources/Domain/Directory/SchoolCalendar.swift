package import Core

/// A school's days: the trust's default with the school's own laid over it.
///
/// The layers, each changing what the one below says:
/// 1. terms of the academic year, the school's own if it has any for that year, else the trust's; Saturday and Sunday; bank holidays;
/// 2. the trust's days of another kind;
/// 3. the school's own.
/// An entry of several days leaves weekends and bank holidays as they are; one of a single day applies to whatever day it names.
package struct SchoolCalendar: Sendable {
    package struct Year: Hashable, Sendable {
        /// `2026-27`.
        package var name: String
        package var days: ClosedRange<LocalDate>
        /// The school's own, or the trust's; in order, without overlap.
        package var terms: [Term]

        package init(name: String, days: ClosedRange<LocalDate>, terms: [Term]) {
            self.name = name
            self.days = days
            self.terms = terms.sorted { $0.days.lowerBound < $1.days.lowerBound }
        }
    }

    package struct Term: Hashable, Sendable {
        package var name: String
        package var days: ClosedRange<LocalDate>
        /// Within the term; schools with six terms have none.
        package var halfTerm: ClosedRange<LocalDate>?

        package init(name: String, days: ClosedRange<LocalDate>, halfTerm: ClosedRange<LocalDate>? = nil) {
            self.name = name
            self.days = days
            self.halfTerm = halfTerm
        }
    }

    /// Days that are something else than the terms say.
    package struct Entry: Hashable, Sendable {
        package enum Kind: String, Codable, CaseIterable, Sendable {
            case inset, twilight, disaggregated, closure, officeClosure, extraDay
        }

        package var kind: Kind
        package var days: ClosedRange<LocalDate>
        package var reason: String?

        package init(_ kind: Kind, _ days: ClosedRange<LocalDate>, reason: String? = nil) {
            self.kind = kind
            self.days = days
            self.reason = reason
        }
    }

    /// In order, without overlap.
    package let years: [Year]
    private let bankHolidays: [LocalDate: String]
    /// The entries of a day, the trust's before the school's.
    private let entries: [Int: [Entry]]

    /// - Parameters:
    ///   - years: without overlap, each with the terms that hold for the school.
    ///   - defaults: the trust's days.
    ///   - own: the school's days.
    ///   - bankHolidays: titles by date, of the trust's division.
    package init(years: [Year], defaults: [Entry] = [], own: [Entry] = [], bankHolidays: [LocalDate: String]) {
        self.years = years.sorted { $0.days.lowerBound < $1.days.lowerBound }
        self.bankHolidays = bankHolidays
        var entries: [Int: [Entry]] = [:]
        // An office closure may meet another entry of the same owner and then only closes the office.
        for entry in [defaults, own].flatMap({ layer in
            layer.filter { $0.kind != .officeClosure } + layer.filter { $0.kind == .officeClosure }
        }) {
            for day in entry.days.lowerBound.daysSinceEpoch...entry.days.upperBound.daysSinceEpoch {
                entries[day, default: []].append(entry)
            }
        }
        self.entries = entries
    }

    /// What a day is.
    package func day(_ date: LocalDate) -> SchoolDay {
        let plain = plainDay(date)
        return entries[date.daysSinceEpoch, default: []].reduce(plain) { day, entry in
            let isOneDay = entry.days.lowerBound == entry.days.upperBound
            return isOneDay || (plain.kind != .weekend && plain.kind != .bankHoliday) ? day.laidOver(by: entry) : day
        }
    }

    /// Every day of a range, both ends included.
    package func days(_ range: ClosedRange<LocalDate>) -> some Collection<SchoolDay> {
        (range.lowerBound.daysSinceEpoch...range.upperBound.daysSinceEpoch).lazy.map { day(LocalDate(daysSinceEpoch: $0)) }
    }

    package func year(of date: LocalDate) -> Year? {
        years.last { $0.days.lowerBound <= date }.flatMap { $0.days.contains(date) ? $0 : nil }
    }

    private func plainDay(_ date: LocalDate) -> SchoolDay {
        if let title = bankHolidays[date] { return SchoolDay(date, office: false, .bankHoliday, "Bank holiday: \(title)") }
        if date.weekday.isWeekend { return SchoolDay(date, office: false, .weekend, "Weekend") }
        guard let year = year(of: date) else {
            return SchoolDay(date, office: true, .unplanned, "No academic year is recorded for this day")
        }
        guard let first = year.terms.first, let last = year.terms.last else {
            return SchoolDay(date, office: true, .unplanned, "No terms are recorded for \(year.name)")
        }
        if date < first.days.lowerBound { return SchoolDay(date, office: true, .holiday, "Before \(first.name) \(year.name)") }
        if date > last.days.upperBound { return SchoolDay(date, office: true, .holiday, "After \(last.name) \(year.name)") }
        // Between first and last there is always one that has begun.
        let index = year.terms.lastIndex { $0.days.lowerBound <= date } ?? 0
        let term = year.terms[index]
        if date > term.days.upperBound {
            return SchoolDay(date, office: true, .holiday, "Between \(term.name) and \(year.terms[index + 1].name) \(year.name)")
        }
        if let halfTerm = term.halfTerm, halfTerm.contains(date) {
            return SchoolDay(date, office: true, .halfTerm, "Half-term of \(term.name) \(year.name)")
        }
        return SchoolDay(date: date, pupilsIn: true, staffIn: true, officeOpen: true, kind: .schoolDay, reason: "\(term.name) \(year.name)")
    }
}

extension SchoolDay {
    /// A day without pupils and staff.
    fileprivate init(_ date: LocalDate, office: Bool, _ kind: Kind, _ reason: String) {
        self.init(date: date, pupilsIn: false, staffIn: false, officeOpen: office, kind: kind, reason: reason)
    }

    fileprivate func laidOver(by entry: SchoolCalendar.Entry) -> SchoolDay {
        var day = self
        func become(_ kind: Kind, _ name: String, pupils: Bool, staff: Bool, office: Bool) {
            day.kind = kind
            // “INSET day” says it already.
            day.reason = entry.reason.map { $0.lowercased().hasPrefix(name.lowercased()) ? $0 : "\(name): \($0)" } ?? name
            day.pupilsIn = pupils
            day.staffIn = staff
            day.officeOpen = office
        }
        switch entry.kind {
        case .inset: become(.inset, "INSET", pupils: false, staff: true, office: true)
        // An evening session: by day it is what it was.
        case .twilight: become(.twilight, "Twilight", pupils: pupilsIn, staff: true, office: officeOpen)
        case .disaggregated: become(.disaggregated, "INSET worked as twilights", pupils: false, staff: false, office: officeOpen)
        case .extraDay: become(.extraDay, "Extra day", pupils: true, staff: true, office: true)
        case .closure: become(.closure, "Closed", pupils: false, staff: false, office: false)
        case .officeClosure:
            // Says nothing of pupils and staff, so the day keeps its kind.
            day.officeOpen = false
            day.reason += entry.reason.map { "; office closed: \($0)" } ?? "; office closed"
        }
        return day
    }
}
