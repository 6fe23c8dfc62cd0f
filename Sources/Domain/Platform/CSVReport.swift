/// What an import of a CSV file did, row by row.
package struct CSVReport: Codable, Equatable, Sendable {
    /// One row that was not taken.
    package struct Rejection: Codable, Equatable, Sendable {
        /// Physical line, from 1 (the header).
        package var line: Int
        /// The header's name of the column; null when the row as a whole is at fault.
        package var column: String?
        package var reason: String

        package init(line: Int, column: String?, reason: String) {
            self.line = line
            self.column = column
            self.reason = reason
        }
    }

    /// How many rejections are listed; all are counted.
    package static let listLimit = 1000

    package var created = 0
    package var updated = 0
    package var unchanged = 0
    package var rejected = 0
    package var rejections: [Rejection] = []
    /// Columns of the file nobody asked for.
    package var ignoredColumns: [String] = []

    package init() {}

    /// A row that isn't taken, with everything that is wrong with it.
    package mutating func reject(_ problems: [Rejection]) {
        rejected += 1
        rejections += problems.prefix(max(0, Self.listLimit - rejections.count))
    }
}
