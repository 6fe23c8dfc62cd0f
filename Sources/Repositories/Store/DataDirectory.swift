import Glibc

/// The files of a data directory and their locks.
///
/// Everyone who opens the store holds `partnership.lock` shared; `restore`, which replaces the files, needs it alone. A service holds
/// `service.lock` alone, so that two never share a directory. The system releases them when the process ends, however it ends.
struct DataDirectory: Sendable {
    let path: String
    var database: String { path + "/partnership.db" }
    var files: String { path + "/files" }
    var anchor: AuditAnchor { AuditAnchor(path: path + "/partnership.anchor") }
    var room: StartingRoom { StartingRoom(path: path + "/partnership.room") }
    private var lockFile: String { path + "/partnership.lock" }
    private var openingLockFile: String { path + "/opening.lock" }
    private var serviceLockFile: String { path + "/service.lock" }

    /// Makes the directory, for its owner alone, when it is missing.
    static func create(_ path: String) throws -> DataDirectory {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw FileError.last("create the directory", path) }
        return DataDirectory(path: path)
    }

    /// A directory that has a database already.
    static func existing(_ path: String) throws -> DataDirectory {
        let directory = DataDirectory(path: path)
        guard access(directory.database, F_OK) == 0 else { throw StoreError.noDatabase(path: directory.database) }
        return directory
    }

    /// Whether nothing here can be written, whoever tries.
    var isReadOnly: Bool { access(path, W_OK) != 0 && [EROFS, EACCES].contains(errno) }

    /// The database file is for its owner alone; SQLite gives its companions the same mode.
    func createDatabase() throws {
        let descriptor = Glibc.open(database, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError.last("open", database) }
        Glibc.close(descriptor)
    }

    func lockShared() throws -> FileLock {
        guard let lock = try FileLock(lockFile, exclusive: false) else { throw StoreError.inUse(directory: path) }
        return lock
    }

    func lockExclusively() throws -> FileLock {
        guard let lock = try lockAlone() else { throw StoreError.inUse(directory: path) }
        return lock
    }

    /// nil where somebody else has the database open.
    func lockAlone() throws -> FileLock? { try FileLock(lockFile, exclusive: true) }

    /// Waits for others that are just opening the store.
    func lockOpening() throws -> FileLock {
        guard let lock = try FileLock(openingLockFile, exclusive: true, waits: true) else { throw StoreError.inUse(directory: path) }
        return lock
    }

    func lockService() throws -> FileLock {
        guard let lock = try FileLock(serviceLockFile, exclusive: true) else { throw StoreError.serviceIsRunning(directory: path) }
        return lock
    }
}

/// An advisory lock on a file, held until it is released or the process ends.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// nil when somebody else holds it, unless it `waits` for them.
    init?(_ path: String, exclusive: Bool, waits: Bool = false) throws {
        var descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0, errno == EROFS {
            descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            // Where nobody can make the file nobody can lock it, nor write anything.
            if descriptor < 0, errno == ENOENT {
                self.descriptor = -1
                return
            }
        }
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        guard flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | (waits ? 0 : LOCK_NB)) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            guard reason == EWOULDBLOCK else { throw FileError.make("lock", path, reason) }
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// From now on others may hold it too.
    func share() throws {
        guard descriptor < 0 || flock(descriptor, LOCK_SH) == 0 else { throw FileError.last("lock", "the data directory") }
    }
}

/// System errors as ``StoreError``.
enum FileError {
    static func last(_ operation: String, _ path: String) -> StoreError { make(operation, path, errno) }

    static func make(_ operation: String, _ path: String, _ code: Int32) -> StoreError {
        .system(operation: operation, path: path, code: code)
    }
}
