/// SQL for the elements of an array column, one row each, so that lists are filtered by them with an index. Triggers keep it. Released migrations
/// use it: what it makes of the same arguments never changes.
enum ElementSQL {
    /// The table's name: `activitySchoolIds`.
    static func name(_ table: String, _ array: String) -> String { table + array.prefix(1).uppercased() + array.dropFirst() }

    /// - Parameter referred: the table the elements are ids of; nil for those that are no ids.
    static func elements(of table: String, _ array: String, referringTo referred: String?) -> String {
        let name = name(table, array)
        let reference = referred.map { " REFERENCES \($0)(id)" } ?? ""
        let add = "INSERT INTO \(name) (value, ownerId) SELECT value, new.id FROM json_each(new.\(array));"
        return """
            CREATE TABLE \(name) (
                value TEXT NOT NULL\(reference),
                ownerId TEXT NOT NULL REFERENCES \(table)(id) ON DELETE CASCADE,
                PRIMARY KEY (value, ownerId)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX \(name)ByOwner ON \(name)(ownerId);
            CREATE TRIGGER \(name)Insert AFTER INSERT ON \(table) BEGIN \(add) END;
            CREATE TRIGGER \(name)Update AFTER UPDATE OF \(array) ON \(table) BEGIN
                DELETE FROM \(name) WHERE ownerId = new.id;
                \(add)
            END;
            """
    }
}
