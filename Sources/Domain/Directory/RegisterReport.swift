/// What a register import did, for people and programs alike.
package struct RegisterReport: Codable, Equatable, Sendable {
    /// One row that was not taken.
    package struct Rejection: Codable, Equatable, Sendable {
        /// Which file: `establishments`, `group-links` or `groups`.
        package var file: String
        /// Physical line, from 1 (the header).
        package var line: Int
        /// The header's name of the column; null when the row as a whole is at fault.
        package var column: String?
        package var reason: String

        package init(file: String, line: Int, column: String?, reason: String) {
            self.file = file
            self.line = line
            self.column = column
            self.reason = reason
        }
    }

    /// How many rejections and absent schools are listed; all are counted.
    package static let listLimit = 1000

    package var created = 0
    package var updated = 0
    package var unchanged = 0
    package var rejected = 0
    /// The first ``listLimit`` of them.
    package var rejections: [Rejection] = []
    /// Columns of the files nobody asked for.
    package var ignoredColumns: [String] = []
    /// URNs known before and missing from this file; they stay as they are.
    package var absentUrns: [String] = []

    package init() {}
}
