import Core

/// How the register spells values.
enum RegisterCell {
    /// Characters of one cell at most.
    static let maximumLength = 1000

    /// Surrounding space removed, any run of space, line ends or tabs within made one space.
    static func normalise(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isSpace) else { return text }
        return text.unicodeScalars.split { isSpace($0) }.map { String($0) }.joined(separator: " ")
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{A0}", "\u{FEFF}": true
        default: false
        }
    }

    /// The many spellings of nothing. `None` is not among them: it is a religious character.
    static func isBlank(_ text: String) -> Bool {
        switch text.utf8.count {
        case 0: true
        case 1: text == "-"
        case 2: text == ".."
        case 12: text.lowercased() == "not recorded"
        case 14: ["not applicable", "does not apply"].contains(text.lowercased())
        default: false
        }
    }

    /// `dd-mm-yyyy` or `dd/mm/yyyy`.
    static func date(_ text: String) -> LocalDate? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[2] == bytes[5], bytes[2] == UInt8(ascii: "-") || bytes[2] == UInt8(ascii: "/"),
            let day = number(bytes[0..<2]), let month = number(bytes[3..<5]), let year = number(bytes[6..<10])
        else { return nil }
        return LocalDate(year: year, month: month, day: day)
    }

    /// Digits only, at most nine.
    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...9).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// Digits, with at most one decimal point between them.
    static func decimal(_ text: String) -> Double? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ number($0) != nil }) else { return nil }
        return Double(text)
    }

    static func hasControlCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}

/// Reads the cells of one record and remembers what is wrong with them, all at once.
struct RegisterCells<Column: RegisterColumn> {
    private let record: CSVRecord
    private let columns: RegisterColumns<Column>
    private let encoding: TextEncoding
    private(set) var problems: [RegisterReport.Rejection] = []

    init(_ record: CSVRecord, _ columns: RegisterColumns<Column>, _ encoding: TextEncoding) {
        self.record = record
        self.columns = columns
        self.encoding = encoding
    }

    /// nil for a blank, in whatever spelling, and for a column the file doesn't have.
    mutating func text(_ column: Column) -> String? {
        guard let position = columns.position(column), !record.raw(position).isEmpty else { return nil }
        let text = RegisterCell.normalise(record.text(position, encoding))
        if RegisterCell.isBlank(text) { return nil }
        if RegisterCell.hasControlCharacter(text) {
            note(column, "has a control character")
            return nil
        }
        if text.unicodeScalars.count > RegisterCell.maximumLength {
            note(column, "is longer than \(RegisterCell.maximumLength) characters")
            return nil
        }
        return text
    }

    /// Passes the value on; notes that it is missing unless something else was wrong with it.
    mutating func required<Value>(_ column: Column, _ value: Value?) -> Value? {
        if value == nil, problems.last?.column != column.rawValue { note(column, "is blank") }
        return value
    }

    /// `06` and `6` are the same code; returned as a number.
    mutating func code(_ column: Column, digits: ClosedRange<Int>) -> Int? {
        guard let text = text(column) else { return nil }
        guard digits.contains(text.utf8.count), let code = RegisterCell.number(text.utf8) else {
            note(column, "must be a code of \(digits.upperBound) digits", text)
            return nil
        }
        return code
    }

    /// Exactly so many digits, kept as text.
    mutating func digits(_ column: Column, count: Int) -> String? {
        guard let text = text(column) else { return nil }
        guard text.utf8.count == count, RegisterCell.number(text.utf8) != nil else {
            note(column, "must be \(count) digits", text)
            return nil
        }
        return text
    }

    mutating func integer(_ column: Column, _ range: ClosedRange<Int>) -> Int? {
        guard let text = text(column) else { return nil }
        guard let value = RegisterCell.number(text.utf8), range.contains(value) else {
            note(column, "must be a whole number from \(range.lowerBound) to \(range.upperBound)", text)
            return nil
        }
        return value
    }

    mutating func percentage(_ column: Column) -> Double? {
        guard let text = text(column) else { return nil }
        guard let value = RegisterCell.decimal(text), (0...100).contains(value) else {
            note(column, "must be a number from 0 to 100", text)
            return nil
        }
        return value
    }

    mutating func date(_ column: Column) -> LocalDate? {
        guard let text = text(column) else { return nil }
        guard let date = RegisterCell.date(text) else {
            note(column, "must be a day as dd-mm-yyyy or dd/mm/yyyy", text)
            return nil
        }
        return date
    }

    mutating func note(_ column: Column, _ reason: String, _ value: String? = nil) {
        let shown = value.map { ", not “\($0.count > 40 ? $0.prefix(40) + "…" : $0[...])”" } ?? ""
        problems.append(
            RegisterReport.Rejection(file: Column.file.rawValue, line: record.line, column: column.rawValue, reason: reason + shown))
    }
}
