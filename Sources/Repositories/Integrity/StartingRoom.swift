import Glibc

/// A file that holds nothing but room on the disk. SQLite makes small files when a database is opened; on a full disk it couldn't, and nothing could even be
/// read. Then this one goes.
struct StartingRoom {
    static let bytes = 512 << 10

    let path: String

    /// Makes room if there is hardly any.
    func giveIfNeeded(in directory: String) {
        if let free = Disk.freeBytes(at: directory), free < Int64(Self.bytes) { unlink(path) }
    }

    /// Puts some aside, where there is plenty.
    func keep(in directory: String) {
        guard access(path, F_OK) != 0, let free = Disk.freeBytes(at: directory), free >= Disk.minimumFreeBytes else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.bytes)) != 0 { unlink(path) }
    }
}
