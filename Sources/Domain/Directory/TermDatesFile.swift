package import Core
import OrderedCollections

/// Term dates of a council or a school, as JSON.
///
/// An object with `school` (whose dates they are), `pd_days` (days of training: `date`, `label`), `academic_years` and, for information only,
/// `generated_at`, `source` and `all_schooldays`. Each academic year has its `name`, `provisional`, `bank_holidays` (dates), `school_holidays`
/// (`start`, `end`, `label`) and `dates`: every day with pupils (`date`, `week`).
///
/// `dates` is what counts. Terms are what lies between the holidays; where `dates` says something else than terms, weekends, bank holidays
/// and training days together, the day becomes an entry of its own.
package struct TermDatesFile: Equatable, Sendable {
    /// A day and where in the file it stands.
    package struct Day: Equatable, Sendable {
        package var pointer: String
        package var date: LocalDate
    }

    package struct Year: Equatable, Sendable {
        /// Where in the file it stands.
        package var pointer: String
        package var name: String
        /// From the first to the last day with pupils or training.
        package var days: ClosedRange<LocalDate>
        package var terms: [SchoolCalendar.Term]
        /// Those between first and last day, each with its pointer.
        package var bankHolidays: [Day]
        package var entries: [SchoolCalendar.Entry]
        /// Every day with pupils, as the file has it.
        package var pupilDays: Set<LocalDate>

        /// Days on which the calendar made of the file would differ from it with these bank holidays, titles by date: because they are others
        /// than the file's.
        package func disagreements(bankHolidays: [LocalDate: String]) -> [FieldError] {
            let year = SchoolCalendar.Year(name: name, days: days, terms: terms)
            let calendar = SchoolCalendar(years: [year], own: entries, bankHolidays: bankHolidays)
            return calendar.days(days).filter { $0.pupilsIn != pupilDays.contains($0.date) }.map { day in
                let place = self.bankHolidays.first { $0.date == day.date }?.pointer ?? "\(pointer)/bank_holidays"
                let detail =
                    day.pupilsIn
                    ? "\(day.date) is a bank holiday in the file and none is known here; import the bank holidays first"
                    : "\(day.date) is no bank holiday in the file, but one is known here: \(bankHolidays[day.date] ?? day.reason)"
                return FieldError(pointer: place, code: "other-bank-holidays", detail: detail)
            }
        }
    }

    /// Whose dates they are, in the file's words.
    package let school: String
    /// In the order of the file.
    package let years: [Year]

    /// Throws ``DomainError/invalid(_:)`` with everything that isn't as described.
    package init(_ tree: JSON) throws {
        var shape = FileShape()
        var school: String?
        var years: [Year] = []
        let members = ["generated_at", "source", "school", "pd_days", "academic_years", "all_schooldays"]
        if let file = shape.object(tree, at: "", members: members) {
            for name in ["generated_at", "source"] { _ = shape.text(file[name], at: "/\(name)", maximumLength: 2000) }
            school = shape.text(file["school"], at: "/school")
            for (pointer, tree) in shape.elements(file["all_schooldays"], at: "/all_schooldays") { _ = shape.date(tree, at: pointer) }
            let training = Self.training(file["pd_days"], &shape)
            var names: Set<String> = []
            for (pointer, tree) in shape.elements(file["academic_years"], at: "/academic_years") {
                guard let parts = TermDatesYear(tree, at: pointer, &shape) else { continue }
                if !names.insert(parts.name).inserted { shape.fail("\(pointer)/name", "duplicate", "is there already") }
                if let year = parts.year(training: training.filter { $0.yearName == parts.name }, &shape) { years.append(year) }
            }
            for day in training where !names.contains(day.yearName) {
                shape.fail("\(day.pointer)/date", "outside-academic-year", "lies in \(day.yearName), which isn't in the file")
            }
        }
        self.school = try shape.checked(school ?? "")
        self.years = years
    }

    /// A day of training as the file has it.
    struct Training {
        var pointer: String
        var date: LocalDate
        var entry: SchoolCalendar.Entry

        /// Years of such files run from August to July.
        var yearName: String { CalendarRules.yearName(startingIn: date.month >= 8 ? date.year : date.year - 1) }
    }

    private static func training(_ tree: JSON?, _ shape: inout FileShape) -> [Training] {
        var days: [Training] = []
        var seen: Set<LocalDate> = []
        for (pointer, tree) in shape.elements(tree, at: "/pd_days") {
            guard let day = shape.object(tree, at: pointer, members: ["date", "label"]),
                let date = shape.date(day["date"], at: "\(pointer)/date"), let label = shape.text(day["label"], at: "\(pointer)/label")
            else { continue }
            if !seen.insert(date).inserted { shape.fail("\(pointer)/date", "duplicate", "is there already") }
            let lower = label.lowercased()
            let kind: SchoolCalendar.Entry.Kind =
                lower.contains("disaggregated") ? .disaggregated : lower.contains("twilight") ? .twilight : .inset
            days.append(Training(pointer: pointer, date: date, entry: SchoolCalendar.Entry(kind, date...date, reason: label)))
        }
        return days
    }
}
