import Glibc

/// What is left on the disk of a directory.
enum DiskSpace {
    /// Below this a write of the database could fail.
    static let minimumFreeBytes: Int64 = 64 * 1024 * 1024

    /// nil when the directory can't be asked.
    static func free(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
