import Core
import Domain
import OrderedCollections
import Routing
import Testing

/// An invented trust's calendar for 2026–27, over HTTP.
struct CalendarFixture {
    let client: TestClient
    let school: String
    let year: String

    static let holidays: [(String, String)] = [
        ("2026-12-25", "Christmas Day"), ("2026-12-28", "Boxing Day"), ("2027-01-01", "New Year’s Day"), ("2027-03-26", "Good Friday"),
        ("2027-03-29", "Easter Monday"), ("2027-05-03", "Early May bank holiday"), ("2027-05-31", "Spring bank holiday"),
    ]

    /// A file as GOV.UK publishes it, with the same holidays for each division.
    static func bankHolidays(_ holidays: [(String, String)] = holidays) -> JSON {
        let events = holidays.map { date, title -> JSON in
            ["title": .string(title), "date": .string(date), "notes": "", "bunting": true]
        }
        let divisions = ["england-and-wales", "scotland", "northern-ireland"]
        let parts = divisions.map { ($0, ["division": .string($0), "events": .array(events)] as JSON) }
        return .object(JSON.Object(uniqueKeysWithValues: parts))
    }

    /// A file of term dates: a first half term of three weeks, a week's break, and one more week.
    static func termDates(
        firstDay: String = "2026-09-07", without missing: String? = nil, training: JSON = [], bankHolidays: JSON = []
    ) -> JSON {
        let first = LocalDate(firstDay)!
        let days = (0..<20).compactMap { offset -> JSON? in
            let day = LocalDate("2026-09-07")!.adding(days: offset / 5 * 7 + offset % 5 + (offset >= 15 ? 7 : 0))
            let isTraining = (training.arrayValue ?? []).contains { $0["date"]?.stringValue == day.description }
            return day < first || isTraining || day.description == missing ? nil : ["date": .string(day.description), "week": 1]
        }
        let year: JSON = [
            "name": "2026-27", "provisional": false, "bank_holidays": bankHolidays,
            "school_holidays": [["start": "2026-09-26", "end": "2026-10-04", "label": "Half-term"]], "dates": .array(days),
        ]
        return [
            "generated_at": "2026-04-11T13:16:25+00:00", "source": "https://example.org", "school": "Fenmarch", "pd_days": training,
            "academic_years": [year], "all_schooldays": [],
        ]
    }

    /// A school; academic year, three terms and bank holidays of the trust.
    init(requestsPerMinute: Int = Responder.Settings.usualRequestsPerMinute) async throws {
        client = try await TestClient(requestsPerMinute: requestsPerMinute)
        school = try await client.addSchool(urn: "100025").id
        let imported = try await client.post("/v1/bank-holidays/import", Self.bankHolidays())
        precondition(imported.status == 200, imported.text)
        year = try await client.add("/v1/academic-years", ["name": "2026-27", "startsOn": "2026-08-27", "endsOn": "2027-08-31"])
        for (name, startsOn, endsOn, breakStart, breakEnd) in [
            ("Autumn term", "2026-09-01", "2026-12-18", "2026-10-24", "2026-11-01"),
            ("Spring term", "2027-01-04", "2027-03-25", "2027-02-13", "2027-02-21"),
            ("Summer term", "2027-04-12", "2027-07-21", "2027-05-29", "2027-06-06"),
        ] {
            try await addTerm(name, startsOn, endsOn, halfTerm: (breakStart, breakEnd))
        }
    }

    @discardableResult
    func addTerm(
        _ name: String, _ startsOn: String, _ endsOn: String, halfTerm: (String, String)? = nil, school: String? = nil
    ) async throws -> String {
        try await client.add(
            "/v1/terms",
            [
                "academicYearId": .string(year), "schoolId": school.map(JSON.string) ?? .null, "name": .string(name),
                "startsOn": .string(startsOn), "endsOn": .string(endsOn), "halfTermStartsOn": halfTerm.map { .string($0.0) } ?? .null,
                "halfTermEndsOn": halfTerm.map { .string($0.1) } ?? .null,
            ])
    }

    @discardableResult
    func addDay(_ kind: String, _ startsOn: String, _ endsOn: String? = nil, school: String? = nil) async throws -> String {
        try await client.add(
            "/v1/calendar-days",
            [
                "kind": .string(kind), "schoolId": school.map(JSON.string) ?? .null, "startsOn": .string(startsOn),
                "endsOn": .string(endsOn ?? startsOn), "reason": "test",
            ])
    }

    /// The days of the school, each as date, the answers as capitals, kind.
    func days(_ from: String, _ to: String) async throws -> [String] {
        let answer = try await client.get("/v1/schools/\(school)/calendar?from=\(from)&to=\(to)")
        return (answer.json["days"]?.arrayValue ?? []).map { day in
            let letters = [("pupilsIn", "P"), ("staffIn", "S"), ("officeOpen", "O")].map { day[$0.0] == true ? $0.1 : $0.1.lowercased() }
            return "\(day["date"]?.stringValue ?? "") \(letters.joined()) \(day["kind"]?.stringValue ?? "")"
        }
    }
}
