import Core
import Domain

/// Rows of the register's extracts, by column, and how an import sees them.
struct RegisterFixture {
    var cells: [(name: String, value: String)]

    static let school = RegisterFixture(cells: [
        ("URN", "100025"), ("LA (code)", "202"), ("LA (name)", "Camden"), ("EstablishmentNumber", "2775"),
        ("EstablishmentName", "Gospel Oak Primary School"), ("TypeOfEstablishment (code)", "01"),
        ("TypeOfEstablishment (name)", "Community school"), ("EstablishmentStatus (code)", "1"), ("OpenDate", "01-09-1953"),
        ("CloseDate", ""),
        ("PhaseOfEducation (code)", "2"), ("StatutoryLowAge", "3"), ("StatutoryHighAge", "11"), ("Gender (name)", "Mixed"),
        ("ReligiousCharacter (name)", "Does not apply"), ("SchoolCapacity", "459"), ("CensusDate", "15-01-2026"), ("NumberOfPupils", "421"),
        ("PercentageFSM", "38.5"), ("UKPRN", "10078058"), ("Street", "Mansfield Road"), ("Locality", ""), ("Address3", ""),
        ("Town", "London"), ("County (name)", "Not recorded"), ("Postcode", "NW3 2JB"), ("SchoolWebsite", "www.gospeloak.camden.sch.uk"),
        ("GOR (name)", "London"), ("Easting", "528230"), ("Northing", "185638"), ("LastChangedDate", "02-03-2026"), ("Diocese (name)", "x"),
    ])

    static let link = RegisterFixture(cells: [
        ("URN", "100025"), ("Group UID", "3320"), ("Group ID", "TR00968"), ("Group Name", "HARRIS FEDERATION"),
        ("Companies House Number", "06228587"), ("Group Type (code)", "06"), ("Group Type", "Multi-academy trust"), ("Closed Date", ""),
        ("Group Status (code)", "OPEN"), ("Joined date", "01-09-2019"),
    ])

    static let group = RegisterFixture(cells: [
        ("Group UID", "3320"), ("Group ID", "TR00968"), ("Group Name", "HARRIS FEDERATION"), ("Companies House Number", "06228587"),
        ("Group Type (code)", "06"), ("Group Type", "Multi-academy trust"), ("Closed Date", ""), ("Group Status (code)", "OPEN"),
        ("UKPRN", "10055126"),
    ])

    /// With another value in a column the file has.
    func with(_ name: String, _ value: String) -> RegisterFixture {
        precondition(cells.contains { $0.name == name }, "no column \(name)")
        return RegisterFixture(cells: cells.map { $0.name == name ? (name, value) : $0 })
    }

    func without(_ names: String...) -> RegisterFixture { RegisterFixture(cells: cells.filter { !names.contains($0.name) }) }

    /// The file of one row, as CSV.
    var file: [UInt8] {
        let rows = [cells.map(\.name), cells.map(\.value)].map { row in row.map { "\"\($0.replacing("\"", with: "\"\""))\"" } }
        return Array(rows.map { $0.joined(separator: ",") + "\r\n" }.joined().utf8)
    }

    /// Reads header and row as an import does.
    func read<Column: RegisterColumn, Value>(
        _ encoding: TextEncoding = .utf8, _ body: (CSVRecord, RegisterColumns<Column>, TextEncoding) throws -> Value
    ) throws -> Value {
        var columns: RegisterColumns<Column>?
        var value: Value?
        func take(_ event: CSVReader.Event) throws {
            switch event {
            case .header(let header): columns = try RegisterColumns(header: header, encoding)
            case .record(let record): value = try body(record, columns!, encoding)
            case .fault(let fault, _): throw fault
            }
        }
        var reader = CSVReader()
        try file.withUnsafeBufferPointer { try reader.feed($0, take) }
        try reader.finish(take)
        return value!
    }

    func row(membership: RegisterMembership? = nil) throws -> RegisterRow {
        try read { try RegisterRow($0, $1, $2, membership: membership) }
    }

    /// The school as it would be made on 23 November 2026.
    func made(membership: RegisterMembership? = nil) throws -> School {
        try row(membership: membership).made(id: "sch_01h455vb4pex5vsknk084sn02q", at: Instant("2026-11-23T20:00:00Z")!)
    }

    func substance(_ encoding: TextEncoding = .utf8, membership: RegisterMembership? = nil) throws -> [UInt8] {
        try read(encoding) { record, columns, encoding in
            var bytes: [UInt8] = []
            RegisterRow.appendSubstance(of: record, columns, encoding, membership: membership, to: &bytes)
            return bytes
        }
    }

    /// What is wrong with the row, as `column reason`.
    func problems() -> [String] {
        do {
            _ = try row()
            return []
        } catch let error as RegisterRowError {
            return error.problems.map { "\($0.line) \($0.column ?? "-") \($0.reason)" }
        } catch {
            return ["\(error)"]
        }
    }
}
