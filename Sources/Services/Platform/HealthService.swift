import Domain
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
    private let writing: LatestWrite

    package init(store: Store, dataDirectory: String) {
        self.store = store
        self.dataDirectory = dataDirectory
        writing = LatestWrite(store: store)
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

    private func databaseCheck() async -> Check {
        let damaged = store.damagedPages
        guard damaged.isEmpty else {
            return Check(name: "database", ok: false, detail: "\(damaged.count) damaged pages were met; run `partnership check`")
        }
        let fault = await writing.fault()
        return Check(name: "database", ok: fault == nil, detail: fault ?? "writable and migrated")
    }

    private func diskCheck() -> Check {
        guard let free = Disk.freeBytes(at: dataDirectory) else { return Check(name: "disk", ok: false, detail: "not readable") }
        return Check(name: "disk", ok: free >= Disk.minimumFreeBytes, detail: "\(free / (1024 * 1024)) MiB free")
    }
}

/// Whether something could be written a moment ago. It is tried by whoever asks, with a commit of its own through the whole queue, and not for each
/// who asks: a stuck, full or read-only database shows, and asking costs next to nothing.
private actor LatestWrite {
    private static let goodFor = Duration.seconds(5)
    /// Soon: that it works again is good news.
    private static let badFor = Duration.seconds(1)

    private let store: Store
    private var latest: (at: ContinuousClock.Instant, fault: String?)?
    private var trying: Task<String?, Never>?

    init(store: Store) {
        self.store = store
    }

    /// What keeps anything from being written; nil when nothing does.
    func fault() async -> String? {
        if let latest, .now - latest.at < (latest.fault == nil ? Self.goodFor : Self.badFor) { return latest.fault }
        if let trying { return await trying.value }
        let task = Task { [store] in
            do {
                try await store.tryWriting()
                return nil as String?
            } catch DomainError.diskFull {
                return "not writable: the disk is full"
            } catch {
                return "not writable"
            }
        }
        trying = task
        let fault = await task.value
        trying = nil
        latest = (.now, fault)
        return fault
    }
}
