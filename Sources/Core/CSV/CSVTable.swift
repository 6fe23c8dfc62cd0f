/// A small CSV file read whole: columns by the names in its header, in UTF-8 or Windows-1252.
package struct CSVTable: Sendable {
    package struct Row: Sendable {
        /// Physical line, from 1 (the header).
        package let line: Int
        fileprivate let values: [String: String]

        /// The column's text without blanks around it; nil when there is none.
        package subscript(column: String) -> String? { values[column] }
    }

    package private(set) var rows: [Row] = []
    /// Rows that can't be read; the others can.
    package private(set) var faults: [CSVFault] = []
    /// Columns of the file nobody asked for.
    package private(set) var ignoredColumns: [String] = []

    /// Throws ``CSVFault`` when it isn't what it is said to be: in no encoding, without a header, without a required column.
    package init(_ bytes: [UInt8], required: [String], optional: [String] = []) throws {
        var detector = TextEncodingDetector()
        try bytes.withUnsafeBufferPointer { try detector.feed($0) }
        let encoding = try detector.finish()
        var names: [String] = []
        var reader = CSVReader()
        var rows: [Row] = []
        var faults: [CSVFault] = []
        func take(_ event: CSVReader.Event) throws {
            switch event {
            case .header(let record):
                names = (0..<record.count).map { Self.trimmed(record.text($0, encoding)) }
                let missing = required.filter { !names.contains($0) }
                guard missing.isEmpty else {
                    throw CSVFault(line: record.line, field: nil, reason: "lacks \(missing.joined(separator: ", "))")
                }
            case .record(let record):
                let texts = (0..<record.count).map { (names[$0], Self.trimmed(record.text($0, encoding))) }
                rows.append(Row(line: record.line, values: Dictionary(texts.filter { !$0.1.isEmpty }) { first, _ in first }))
            case .fault(let fault, _): faults.append(fault)
            }
        }
        try bytes.withUnsafeBufferPointer { try reader.feed($0, take) }
        try reader.finish(take)
        self.rows = rows
        self.faults = faults
        ignoredColumns = names.filter { !required.contains($0) && !optional.contains($0) }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.trimmingPrefix { $0.isWhitespace }.reversed().trimmingPrefix { $0.isWhitespace }.reversed())
    }
}
