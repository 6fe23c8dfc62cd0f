import Core

/// A value as SQLite keeps it. `json` is text too, told apart so that audit entries can embed it as what it is.
enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case json(String)
    case blob([UInt8])

    static func instant(_ instant: Instant) -> SQLValue { .text(instant.description) }

    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }

    /// The value of a filter or cursor; nil for arrays and objects, which no column is compared with.
    init?(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .integer(value ? 1 : 0)
        case .integer(let value): self = .integer(value)
        case .double(let value): self = .real(value)
        case .string(let value): self = .text(value)
        case .array, .object: return nil
        }
    }

    /// Writes the value as JSON. Booleans appear as SQLite keeps them, 0 and 1.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .integer(let value): writer.integer(value)
        case .real(let value): writer.double(value)
        case .text(let value): writer.string(value)
        case .json(let value): writer.raw(value.utf8)
        case .blob: preconditionFailure("resources have no blob columns")
        }
    }
}
