import GRDB
import Glibc

/// Puts a backup back in place of the database.
package enum Restore {
    /// Replaces the database in `directory` with `copy`, which stays as it is. The directory may be new. What was there is kept as
    /// `partnership.db.before-restore`, in place of an earlier one; bytes that only it names are removed once a service runs.
    ///
    /// Refuses, with the old database untouched: a missing, damaged, newer or foreign copy; a directory that a service or command has open.
    package static func restore(_ copy: String, into directory: String) throws {
        try Backup.verify(copy)
        let files = Backup.files(of: copy)
        let data = try DataDirectory.create(directory)
        let lock = try data.lockExclusively()
        defer { withExtendedLifetime(lock) {} }
        let temporary = data.database + ".restoring"
        unlink(temporary)
        do {
            try DatabaseCopy.write(copy, to: temporary)
            try DatabaseCopy.verify(temporary)
            try FileCopies.copy(namedBy: temporary, from: files, to: FileVault(dataDirectory: directory))
            try settleLog(of: data.database)
            try keepAside(data.database, as: data.database + ".before-restore")
            // Until the new one is noted nothing is compared.
            try data.anchor.remove()
            try DatabaseCopy.synchronise(directory)
            try DatabaseCopy.move(temporary, to: data.database)
            if let head = try DatabaseCopy.auditHead(of: data.database) { try data.anchor.write(head) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Keeps the old database under another name. Its log goes before the database it belongs to: SQLite would replay it into the new one.
    private static func keepAside(_ old: String, as kept: String) throws {
        for companion in ["", "-wal", "-shm"] where unlink(kept + companion) != 0 && errno != ENOENT {
            throw FileError.last("remove", kept + companion)
        }
        if link(old, kept) != 0, errno != ENOENT { throw FileError.last("keep", old) }
        if rename(old + "-wal", kept + "-wal") != 0, errno != ENOENT { throw FileError.last("keep", old + "-wal") }
        if unlink(old + "-shm") != 0, errno != ENOENT { throw FileError.last("remove", old + "-shm") }
    }

    /// Moves the old database's log into its file, so that parting the two loses nothing should the restore be interrupted. A database
    /// too damaged for that is being replaced for good reason.
    private static func settleLog(of path: String) throws {
        guard access(path, F_OK) == 0, let old = try? DatabaseQueue(path: path, configuration: Store.configuration()) else { return }
        _ = try? old.inDatabase { try $0.checkpoint(.truncate) }
        try? old.close()
    }
}
