import GRDB

extension Store {
    /// Looks for damage: structure, foreign keys, full-text indexes, the bytes of files, the audit chain. Returns findings as sentences; none means sound.
    /// May run beside a service; reads everything.
    package func check() async throws -> [String] {
        var findings = try await pool.read { database in
            try IntegrityChecks.structure(database) + ReadTransaction(Connection(database)).verifyChain()
        }
        // An FTS5 check is spelled as an insert, so it needs the writer; it changes nothing.
        findings += try await queue.submit(isLarge: true, isDryRun: true) { database, _ in try IntegrityChecks.searchIndexes(database) }
        return try await findings + checkFiles()
    }

    /// Deleted meanwhile is not missing: what seems so is asked about again.
    private func checkFiles() async throws -> [String] {
        let files = FileVault(dataDirectory: path)
        var findings: [String] = []
        for entry in try await pool.read(FileCopies.entries) {
            guard let fault = try files.fault(of: entry), try readNow({ try $0.files.needs(sha256: entry.sha256) }) else { continue }
            findings.append("The bytes of files with the SHA-256 \(entry.sha256) are \(fault).")
        }
        return findings
    }
}

enum IntegrityChecks {
    /// What SQLite itself can tell.
    static func structure(_ database: Database) throws -> [String] {
        var findings: [String] = []
        try database.prepared("PRAGMA integrity_check(20)").eachRow { row in
            if row.text(0) != "ok" { findings.append("Integrity: \(row.text(0)).") }
        }
        try database.prepared("PRAGMA foreign_key_check").eachRow { row in
            findings.append("A row of \(row.text(0)) (\(row.integer(1))) refers to a missing row of \(row.text(2)).")
        }
        return findings
    }

    /// Whether each full-text index agrees with the table it indexes.
    static func searchIndexes(_ database: Database) throws -> [String] {
        var indexes: [String] = []
        try database.prepared("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5(%' ORDER BY name")
            .eachRow { indexes.append($0.text(0)) }
        return indexes.compactMap { index in
            do {
                try database.prepared("INSERT INTO \(index)(\(index), rank) VALUES ('integrity-check', 1)").run()
                return nil
            } catch {
                return "The full-text index \(index) disagrees with its table."
            }
        }
    }
}
