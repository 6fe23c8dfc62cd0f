import Domain
import GRDB
import Glibc

/// The bytes a database names, for backup, restore and check.
enum FileCopies {
    /// What a database says of bytes it needs.
    struct Entry: Hashable {
        let sha256: String
        let sizeBytes: Int
    }

    /// Each once; none where the database is from before there were files.
    static func entries(_ database: Database) throws -> [Entry] {
        guard try database.tableExists(File.table.name) else { return [] }
        var entries: [Entry] = []
        try database.prepared("SELECT DISTINCT sha256, sizeBytes FROM \(File.table.name) ORDER BY sha256")
            .eachRow { entries.append(Entry(sha256: $0.text(0), sizeBytes: Int($0.integer(1)))) }
        return entries
    }

    /// Where the bytes of a backup are.
    static func directory(besides backup: String) -> String { backup + ".files" }

    /// Brings what a database file names from one place to another, unless it is there.
    static func copy(namedBy database: String, from source: FileVault, to destination: FileVault) throws {
        let queue = try DatabaseQueue(path: database, configuration: Store.configuration(readonly: true))
        defer { try? queue.close() }
        for entry in try queue.inDatabase(entries) where try destination.fault(of: entry) != nil {
            try destination.take(entry, from: source)
        }
    }

    /// What is wrong with the bytes at `source` that a database file names, as sentences.
    static func findings(namedBy database: String, at source: FileVault) throws -> [String] {
        let queue = try DatabaseQueue(path: database, configuration: Store.configuration(readonly: true))
        defer { try? queue.close() }
        do {
            return try queue.inDatabase(entries).compactMap { entry in
                try source.fault(of: entry).map { "\(source.path(entry.sha256)) is \($0)." }
            }
        } catch let error as DatabaseError {
            return [IntegrityChecks.unreadable(error)]
        }
    }
}

extension FileVault {
    /// What is wrong with bytes, completing “… is”; nil when they are there and what their name says. Reads all of them.
    func fault(of entry: FileCopies.Entry) throws -> String? {
        guard let content = try open(sha256: entry.sha256) else { return "missing" }
        guard try content.length() == entry.sizeBytes else { return "not as long as what was uploaded" }
        return try content.sha256() == entry.sha256 ? nil : "not what was uploaded"
    }

    /// Copies bytes, checked on the way.
    func take(_ entry: FileCopies.Entry, from source: FileVault) throws {
        let path = source.path(entry.sha256)
        guard let content = try source.open(sha256: entry.sha256) else { throw StoreError.missing(path: path) }
        let file = try begin()
        try content.eachPiece { try file.write($0) }
        try file.finish()
        guard file.sha256 == entry.sha256 else { throw StoreError.damaged(path: path, reason: "it is not what was uploaded") }
        let hold = try keep(file)
        withExtendedLifetime(hold) {}
    }
}
