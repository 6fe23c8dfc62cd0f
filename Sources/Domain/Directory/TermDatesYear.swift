import Core
import OrderedCollections

/// One academic year of a file of term dates, read but not yet understood.
struct TermDatesYear {
    struct Holiday {
        var pointer: String
        var days: ClosedRange<LocalDate>
        var isCalledHalfTerm: Bool
    }

    var pointer: String
    var name: String
    /// In order.
    var bankHolidays: [TermDatesFile.Day] = []
    var holidays: [Holiday] = []
    var dates: [LocalDate] = []

    /// nil, with the reasons remembered, when it has another shape.
    init?(_ tree: JSON, at pointer: String, _ shape: inout FileShape) {
        let before = shape.errorCount
        let members = ["name", "provisional", "bank_holidays", "school_holidays", "dates"]
        guard let year = shape.object(tree, at: pointer, members: members), let name = shape.text(year["name"], at: "\(pointer)/name")
        else {
            return nil
        }
        self.pointer = pointer
        self.name = name
        if CalendarRules.firstCalendarYear(of: name) == nil {
            shape.fail("\(pointer)/name", "not-an-academic-year", "must name two calendar years that follow, such as 2026-27")
        }
        _ = shape.boolean(year["provisional"], at: "\(pointer)/provisional")
        for (pointer, tree) in shape.elements(year["bank_holidays"], at: "\(pointer)/bank_holidays") {
            if let date = shape.date(tree, at: pointer) { bankHolidays.append(TermDatesFile.Day(pointer: pointer, date: date)) }
        }
        for (pointer, tree) in shape.elements(year["school_holidays"], at: "\(pointer)/school_holidays") {
            read(holiday: tree, pointer, &shape)
        }
        for (pointer, tree) in shape.elements(year["dates"], at: "\(pointer)/dates") { read(date: tree, pointer, &shape) }
        if dates.isEmpty { shape.fail("\(pointer)/dates", "empty", "must have at least one day") }
        guard shape.errorCount == before else { return nil }
    }

    private mutating func read(holiday tree: JSON, _ pointer: String, _ shape: inout FileShape) {
        guard let holiday = shape.object(tree, at: pointer, members: ["start", "end", "label"]),
            let start = shape.date(holiday["start"], at: "\(pointer)/start"), let end = shape.date(holiday["end"], at: "\(pointer)/end"),
            let label = shape.text(holiday["label"], at: "\(pointer)/label")
        else { return }
        guard start <= end else { return shape.fail("\(pointer)/end", "before-start", "must be on or after start") }
        if let last = holidays.last, start <= last.days.upperBound {
            shape.fail("\(pointer)/start", "out-of-order", "must be after the end of the holiday before")
        }
        holidays.append(Holiday(pointer: pointer, days: start...end, isCalledHalfTerm: label.lowercased().contains("half")))
    }

    private mutating func read(date tree: JSON, _ pointer: String, _ shape: inout FileShape) {
        guard let day = shape.object(tree, at: pointer, members: ["date", "week"]),
            let date = shape.date(day["date"], at: "\(pointer)/date")
        else { return }
        if case .integer? = day["week"] {} else { shape.fail("\(pointer)/week", "wrong-type", "must be a whole number") }
        let year = CalendarRules.firstCalendarYear(of: name)
        if let year, date.year != year, date.year != year + 1 {
            shape.fail("\(pointer)/date", "outside-academic-year", "must lie in \(name)")
        }
        if let last = dates.last, date <= last { shape.fail("\(pointer)/date", "out-of-order", "must be after the day before") }
        dates.append(date)
    }

    /// Terms and entries; nil, with the reason remembered, when the parts contradict each other.
    func year(training: [TermDatesFile.Training], _ shape: inout FileShape) -> TermDatesFile.Year? {
        let pupils = Set(dates)
        for day in training where day.entry.kind != .twilight && pupils.contains(day.date) {
            shape.fail("\(day.pointer)/date", "contradiction", "is also a day with pupils")
        }
        let all = dates + training.map(\.date)
        guard let first = all.min(), let last = all.max() else { return nil }
        let breaks = holidays.filter { first < $0.days.lowerBound && $0.days.upperBound < last }
        guard let terms = terms(from: first, to: last, breaks, &shape) else { return nil }
        let known = bankHolidays.filter { (first...last).contains($0.date) }
        let plain = SchoolCalendar(
            years: [SchoolCalendar.Year(name: name, days: first...last, terms: terms)],
            bankHolidays: Dictionary(known.map { ($0.date, "") }, uniquingKeysWith: { first, _ in first }))
        var entries = training.map(\.entry)
        let trained = Set(training.map(\.date))
        for day in plain.days(first...last) where day.pupilsIn != pupils.contains(day.date) && !trained.contains(day.date) {
            entries.append(
                day.pupilsIn
                    ? SchoolCalendar.Entry(.closure, day.date...day.date, reason: "no school day in the term dates")
                    : SchoolCalendar.Entry(.extraDay, day.date...day.date, reason: "a school day in the term dates"))
        }
        entries.sort { $0.days.lowerBound < $1.days.lowerBound }
        return TermDatesFile.Year(
            pointer: pointer, name: name, days: first...last, terms: terms, bankHolidays: known, entries: entries, pupilDays: pupils)
    }

    /// What lies between the holidays. Five of them, one called half-term, are the usual half-term, Christmas, half-term, Easter, half-term,
    /// whatever the others are called; else what a holiday is called decides.
    private func terms(from first: LocalDate, to last: LocalDate, _ breaks: [Holiday], _ shape: inout FileShape) -> [SchoolCalendar.Term]? {
        let isUsual = breaks.count == 5 && breaks.contains(where: \.isCalledHalfTerm)
        var terms: [SchoolCalendar.Term] = []
        var start = first
        var halfTerm: ClosedRange<LocalDate>?
        func close(on end: LocalDate) {
            terms.append(SchoolCalendar.Term(name: "", days: ClosedRange(start, to: end.lastWeekday), halfTerm: halfTerm))
        }
        for (index, pause) in breaks.enumerated() {
            if isUsual ? index.isMultiple(of: 2) : pause.isCalledHalfTerm {
                guard halfTerm == nil else {
                    shape.fail("\(pause.pointer)/label", "contradiction", "is the second half-term of one term")
                    return nil
                }
                halfTerm = pause.days
            } else {
                close(on: pause.days.lowerBound.adding(days: -1))
                start = pause.days.upperBound.adding(days: 1).firstWeekday
                halfTerm = nil
            }
        }
        close(on: last)
        let seasons = ["Autumn term", "Spring term", "Summer term"]
        for index in terms.indices { terms[index].name = terms.count == seasons.count ? seasons[index] : "Term \(index + 1)" }
        return terms
    }
}

extension LocalDate {
    /// Itself, or the Friday before a weekend.
    fileprivate var lastWeekday: LocalDate {
        switch weekday {
        case .saturday: adding(days: -1)
        case .sunday: adding(days: -2)
        default: self
        }
    }

    /// Itself, or the Monday after a weekend.
    fileprivate var firstWeekday: LocalDate {
        switch weekday {
        case .saturday: adding(days: 2)
        case .sunday: adding(days: 1)
        default: self
        }
    }
}
