import Core

/// Rows of RFC 4180, with CRLF, in which no cell can become a formula.
enum CSVRow {
    static func header(_ members: [String], into bytes: inout [UInt8]) {
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            text(member, into: &bytes)
        }
        bytes += [0x0D, 0x0A]
    }

    /// - Parameter item: an encoded object. null is an empty cell, the empty text `""`; arrays and objects are JSON text.
    static func row(_ item: [UInt8], _ members: [String], into bytes: inout [UInt8]) throws {
        let tree = try JSON(parsing: item)
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch tree[member] ?? .null {
            case .null: break
            case .string(let value): text(value, into: &bytes)
            case .array(let elements): text(String(decoding: JSON.array(elements).bytes, as: UTF8.self), into: &bytes)
            case .object(let members): text(String(decoding: JSON.object(members).bytes, as: UTF8.self), into: &bytes)
            case let scalar: bytes += scalar.bytes
            }
        }
        bytes += [0x0D, 0x0A]
    }

    /// Spreadsheets run a cell that begins so, also in quotes; the apostrophe makes it text again.
    private static func text(_ value: String, into bytes: inout [UInt8]) {
        let isDangerous = value.unicodeScalars.first.map(startsFormula) ?? false
        let needsQuotes =
            value.isEmpty || value.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        if isDangerous { bytes.append(UInt8(ascii: "'")) }
        for byte in value.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
    }

    /// Also the full-width forms, which some spreadsheets take for the plain ones.
    private static func startsFormula(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }
}
