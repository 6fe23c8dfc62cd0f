import Domain
import GRDB
import Glibc

/// What is looked at in every database: in the one that is served, in a backup that is made, in one that is to be put back, and in one that is about to
/// be migrated. Findings are sentences.
enum IntegrityChecks {
    /// Of a file that nobody writes; the bytes of uploaded files aside.
    static func findings(in path: String) throws -> [String] {
        var findings = try PageScan.faults(in: path)
        let database = try DatabaseQueue(path: path, configuration: Store.configuration(readonly: true))
        defer { try? database.close() }
        findings += database.inDatabase { content($0) }
        guard access(path, W_OK) == 0 else { return try findings + searchIndexes(ofCopyOf: path) }
        let writable = try DatabaseQueue(path: path, configuration: Store.configuration())
        defer { try? writable.close() }
        return findings + writable.inDatabase { searchIndexes($0) }
    }

    /// Structure, references, audit trail, log of events: in one state of the database.
    static func content(_ database: Database) -> [String] {
        do {
            try database.execute(sql: "BEGIN DEFERRED")
            defer { try? database.execute(sql: "ROLLBACK") }
            return looking { try structure(database) } + looking { try ReadTransaction(Connection(database)).verifyChain() }
                + looking { try eventLog(database) }
        } catch {
            return [unreadable(error)]
        }
    }

    /// What can't be read to its end is a finding too.
    private static func looking(_ look: () throws -> [String]) -> [String] {
        do { return try look() } catch { return [unreadable(error)] }
    }

    static func unreadable(_ error: any Error) -> String {
        "Not all of the database can be read: \((error as? DatabaseError)?.message ?? "\(error)")."
    }

    /// What SQLite itself can tell.
    private static func structure(_ database: Database) throws -> [String] {
        var findings: [String] = []
        try database.prepared("PRAGMA integrity_check(\(PageScan.limit))").eachRow { row in
            if row.text(0) != "ok" { findings.append("Integrity: \(row.text(0)).") }
        }
        try database.prepared("PRAGMA foreign_key_check").scan { row in
            findings.append("A row of \(row.text(0)) (\(row.integer(1))) refers to a missing row of \(row.text(2)).")
            return findings.count < PageScan.limit
        }
        return findings
    }

    /// From the oldest event that is kept to the newest there was, no number is missing.
    private static func eventLog(_ database: Database) throws -> [String] {
        guard try database.tableExists("event") else { return [] }
        let count = try database.prepared("SELECT count(*), max(seq) - min(seq) + 1, max(seq) FROM event").first { row in
            (row.integer(0), row.integer(1), row.integer(2))
        }
        guard let (count, range, newest) = count, count > 0 else { return [] }
        let last = try database.prepared("SELECT seq FROM sqlite_sequence WHERE name = 'event'").first { $0.integer(0) } ?? 0
        var findings: [String] = []
        if count != range { findings.append("\(range - count) events are missing from the log.") }
        if newest != last { findings.append("Events \(newest + 1) to \(last) are missing at the end of the log.") }
        return findings
    }

    /// Whether each full-text index agrees with the table it indexes.
    static func searchIndexes(_ database: Database) -> [String] {
        var indexes: [String] = []
        let names = "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5(%' ORDER BY name"
        let findings = looking {
            try database.prepared(names).eachRow { indexes.append($0.text(0)) }
            return []
        }
        return findings
            + indexes.compactMap { index in
                do {
                    try database.prepared("INSERT INTO \(index)(\(index), rank) VALUES ('integrity-check', 1)").run()
                    return nil
                } catch {
                    return "The full-text index \(index) disagrees with its table."
                }
            }
    }

    /// The same of a database that can't be or isn't to be written: of a copy without a name, that is gone with it. Throws `diskFull` where there is
    /// no room for one.
    static func searchIndexes(ofCopyOf path: String) throws -> [String] {
        let database = try DatabaseQueue(path: path, configuration: Store.configuration(readonly: true))
        defer { try? database.close() }
        let copy = try DatabaseQueue(path: "", configuration: Store.configuration())
        defer { try? copy.close() }
        do {
            try database.backup(to: copy)
        } catch let error as DatabaseError {
            guard error.tellsOfDamage else { throw DomainError.refusing(error) }
            return [unreadable(error)]
        }
        return copy.inDatabase { searchIndexes($0) }
    }
}
