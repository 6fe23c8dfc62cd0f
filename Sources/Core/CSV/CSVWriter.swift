/// Writes records as RFC 4180 has them: fields apart by commas, quoted where needed, every record ended by CRLF. UTF-8, no mark.
///
/// Spreadsheets take a text that begins like a formula for one and run it. Such a text gets an apostrophe before it, which they hide;
/// numbers, dates and the like can't be formulas and stay as they are.
package enum CSVWriter {
    package enum Value: Hashable, Sendable {
        /// An empty field.
        case null
        /// Anything a person or another program has said.
        case text(String)
        /// Numbers, dates, ids: made by this service, never in need of an apostrophe.
        case plain(String)

        /// How a member appears in a list export: arrays and objects as JSON text.
        package init(_ json: JSON) {
            switch json {
            case .null: self = .null
            case .string(let value): self = .text(value)
            case .bool, .integer, .double: self = .plain(String(decoding: json.bytes, as: UTF8.self))
            case .array, .object: self = .text(String(decoding: json.bytes, as: UTF8.self))
            }
        }
    }

    /// Appends one record. One with a single empty field is written as `""`: an empty line would be no record.
    package static func append(_ fields: some Collection<Value>, to bytes: inout [UInt8]) {
        var isFirst = true
        for field in fields {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            switch field {
            case .null: break
            case .plain(let value): append(value.utf8, isGuarded: false, to: &bytes)
            case .text(let value): append(value.utf8, isGuarded: looksLikeFormula(value), to: &bytes)
            }
        }
        if fields.count == 1, bytes.last.map({ $0 == UInt8(ascii: "\n") }) ?? true { bytes += [UInt8(ascii: "\""), UInt8(ascii: "\"")] }
        bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }

    /// Appends one record of texts: a header, for instance.
    package static func append(_ fields: [String], to bytes: inout [UInt8]) {
        append(fields.map(Value.text), to: &bytes)
    }

    private static func append(_ text: String.UTF8View, isGuarded: Bool, to bytes: inout [UInt8]) {
        let isQuoted = text.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains($0) }
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
        if isGuarded { bytes.append(UInt8(ascii: "'")) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    }

    /// What spreadsheets begin a formula with, in the full-width forms of East Asian keyboards too.
    private static func looksLikeFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"].contains(first)
    }
}
