package import Core
package import Domain
import OrderedCollections
package import Repositories
import Synchronization

/// Figures of schools from a CSV file, one per row; importing the same file again changes nothing.
///
/// Columns: `school` (id, `urn:…`, `ukprn:…` or `laestab:…`), `measure`, `period`, `value`, `source`; `comparisonValue`, `asAt`. A figure is known
/// again by school, measure, period and source. Blank says that there is none.
package struct IndicatorImport: Sendable {
    private static let required = ["school", "measure", "period", "value", "source"]
    private static let optional = ["comparisonValue", "asAt"]

    private let store: Store
    private let indicators: IndicatorService

    package init(store: Store) {
        self.store = store
        indicators = IndicatorService(store: store)
    }

    /// Throws `invalid` when the bytes are no such file.
    package func run(_ bytes: [UInt8], _ call: Call) async throws -> CSVReport {
        let taken = Taken()
        return try await CSVImport.run(bytes, required: Self.required, optional: Self.optional, store: store, call) { row, transaction in
            try take(row, taken, transaction)
        }
    }

    private func take(_ row: CSVTable.Row, _ taken: Taken, _ transaction: WriteTransaction) throws -> CSVRowOutcome {
        guard let school = try row.school("school", transaction) else { throw CSVRowError("school", "is missing") }
        let members = try members(row)
        let figure = ["measure", "period", "source"].map { row[$0] ?? "" }
        if let line = taken.line(of: [school] + figure) { throw CSVRowError(nil, "is the same figure as line \(line)") }
        let known = try transaction.indicators.find(schoolId: school, measure: figure[0], period: figure[1], source: figure[2])
        let outcome: CSVRowOutcome
        if let known {
            let changed = try indicators.change(known.id, patch: .object(members), transaction)
            outcome = changed.etag == known.etag ? .unchanged : .updated
        } else {
            let names: JSON.Object = [
                "schoolId": .string(school), "measure": .string(figure[0]), "period": .string(figure[1]), "source": .string(figure[2]),
            ]
            _ = try indicators.insert(.object(names.merging(members) { $1 }), transaction)
            outcome = .created
        }
        taken.note([school] + figure, line: row.line)
        return outcome
    }

    /// What the row says of its figure. Throws everything that can't be read at once.
    private func members(_ row: CSVTable.Row) throws -> JSON.Object {
        var members: JSON.Object = ["comparisonValue": .null, "asAt": .null]
        var error = CSVRowError(nil, "")
        error.problems = []
        for column in Self.required where row[column] == nil { error.problems.append((column, "is missing")) }
        for column in ["measure", "period", "source"] where (row[column] ?? "").unicodeScalars.contains(where: { $0.value < 0x20 }) {
            error.problems.append((column, "must be one line"))
        }
        if (row["source"] ?? "").unicodeScalars.count > 200 { error.problems.append(("source", "must be at most 200 characters")) }
        for column in ["value", "comparisonValue"] {
            guard let text = row[column] else { continue }
            members[column] = Self.number(text)
            if members[column] == nil { error.problems.append((column, "must be a number such as 94.5, not \(text)")) }
        }
        if let text = row["asAt"] {
            members["asAt"] = .string(text)
            if LocalDate(text) == nil { error.problems.append(("asAt", "must be a day as YYYY-MM-DD, not \(text)")) }
        }
        guard error.problems.isEmpty else { throw error }
        return members
    }

    /// A number as JSON writes it, and as large as bodies may have them: beyond, programs that read it would see another one.
    private static func number(_ text: String) -> JSON? {
        guard text.utf8.count <= 64, let tree = try? JSON(parsing: Array(text.utf8)) else { return nil }
        let largest = 0x1p53 - 1
        switch tree {
        case .integer(let number): return Double(number).magnitude <= largest ? tree : nil
        case .double(let number): return number.magnitude <= largest ? tree : nil
        default: return nil
        }
    }

    /// The line of each figure taken from the file, so that none is taken twice.
    private final class Taken: Sendable {
        private let lines = Mutex<[[String]: Int]>([:])

        func line(of figure: [String]) -> Int? { lines.withLock { $0[figure] } }
        func note(_ figure: [String], line: Int) { lines.withLock { $0[figure] = line } }
    }
}
