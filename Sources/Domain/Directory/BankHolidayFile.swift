package import Core
import OrderedCollections

/// The parts of the United Kingdom that have bank holidays of their own, named as GOV.UK names them.
package enum BankHolidayDivision: String, Codable, CaseIterable, Sendable {
    case englandAndWales = "england-and-wales"
    case scotland
    case northernIreland = "northern-ireland"
}

package struct BankHoliday: Codable, Hashable, Sendable {
    package var division: BankHolidayDivision
    package var date: LocalDate
    /// As published, with its typographic apostrophe: “New Year’s Day”.
    package var title: String

    package init(division: BankHolidayDivision, date: LocalDate, title: String) {
        self.division = division
        self.date = date
        self.title = title
    }
}

/// The file of bank holidays that GOV.UK publishes at https://www.gov.uk/bank-holidays.json.
///
/// An object of the three divisions, each with `division` (its name again) and `events`, each with `title`, `date`, `notes` (may be empty) and
/// `bunting`. A file of another shape isn't taken: half a file would silently turn bank holidays into working days.
package struct BankHolidayFile: Equatable, Sendable {
    /// By division, then by date.
    package let holidays: [BankHoliday]

    /// Throws ``DomainError/invalid(_:)`` with everything that isn't as described.
    package init(_ tree: JSON) throws {
        var shape = FileShape()
        var holidays: [BankHoliday] = []
        if let file = shape.object(tree, at: "", members: BankHolidayDivision.allCases.map(\.rawValue)) {
            for division in BankHolidayDivision.allCases {
                guard let part = file[division.rawValue] else { continue }
                holidays += Self.holidays(part, of: division, &shape)
            }
        }
        self.holidays = try shape.checked(holidays)
    }

    private static func holidays(_ tree: JSON, of division: BankHolidayDivision, _ shape: inout FileShape) -> [BankHoliday] {
        let pointer = "/\(division.rawValue)"
        guard let part = shape.object(tree, at: pointer, members: ["division", "events"]) else { return [] }
        if part["division"]?.stringValue != division.rawValue {
            shape.fail("\(pointer)/division", "wrong-value", "must be \(division.rawValue)")
        }
        let events = shape.elements(part["events"], at: "\(pointer)/events")
        if part["events"]?.arrayValue?.isEmpty == true { shape.fail("\(pointer)/events", "empty", "must have at least one event") }
        var holidays: [LocalDate: BankHoliday] = [:]
        for (pointer, tree) in events {
            guard let event = shape.object(tree, at: pointer, members: ["title", "date", "notes", "bunting"]) else { continue }
            let title = shape.text(event["title"], at: "\(pointer)/title")
            let date = shape.date(event["date"], at: "\(pointer)/date")
            _ = shape.text(event["notes"], at: "\(pointer)/notes")
            _ = shape.boolean(event["bunting"], at: "\(pointer)/bunting")
            if title?.isEmpty == true { shape.fail("\(pointer)/title", "empty", "must not be empty") }
            guard let title, let date else { continue }
            if let other = holidays[date] {
                shape.fail("\(pointer)/date", "duplicate", "is the day of \(other.title) as well")
            }
            holidays[date] = BankHoliday(division: division, date: date, title: title)
        }
        return holidays.values.sorted { $0.date < $1.date }
    }
}
