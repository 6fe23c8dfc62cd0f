package import Core

/// What a register import did, for people and programs alike.
package struct RegisterReport: Codable, Equatable, Sendable {
    /// One row that was not taken.
    package struct Rejection: Codable, Equatable, Sendable {
        /// Which file: `establishments`, `group-links`, `groups` or `links`.
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

    /// A member that isn't what the register says, because somebody corrected it.
    package struct Overridden: Codable, Equatable, Sendable {
        package var urn: String
        package var member: String
        /// What the register says now.
        package var registerValue: JSON
        /// What stays.
        package var value: JSON

        package init(urn: String, member: String, registerValue: JSON, value: JSON) {
            self.urn = urn
            self.member = member
            self.registerValue = registerValue
            self.value = value
        }
    }

    /// What became of the links between schools.
    package struct Links: Codable, Equatable, Sendable {
        package var created = 0
        package var updated = 0
        package var unchanged = 0
        package var rejected = 0
        /// Known before and not in this file. None are while a row of the file can't be read: it could have been one of them.
        package var removed = 0

        package init() {}
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
    /// Memberships of the trust recorded for schools that had none.
    package var joined = 0
    /// The first ``listLimit`` corrections of schools in this file, by URN and member.
    package var overridden: [Overridden] = []
    /// Nil when there was no file of links.
    package var links: Links?

    package init() {}
}
