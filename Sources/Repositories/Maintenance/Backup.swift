import GRDB
import Glibc

extension Store {
    /// Writes a backup to `path` while others read and write: looks at what is to be copied as ``check()`` does, but for the full-text indexes, which
    /// are looked at in the copy; writes that under a temporary name, looks at all of it the same way, then renames it. When this returns the backup is whole and on disk. The bytes of files come before, each held
    /// against its digest, into `path.files`; there a backup that failed is gone on with. Returns where its audit trail has come to.
    ///
    /// Throws ``StoreError/exists(path:)`` rather than overwrite, and ``StoreError/damaged(path:reason:)`` for what isn't worth keeping.
    @discardableResult
    package func backup(to path: String) async throws -> AuditHead? {
        guard access(path, F_OK) != 0 else { throw StoreError.exists(path: path) }
        if let fault = try await readableFindings().first { throw StoreError.damaged(path: directory.database, finding: fault) }
        return try copy(to: path)
    }

    private func copy(to path: String) throws -> AuditHead? {
        let files = FileVault(dataDirectory: self.path)
        let lock = try files.lockForCopying()
        defer { withExtendedLifetime(lock) {} }
        let temporary = path + ".part"
        // Left over from a backup that was killed.
        unlink(temporary)
        do {
            try DatabaseCopy.write(directory.database, to: temporary)
            try DatabaseCopy.verify(temporary)
            try FileCopies.copy(namedBy: temporary, from: files, to: Backup.files(of: path))
            let head = try DatabaseCopy.auditHead(of: temporary)
            try DatabaseCopy.move(temporary, to: path)
            return head
        } catch let error as DatabaseError where error.tellsOfDamage {
            unlink(temporary)
            throw StoreError.damaged(path: directory.database, reason: error.message ?? "unreadable")
        } catch {
            unlink(temporary)
            throw error
        }
    }
}

/// A backup as it lies somewhere: a database, and the bytes of its files beside it.
package enum Backup {
    /// Looks at all of it as ``Store/check()`` does. Returns findings as sentences; throws ``StoreError`` for what is no database of ours.
    package static func findings(in path: String) throws -> [String] {
        try DatabaseCopy.findings(in: path) + FileCopies.findings(namedBy: path, at: files(of: path))
    }

    /// Throws the first thing that is wrong, as ``StoreError``.
    static func verify(_ path: String) throws {
        if let fault = try findings(in: path).first { throw StoreError.damaged(path: path, finding: fault) }
    }

    static func files(of path: String) -> FileVault { FileVault(directory: FileCopies.directory(besides: path)) }
}
