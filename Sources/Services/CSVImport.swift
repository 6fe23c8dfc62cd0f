import Core
import Domain
import Repositories

/// A row that can't be taken, with everything that is wrong with it by column.
struct CSVRowError: Error {
    var problems: [(column: String?, reason: String)]

    init(_ column: String?, _ reason: String) {
        problems = [(column, reason)]
    }

    /// What the rules of the resource say, each at the column of the same name.
    init(_ error: DomainError) {
        switch error {
        case .invalid(let fields): problems = fields.map(Self.problem)
        case .duplicate(let field), .overlap(let field): problems = [Self.problem(field)]
        case .conflict(let sentence), .notInThisState(let sentence, _), .refused(let sentence, _), .forbidden(let sentence):
            problems = [(nil, sentence)]
        case .notFound: problems = [(nil, "is about something that isn't there")]
        case .preconditionFailed, .busy, .diskFull, .unwritable, .expired, .ahead:
            problems = [(nil, "was changed by somebody else meanwhile")]
        }
    }

    private static func problem(_ field: FieldError) -> (String?, String) {
        guard case .pointer(let pointer) = field.place else { return (nil, field.detail) }
        return (pointer.isEmpty ? nil : String(pointer.dropFirst().prefix { $0 != "/" }), field.detail)
    }
}

/// What a row came to.
enum CSVRowOutcome {
    case created, updated, unchanged
}

/// Imports small CSV files: a row that can't be taken is reported with line, column and reason and never spoils the others.
package enum CSVImport {
    /// Bytes of a file at most.
    package static let maximumBytes = 4 << 20

    /// Takes the rows one by one, each in a savepoint of its own, in pieces between which others write. Broken off and sent again it goes on, since what
    /// is there already is found by its keys.
    ///
    /// Throws ``DomainError/invalid(_:)`` before anything is written when the file isn't what it is said to be.
    static func run(
        _ bytes: [UInt8], required: [String], optional: [String], store: Store, _ call: Call,
        take: @escaping @Sendable (CSVTable.Row, WriteTransaction) throws -> CSVRowOutcome
    ) async throws -> CSVReport {
        let table: CSVTable
        do {
            table = try CSVTable(bytes, required: required, optional: optional)
        } catch let fault as CSVFault {
            throw DomainError.invalid([FieldError(pointer: "", code: "not-this-file", detail: "line \(fault.line) \(fault.reason)")])
        }
        var report = CSVReport()
        report.ignoredColumns = table.ignoredColumns
        for fault in table.faults { report.reject([.init(line: fault.line, column: nil, reason: fault.reason)]) }
        call.cost.count(lines: table.rows.count)
        return try await store.writeInPieces(call, count: table.rows.count, from: report) { index, report, transaction in
            let row = table.rows[index]
            do {
                switch try transaction.attempt({ try take(row, transaction) }) {
                case .created: report.created += 1
                case .updated: report.updated += 1
                case .unchanged: report.unchanged += 1
                }
            } catch let error as CSVRowError {
                report.reject(error.problems.map { .init(line: row.line, column: $0.column, reason: $0.reason) })
            } catch let error as DomainError {
                report.reject(CSVRowError(error).problems.map { .init(line: row.line, column: $0.column, reason: $0.reason) })
            }
        }
    }
}

extension CSVTable.Row {
    /// Throws a ``CSVRowError`` when the column is blank.
    func required(_ column: String) throws -> String {
        guard let text = self[column] else { throw CSVRowError(column, "is missing") }
        return text
    }

    func date(_ column: String) throws -> LocalDate? {
        guard let text = self[column] else { return nil }
        guard let date = LocalDate(text) else { throw CSVRowError(column, "must be a day as YYYY-MM-DD, not \(text)") }
        return date
    }

    /// The id of a school named by id or natural key.
    func school(_ column: String, _ transaction: some Transaction) throws -> String? {
        guard let text = self[column] else { return nil }
        guard let id = try SchoolKey(text).flatMap({ try transaction.schools.identify($0).first?.id }) else {
            throw CSVRowError(column, "names no school: \(text)")
        }
        return id
    }
}
