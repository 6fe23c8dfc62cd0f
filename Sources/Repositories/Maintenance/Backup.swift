import GRDB
import Glibc

extension Store {
    /// Writes a backup to `path` while others read and write: first under a temporary name beside it, then checked by opening it, then
    /// renamed. When this returns the backup is whole and on disk. The bytes of files come first, into `path.files`; there a backup that failed
    /// is gone on with.
    ///
    /// Throws ``StoreError/exists(path:)`` rather than overwrite.
    package func backup(to path: String) throws {
        guard access(path, F_OK) != 0 else { throw StoreError.exists(path: path) }
        let files = FileVault(dataDirectory: self.path)
        let lock = try files.lockForCopying()
        defer { withExtendedLifetime(lock) {} }
        let temporary = path + ".part"
        // Left over from a backup that was killed.
        unlink(temporary)
        do {
            try DatabaseCopy.write(directory.database, to: temporary)
            try DatabaseCopy.verify(temporary)
            try FileCopies.copy(
                namedBy: temporary, from: files, to: FileVault(directory: FileCopies.directory(besides: path)))
            try DatabaseCopy.move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }
}
