package import Core

/// How a store is opened.
package struct StoreOptions: Sendable {
    package enum Role: Sendable {
        /// The long-running service, one per data directory.
        case service
        /// A command beside it, or alone.
        case command
    }

    package var role: Role
    /// Whether an older database is brought up to date; else it is refused.
    package var migrates: Bool
    /// Bytes of encoded resources kept in memory.
    package var cacheBytes: Int
    /// How long one write keeps others waiting.
    package var writerTimes: WriterTimes
    /// Where `tx.now` comes from.
    package var clock: @Sendable () -> Instant

    package init(
        role: Role = .command, migrates: Bool = true, cacheBytes: Int = 16 << 20, writerTimes: WriterTimes = WriterTimes(),
        clock: @escaping @Sendable () -> Instant = { Instant.now() }
    ) {
        self.role = role
        self.migrates = migrates
        self.cacheBytes = cacheBytes
        self.writerTimes = writerTimes
        self.clock = clock
    }
}
