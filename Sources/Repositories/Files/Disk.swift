import Core
import Glibc

/// What several ask of the disk.
package enum Disk {
    /// Below this a write of the database could fail.
    package static let minimumFreeBytes: Int64 = 64 << 20

    /// How much the disk of a directory has left; nil when it can't be asked.
    package static func freeBytes(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail).multipliedSaturating(by: UInt64(status.f_frsize)))
    }

    /// The names in a directory; none where there is no such directory.
    package static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Work that waits for the disk, on a thread that serves no connection meanwhile.
    static func work<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try work() }
    }
}
