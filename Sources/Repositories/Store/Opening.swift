import GRDB

extension DataDirectory {
    /// What is found out before a database is opened to work with.
    struct Opened {
        /// Held by everybody who has it open.
        let lock: FileLock
        /// Pages in its log; nil where somebody else has it open already.
        let logPages: Set<UInt32>?
    }

    /// How much of a database is read before a service takes it: 32 MiB, in a few hundredths of a second.
    private static let pagesLookedAt = 8_192

    /// Looks at the files before SQLite does, and at what it makes of them; brings the database up to date where that is wanted. Nobody
    /// else may be opening it.
    func prepare(_ options: StoreOptions) throws -> Opened {
        guard let lock = try lockAlone() else {
            // Whoever has it open looked at the log, and keeps migrations off: those run alone, not beside a process that knows another schema.
            guard try Migrator.check(database, allowsMigration: options.migrates) else { throw StoreError.inUse(directory: path) }
            try lookAtPages(options, log: [], isStill: false)
            return Opened(lock: try lockShared(), logPages: nil)
        }
        let log = try LogScan(of: database)
        switch log.verdict {
        case .tornMiddle(let frame) where !options.acceptsLoss: throw StoreError.tornLog(path: database + "-wal", frame: frame)
        case .damagedHeader where !options.acceptsLoss: throw StoreError.tornLog(path: database + "-wal", frame: 0)
        case .tornMiddle, .damagedHeader: try keepLog()
        case .whole, .tornEnd: break
        }
        if options.acceptsLoss { try PageScan.accept(database) }
        if try !Migrator.check(database, allowsMigration: options.migrates, allowsCreation: options.creates) {
            try Migrator.migrate(database, acceptsLoss: options.acceptsLoss)
        }
        try lookAtPages(options, log: log.pages, isStill: true)
        try lock.share()
        return Opened(lock: lock, logPages: log.pages)
    }

    private func lookAtPages(_ options: StoreOptions, log: Set<UInt32>, isStill: Bool) throws {
        guard options.role == .service else { return }
        let faults = try PageScan.faults(in: database, log: log, isStill: isStill, most: Self.pagesLookedAt)
        if let fault = faults.first { throw StoreError.damaged(path: database, finding: fault) }
    }

    /// What SQLite is about to drop somebody may want to look at.
    private func keepLog() throws { try DatabaseCopy.copyFile(database + "-wal", to: database + "-wal.torn") }
}

extension DatabaseError {
    /// Whether it says that the file isn't what was written.
    var tellsOfDamage: Bool {
        [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(resultCode) || extendedResultCode == .SQLITE_IOERR_DATA
    }
}
