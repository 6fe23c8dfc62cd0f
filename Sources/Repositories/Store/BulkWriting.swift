import GRDB

extension Store {
    /// Runs an import with the writing connection set up for many rows, and puts it back afterwards.
    ///
    /// Each row has an entry in some twenty indexes, all over them. A cache that holds their pages, and a log long enough that a page
    /// changed by many rows is copied into the database once, make it several times as fast.
    package func bulkWriting<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await set(BulkSettings.many)
        do {
            let value = try await body()
            try await set(BulkSettings.few)
            return value
        } catch {
            try? await set(BulkSettings.few)
            throw error
        }
    }

    private func set(_ settings: [String]) async throws {
        try await queue.submit(isLarge: true) { database, _ in
            for setting in settings { try database.cached("PRAGMA \(setting)").run() }
        }
    }
}

/// What the writing connection is set to. Cache in KiB, checkpoints in pages of 4 KiB.
enum BulkSettings {
    static let few = ["cache_size = -8192", "wal_autocheckpoint = 4000", "shrink_memory"]
    static let many = ["cache_size = -65536", "wal_autocheckpoint = 16000"]
}
