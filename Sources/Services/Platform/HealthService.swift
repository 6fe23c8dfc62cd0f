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
        guard let free = Disk.freeBytes(at: dataDirectory) else { return Check(name: "disk", ok: false, detail: "not readable") }
        return Check(name: "disk", ok: free >= Disk.minimumFreeBytes, detail: "\(free / (1024 * 1024)) MiB free")
    }
}
