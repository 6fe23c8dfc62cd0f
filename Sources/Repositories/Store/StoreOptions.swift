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
    /// Whether one is made where there is none; only where it `migrates`.
    package var creates: Bool
    /// Whether a database is opened although newer changes of it are lost: what is left of it counts from now on.
    package var acceptsLoss: Bool
    /// Bytes of encoded resources kept in memory.
    package var cacheBytes: Int
    /// How long one write keeps others waiting.
    package var writerTimes: WriterTimes
    /// Where `tx.now` comes from.
    package var clock: @Sendable () -> Instant

    package init(
        role: Role = .command, migrates: Bool = true, creates: Bool = true, acceptsLoss: Bool = false, cacheBytes: Int = 16 << 20,
        writerTimes: WriterTimes = WriterTimes(),
        clock: @escaping @Sendable () -> Instant = { Instant.now() }
    ) {
        self.role = role
        self.migrates = migrates
        self.creates = migrates && creates
        self.acceptsLoss = acceptsLoss
        self.cacheBytes = cacheBytes
        self.writerTimes = writerTimes
        self.clock = clock
    }
}
