import Domain
import GRDB
import Glibc

/// A file that holds nothing but room on the disk. SQLite makes small files when a database is opened; on a full disk it couldn't, and nothing could even be
/// read. Then this one goes.
struct StartingRoom {
    private static let bytes = 256 << 10

    let path: String
    private var directory: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    /// Does it again with the room, where there is some, when the disk was too full the first time.
    func using<Value>(_ open: () throws -> Value) throws -> Value {
        do {
            return try open()
        } catch let error as DatabaseError {
            guard let refusal = DomainError.refusing(error) as? DomainError, [.diskFull, .unwritable].contains(refusal) else { throw error }
            // SQLite says no more than that a file can't be opened; that is for many reasons.
            guard refusal == .diskFull || Disk.freeBytes(at: directory).map({ $0 < Disk.minimumFreeBytes }) ?? false else { throw error }
            guard unlink(path) == 0 else { throw StoreError.noRoom(path: path, reason: error.message ?? "the disk takes nothing") }
            return try open()
        }
    }

    /// Puts some aside again.
    func keep() {
        var status = stat()
        // One that a kill has left short is none.
        guard stat(path, &status) != 0 || status.st_size < Self.bytes else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.bytes)) != 0 { unlink(path) }
    }
}
