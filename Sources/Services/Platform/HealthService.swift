import Glibc
package import Repositories
import Synchronization

/// Whether the service can do its work now.
package final class HealthService: Sendable {
    /// One thing that is looked at.
    package struct Check: Sendable {
        package let name: String
        package let ok: Bool
        package let detail: String
    }

    /// Below this a write could fill the disk.
    private static let minimumFreeBytes: Int64 = 64 * 1024 * 1024

    private let store: Store
    private let dataDirectory: String
    private let isDraining = Mutex(false)

    package init(store: Store, dataDirectory: String) {
        self.store = store
        self.dataDirectory = dataDirectory
    }

    /// From now on the service isn't ready: it is about to stop.
    package func drain() { isDraining.withLock { $0 = true } }

    package func checks() async -> [Check] {
        [
            Check(name: "accepting", ok: !isDraining.withLock(\.self), detail: isDraining.withLock(\.self) ? "stopping" : "yes"),
            await databaseCheck(),
            diskCheck(),
        ]
    }

    /// A write that changes nothing passes through the whole queue: a stuck or read-only database shows.
    private func databaseCheck() async -> Check {
        do {
            try await store.bookkeeping { _ in }
            return Check(name: "database", ok: true, detail: "writable and migrated")
        } catch {
            return Check(name: "database", ok: false, detail: "not writable")
        }
    }

    private func diskCheck() -> Check {
        var status = statvfs()
        guard statvfs(dataDirectory, &status) == 0 else { return Check(name: "disk", ok: false, detail: "not readable") }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        return Check(name: "disk", ok: free >= Self.minimumFreeBytes, detail: "\(free / (1024 * 1024)) MiB free")
    }
}
