import GRDB
import Glibc

/// Whole copies of a database file, checked before anyone relies on them.
enum DatabaseCopy {
    /// Writes a compact copy of what `source` holds at this moment, its log included, on disk when this returns. `destination` must not
    /// exist. Writers of the source go on meanwhile.
    static func write(_ source: String, to destination: String) throws {
        // Made first and empty, for its owner alone: what is written into it is never anybody else's to read.
        let descriptor = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? StoreError.exists(path: destination) : FileError.last("make", destination)
        }
        close(descriptor)
        do {
            try copy(source, to: destination)
        } catch {
            unlink(destination)
            throw error
        }
    }

    private static func copy(_ source: String, to destination: String) throws {
        let database = try DatabaseQueue(path: source, configuration: Store.configuration())
        try database.inDatabase { try $0.prepared("VACUUM INTO ?").run([.text(destination)]) }
        try database.close()
        // Of more than its cache holds SQLite writes the header last; the pages before it couldn't know that they were to have checksums.
        try PageScan.accept(destination)
        try synchronise(destination)
    }

    /// Throws ``StoreError`` unless the file is a whole database of ours that this binary understands.
    static func verify(_ path: String) throws {
        if let fault = try findings(in: path).first { throw StoreError.damaged(path: path, finding: fault) }
    }

    /// All that a check looks at, but for the bytes of uploaded files. Throws ``StoreError`` for what is no database of ours, or a newer one.
    static func findings(in path: String) throws -> [String] {
        guard access(path, R_OK) == 0 else { throw StoreError.missing(path: path) }
        do {
            let database = try DatabaseQueue(path: path, configuration: Store.configuration(readonly: true))
            defer { try? database.close() }
            try database.inDatabase { database in
                guard try !Migrator.isEmpty(database) else { throw StoreError.damaged(path: path, reason: "it is empty") }
                _ = try Migrator.check(database, path: path, allowsMigration: true)
            }
            return try IntegrityChecks.findings(in: path)
        } catch let error as DatabaseError {
            throw StoreError.damaged(path: path, reason: error.message ?? "unreadable")
        }
    }

    /// Brings a file or directory to disk.
    static func synchronise(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        defer { OpenDatabases.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError.last("write", path) }
    }

    /// Where the audit trail of a database file has come to.
    static func auditHead(of path: String) throws -> AuditHead? {
        let database = try DatabaseQueue(path: path, configuration: Store.configuration(readonly: true))
        defer { try? database.close() }
        return try database.inDatabase { try AuditHead($0) }
    }

    /// Copies a file as it is, in place of an earlier copy, to disk.
    static func copyFile(_ source: String, to destination: String) throws {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw FileError.last("open", source) }
        defer { OpenDatabases.close(from) }
        let to = open(destination, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw FileError.last("make", destination) }
        defer { close(to) }
        while true {
            let count = sendfile(to, from, nil, 1 << 30)
            guard count >= 0 else { throw FileError.last("write", destination) }
            if count == 0 { break }
        }
        guard fsync(to) == 0 else { throw FileError.last("write", destination) }
    }

    /// Gives a finished copy its name, durably. Replaces what has the name.
    static func move(_ source: String, to destination: String) throws {
        guard rename(source, destination) == 0 else { throw FileError.last("rename", source) }
        let slash = destination.lastIndex(of: "/")
        try synchronise(slash.map { $0 == destination.startIndex ? "/" : String(destination[..<$0]) } ?? ".")
    }
}
