package import Core

/// The columns of one extract that are read, by the header's names.
package protocol RegisterColumn: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    static var file: RegisterFile { get }
    /// Without them the file can't be what it is said to be.
    static var required: [Self] { get }
    /// Says when the register's keepers last touched the row, and nothing about what it is about.
    var isHousekeeping: Bool { get }
}

extension RegisterColumn {
    package var isHousekeeping: Bool { false }
}

/// Where the columns of a file stand. Extracts gain, lose and reorder columns from year to year, so only names count.
package struct RegisterColumns<Column: RegisterColumn>: Sendable {
    private let positions: [Column: Int]
    /// All names, in order.
    package let names: [String]
    /// The columns whose content matters, numbered as ``RegisterColumn/allCases`` has them, with their positions.
    let substance: [(number: UInt8, position: Int)]

    /// Throws ``RegisterRefusal`` for a header of another extract, without a required column, or with one that is there twice.
    package init(header: CSVRecord, _ encoding: TextEncoding) throws(RegisterRefusal) {
        names = (0..<header.count).map { RegisterCell.normalise(header.text($0, encoding)) }
        var positions: [Column: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let column = Column(rawValue: name) else { continue }
            guard positions.updateValue(index, forKey: column) == nil else {
                throw RegisterRefusal(Column.file, line: header.line, "has the column \(name) twice")
            }
        }
        self.positions = positions
        substance = zip(0..., Column.allCases).compactMap { number, column in
            column.isHousekeeping ? nil : positions[column].map { (number, $0) }
        }
        let missing = Column.required.filter { positions[$0] == nil }
        guard missing.isEmpty else { throw Self.refusal(names, header.line, missing) }
        if let seen = RegisterFile.recognise(Set(names)), seen != Column.file {
            throw RegisterRefusal(Column.file, line: header.line, Self.looksLike(seen))
        }
    }

    package func position(_ column: Column) -> Int? { positions[column] }

    /// The column a field stands in; beyond the header, its number.
    package func name(at position: Int) -> String { names.indices.contains(position) ? names[position] : String(position + 1) }

    package var missing: [Column] { Column.allCases.filter { positions[$0] == nil } }

    private static func refusal(_ names: [String], _ line: Int, _ missing: [Column]) -> RegisterRefusal {
        if let seen = RegisterFile.recognise(Set(names)), seen != Column.file {
            return RegisterRefusal(Column.file, line: line, looksLike(seen))
        }
        let list = missing.map(\.rawValue).joined(separator: ", ")
        return RegisterRefusal(
            Column.file, line: line, "lacks the columns of \(Column.file.extract): \(list)")
    }

    private static func looksLike(_ seen: RegisterFile) -> String {
        "isn't the header of \(Column.file.extract); it looks like \(seen.extractName), the \(seen.rawValue) file"
    }
}
