package import Core
package import Domain
import OrderedCollections
package import Repositories

/// People and their appointments from a CSV file, as a personnel system can write it; importing the same file again changes nothing.
///
/// Columns: `name`, `workEmail` (by which a person is known again), and, all or none of a row, `role` and `startsOn`, with `school` (id,
/// `urn:…`, `ukprn:…` or `laestab:…`), `endsOn`, `isLead` (true or false); `jobTitle`. One row per appointment. An appointment is known again
/// by person, role, school and first day. Who is missing from the file stays as they are.
package struct PeopleImport: Sendable {
    private static let required = ["name", "workEmail"]
    private static let optional = ["jobTitle", "role", "school", "startsOn", "endsOn", "isLead"]

    private let store: Store
    private let people: PersonService
    private let appointments: AppointmentService

    package init(store: Store) {
        self.store = store
        people = PersonService(store: store)
        appointments = AppointmentService(store: store)
    }

    /// Throws `invalid` when the bytes are no such file.
    package func run(_ bytes: [UInt8], _ call: Call) async throws -> CSVReport {
        try await CSVImport.run(bytes, required: Self.required, optional: Self.optional, store: store, call, take: take)
    }

    private func take(_ row: CSVTable.Row, _ transaction: WriteTransaction) throws -> CSVRowOutcome {
        let school = try row.school("school", transaction)
        let (person, outcome) = try person(row, transaction)
        guard let role = row["role"] else { return outcome }
        guard Role(rawValue: role).map(Role.appointable.contains) ?? false else {
            throw CSVRowError("role", "is none of \(Role.appointable.map(\.rawValue).joined(separator: ", "))")
        }
        guard let start = try row.date("startsOn") else { throw CSVRowError("startsOn", "is missing") }
        let isLead = row["isLead"] == "true"
        if let text = row["isLead"], text != "true", text != "false" { throw CSVRowError("isLead", "must be true or false") }
        let members: JSON.Object = [
            "endsOn": try row.date("endsOn").map { .string($0.description) } ?? .null, "isLead": .bool(isLead),
        ]
        let known = try transaction.all(Appointment.self, where: "personId", is: person).first {
            $0.role.rawValue == role && $0.schoolId == school && $0.startsOn == start
        }
        if let known {
            let changed = try appointments.change(known.id, patch: .object(members), transaction)
            return outcome == .unchanged && changed.etag != known.etag ? .updated : outcome
        }
        let body: JSON.Object = [
            "personId": .string(person), "schoolId": school.map(JSON.string) ?? .null, "role": .string(role),
            "startsOn": .string(start.description),
        ]
        _ = try appointments.insert(.object(body.merging(members) { $1 }), transaction)
        return .created
    }

    private func person(_ row: CSVTable.Row, _ transaction: WriteTransaction) throws -> (id: String, CSVRowOutcome) {
        let email = try row.required("workEmail")
        guard email.contains("@"), !email.contains(where: \.isWhitespace) else { throw CSVRowError("workEmail", "is no address: \(email)") }
        var members: JSON.Object = ["name": .string(try row.required("name"))]
        if let title = row["jobTitle"] { members["jobTitle"] = .string(title) }
        if let known = try transaction.people.find(workEmail: email) {
            let changed = try people.change(known.id, patch: .object(members), transaction)
            return (known.id, changed.etag == known.etag ? .unchanged : .updated)
        }
        members["workEmail"] = .string(email)
        return (try people.insert(.object(members), transaction).id, .created)
    }
}
