/// SQL that every table of dated facts has. Released migrations use it: what it makes of the same arguments never changes.
enum DatedFactSQL {
    /// Triggers that refuse a row that would hold on the same day as another with the same values in `members`, both fulfilling `condition`
    /// (an expression with `row.` for the row). Without members there is one for the whole trust.
    static func noOverlap(_ table: String, _ name: String, sameIn members: [String], where condition: String = "TRUE") -> String {
        let same = members.isEmpty ? "TRUE" : members.map { "other.\($0) IS new.\($0)" }.joined(separator: " AND ")
        let clash = """
            \(condition.replacing("row.", with: "new.")) AND EXISTS (
                SELECT 1 FROM \(table) AS other WHERE other.id <> new.id AND \(same) AND \(condition.replacing("row.", with: "other."))
                AND (other.startsOn IS NULL OR new.endsOn IS NULL OR other.startsOn <= new.endsOn)
                AND (other.endsOn IS NULL OR new.startsOn IS NULL OR new.startsOn <= other.endsOn))
            """
        let refuse = "SELECT RAISE(ABORT, '\(table): \(name)')"
        return """
            CREATE TRIGGER \(table)\(name)Insert BEFORE INSERT ON \(table) WHEN \(clash) BEGIN \(refuse); END;
            CREATE TRIGGER \(table)\(name)Update BEFORE UPDATE ON \(table) WHEN \(clash) BEGIN \(refuse); END;
            """
    }

    /// First day (which may be unknown where `startsOn` is not required), last day, and that they are in order.
    static func days(startRequired: Bool = true) -> String {
        """
        startsOn TEXT\(startRequired ? " NOT NULL" : "") CHECK (startsOn GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
            endsOn TEXT CHECK (endsOn GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]' AND (startsOn IS NULL OR startsOn <= endsOn))
        """
    }

    /// When it was recorded and changed, and its version.
    static let versioning = """
        createdAt TEXT NOT NULL CHECK (length(createdAt) = 24),
            updatedAt TEXT NOT NULL CHECK (length(updatedAt) = 24),
            etag TEXT NOT NULL CHECK (etag GLOB '"[1-9]*"')
        """

    /// An index `(member, id)` for each member lists filter and sort by.
    static func indexes(_ table: String, _ members: [String]) -> String {
        members.map { "CREATE INDEX \(table)By\($0.prefix(1).uppercased() + $0.dropFirst()) ON \(table)(\($0), id);" }.joined(
            separator: "\n")
    }
}
