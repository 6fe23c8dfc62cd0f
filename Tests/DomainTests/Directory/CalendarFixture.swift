import Core
import Domain
import Foundation

/// Files of calendars as others publish them. They aren't part of this repository: `PARTNERSHIP_SHARED_DATA` says where they are, else
/// `../shared/data` beside it is looked at.
enum SharedCalendars {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["PARTNERSHIP_SHARED_DATA"] { return URL(filePath: path) }
        // <package>/Tests/DomainTests/Directory/<this file>; the folder may be reached through links.
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        return here.deletingLastPathComponent().appending(path: "../../../../shared/data").standardizedFileURL
    }()

    static let areThere = FileManager.default.isReadableFile(atPath: directory.appending(path: "term-dates/sheffield_term_dates.ics").path)
    static let comment = "the published calendars aren't there; PARTNERSHIP_SHARED_DATA says where they are"

    static func json(_ name: String) throws -> JSON { try JSON(parsing: [UInt8](Data(contentsOf: directory.appending(path: name)))) }

    /// The days of an iCalendar file whose description is this.
    static func icsDays(_ name: String, describedAs description: String) throws -> Set<LocalDate> {
        let text = try String(contentsOf: directory.appending(path: name), encoding: .utf8)
        var days: Set<LocalDate> = []
        for event in text.components(separatedBy: "BEGIN:VEVENT").dropFirst() where event.contains("DESCRIPTION:\(description)") {
            guard let start = event.range(of: "DTSTART;VALUE=DATE:")?.upperBound else { continue }
            let digits = event[start...].prefix(8)
            if let day = LocalDate("\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))") { days.insert(day) }
        }
        return days
    }
}

func date(_ text: String) -> LocalDate { LocalDate(text)! }

func dates(_ first: String, _ last: String) -> ClosedRange<LocalDate> { date(first)...date(last) }

/// An invented school in 2026–27.
enum CalendarFixture {
    static let bankHolidays: [LocalDate: String] = [
        date("2026-12-25"): "Christmas Day", date("2026-12-28"): "Boxing Day", date("2027-01-01"): "New Year’s Day",
        date("2027-03-26"): "Good Friday", date("2027-03-29"): "Easter Monday", date("2027-05-03"): "Early May bank holiday",
        date("2027-05-31"): "Spring bank holiday", date("2027-08-30"): "Summer bank holiday",
    ]

    static let year = SchoolCalendar.Year(
        name: "2026-27", days: dates("2026-08-27", "2027-08-31"),
        terms: [
            SchoolCalendar.Term(name: "Autumn term", days: dates("2026-09-01", "2026-12-18"), halfTerm: dates("2026-10-24", "2026-11-01")),
            SchoolCalendar.Term(name: "Spring term", days: dates("2027-01-04", "2027-03-25"), halfTerm: dates("2027-02-13", "2027-02-21")),
            SchoolCalendar.Term(name: "Summer term", days: dates("2027-04-12", "2027-07-21"), halfTerm: dates("2027-05-29", "2027-06-06")),
        ])

    static func calendar(defaults: [SchoolCalendar.Entry] = [], own: [SchoolCalendar.Entry] = []) -> SchoolCalendar {
        SchoolCalendar(years: [year], defaults: defaults, own: own, bankHolidays: bankHolidays)
    }
}

/// `p` pupils, `s` staff, `o` office, each as a capital where the answer is yes, then kind and reason.
func brief(_ day: SchoolDay) -> String {
    "\(day.pupilsIn ? "P" : "p")\(day.staffIn ? "S" : "s")\(day.officeOpen ? "O" : "o") \(day.kind) \(day.reason)"
}
