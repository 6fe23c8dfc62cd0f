import Core
import GRDB

extension Store {
    /// Looks for damage: pages, structure, foreign keys, full-text indexes, the audit chain, the log of events, the bytes of files. Returns
    /// findings as sentences; none means sound. May run beside a service; reads everything.
    package func check() async throws -> [String] {
        try await contentFindings() + fileFindings() + [anchorFinding()].compactMap(\.self)
    }

    private func anchorFinding() -> String? {
        do {
            _ = try directory.anchor.read()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// What is stamped never goes back with the clock. So after one that was far ahead for a moment, nothing grows old until that time has come:
    /// nil where the newest stamp is an hour ahead at most.
    /// Not damage, and nothing can be done but to wait: a check says it and doesn't fail.
    package func clockFinding() throws -> String? {
        guard let head = try readNow({ try $0.newestStamp() }), head > now().advanced(bySeconds: 3600) else { return nil }
        return
            "The clock of this machine says \(now()), and what was written last is stamped \(head): one of them is wrong. Until then what is written is stamped with that time, and events that are aren't forgotten by their age."
    }

    /// All but the bytes of files.
    private func contentFindings() async throws -> [String] {
        let findings = try await readableFindings()
        // A check of a full-text index is spelled as an insert, so it needs a writer; it changes nothing. Beside a service that would keep others waiting.
        if isReadOnly || logPages == nil { return try findings + IntegrityChecks.searchIndexes(ofCopyOf: directory.database) }
        return try await findings + queue.submit(isLarge: true, isDryRun: true) { database, _ in IntegrityChecks.searchIndexes(database) }
    }

    /// What a reader can tell: all but the full-text indexes and the bytes of files.
    func readableFindings() async throws -> [String] {
        try await pageFindings() + pool.unsafeRead { IntegrityChecks.content($0) }
    }

    /// Every page of the file, also where a start has looked at some only; those that are damaged count as met.
    package func lookThroughPages() async throws -> [String] { try await Disk.work { try pageFindings() } }

    private func pageFindings() throws -> [String] {
        try PageScan.faults(in: directory.database, log: logPages ?? [], isStill: false)
    }

    private func fileFindings() async throws -> [String] {
        let files = FileVault(dataDirectory: path)
        var findings: [String] = []
        do {
            for entry in try await pool.read(FileCopies.entries) {
                // Deleted meanwhile is not missing: what seems so is asked about again.
                guard let fault = try files.fault(of: entry), try readNow({ try $0.files.needs(sha256: entry.sha256) }) else { continue }
                findings.append("The bytes of files with the SHA-256 \(entry.sha256) are \(fault).")
            }
        } catch let error as DatabaseError {
            findings.append(IntegrityChecks.unreadable(error))
        }
        return findings
    }
}
