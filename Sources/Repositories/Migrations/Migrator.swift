import GRDB
import Glibc

/// The schema's history: append-only, numbered, one file each. A shipped migration is never edited.
enum Migrator {
    /// `PRAGMA application_id` of our databases: "ptnr".
    static let applicationID: Int64 = 0x7074_6E72

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        // Immediate, so that foreign keys are on while a migration runs; deferred where a table is rebuilt that others refer to.
        migrator.registerMigration("001-directory-and-platform", foreignKeyChecks: .immediate) { try $0.execute(sql: migration001) }
        migrator.registerMigration("002-people-and-history", foreignKeyChecks: .deferred) { try $0.execute(sql: migration002) }
        migrator.registerMigration("010-calendars", foreignKeyChecks: .immediate) { try $0.execute(sql: migration010) }
        migrator.registerMigration("020-code-lists-and-outcomes", foreignKeyChecks: .immediate) { try $0.execute(sql: migration020) }
        migrator.registerMigration("030-links-and-overrides", foreignKeyChecks: .immediate) { try $0.execute(sql: migration030) }
        migrator.registerMigration("040-personal-data", foreignKeyChecks: .immediate) { try $0.execute(sql: migration040) }
        migrator.registerMigration("050-kept-answers", foreignKeyChecks: .immediate) { try $0.execute(sql: migration050) }
        migrator.registerMigration("060-followed-changes", foreignKeyChecks: .immediate) { try $0.execute(sql: migration060) }
        migrator.registerMigration("070-webhooks", foreignKeyChecks: .immediate) { try $0.execute(sql: migration070) }
        migrator.registerMigration("080-frameworks", foreignKeyChecks: .immediate) { try $0.execute(sql: migration080) }
        migrator.registerMigration("090-cycles", foreignKeyChecks: .immediate) { try $0.execute(sql: migration090) }
        migrator.registerMigration("100-plans-and-findings", foreignKeyChecks: .immediate) { try $0.execute(sql: migration100) }
        migrator.registerMigration("110-support", foreignKeyChecks: .immediate) { try $0.execute(sql: migration110) }
        migrator.registerMigration("115-calendar-feeds", foreignKeyChecks: .immediate) { try $0.execute(sql: migration115) }
        migrator.registerMigration("120-files", foreignKeyChecks: .immediate) { try $0.execute(sql: migration120) }
        migrator.registerMigration("130-shared-resources", foreignKeyChecks: .immediate) { try $0.execute(sql: migration130) }
        migrator.registerMigration("135-facets", foreignKeyChecks: .immediate) { try $0.execute(sql: migration135) }
        migrator.registerMigration("140-support-desk", foreignKeyChecks: .immediate) { try $0.execute(sql: migration140) }
        migrator.registerMigration("150-desk-work", foreignKeyChecks: .immediate) { try $0.execute(sql: migration150) }
        migrator.registerMigration("160-desk-queues", foreignKeyChecks: .immediate) { try $0.execute(sql: migration160) }
        // Nothing in the schema: from here on every page carries a checksum, see ``migrate(_:)``. A file that says otherwise is damaged.
        migrator.registerMigration(pagesAreSummed, foreignKeyChecks: .immediate) { _ in }
        migrator.registerMigration("170-who-is-told", foreignKeyChecks: .immediate) { try $0.execute(sql: migration170) }
        migrator.registerMigration("180-pieces", foreignKeyChecks: .immediate) { try $0.execute(sql: migration180) }
        migrator.registerMigration("190-what-was-deleted", foreignKeyChecks: .immediate) { try $0.execute(sql: migration190) }
        return migrator
    }()

    private static let pagesAreSummed = "165-page-sums"

    /// Brings the database up to date, once what is in it was copied beside it and the copy was looked at. The caller makes sure that
    /// nobody else has it open.
    ///
    /// - Parameter acceptsLoss: whether it is done although something is wrong with it; then what is there by now is copied without a look at it.
    static func migrate(_ path: String, acceptsLoss: Bool = false) throws {
        let database = try DatabaseQueue(path: path, configuration: Store.configuration())
        let isNew = try database.inDatabase { try isEmpty($0) }
        if !isNew { try keepCopy(of: path, asItIs: acceptsLoss) }
        // A database of an earlier version is written anew, with room in its pages.
        if !isNew, !DatabasePage.areSummed(in: path) {
            try database.inDatabase { database in
                try database.execute(sql: "VACUUM")
                try database.checkpoint(.truncate)
            }
        }
        try migrator.migrate(database)
        try database.close()
    }

    private static func keepCopy(of path: String, asItIs: Bool) throws {
        let copy = path + ".before-migration"
        // A log that lies beside an earlier copy isn't this one's.
        for companion in ["-wal", "-shm"] { unlink(copy + companion) }
        guard !asItIs else {
            if access(path + "-wal", F_OK) == 0 { try DatabaseCopy.copyFile(path + "-wal", to: copy + "-wal") }
            return try DatabaseCopy.copyFile(path, to: copy)
        }
        let part = copy + ".part"
        unlink(part)
        try DatabaseCopy.write(path, to: part)
        do {
            try DatabaseCopy.verify(part)
        } catch {
            unlink(part)
            throw error
        }
        try DatabaseCopy.move(part, to: copy)
    }

    /// Refuses a database that this binary must not touch. Returns whether it is up to date; an empty file is not, and fine: it is about
    /// to be filled.
    ///
    /// - Parameter allowsCreation: whether an empty file is fine; nil: where a migration is.
    static func check(_ path: String, allowsMigration: Bool, allowsCreation: Bool? = nil) throws -> Bool {
        do {
            let database = try DatabaseQueue(path: path, configuration: Store.configuration())
            defer { try? database.close() }
            return try database.read { database in
                if allowsCreation == false, try isEmpty(database) { throw StoreError.noDatabase(path: path) }
                return try check(database, path: path, allowsMigration: allowsMigration)
            }
        } catch let error as DatabaseError where error.tellsOfDamage {
            throw StoreError.damaged(path: path, reason: error.message ?? "unreadable")
        }
    }

    static func check(_ database: Database, path: String, allowsMigration: Bool) throws -> Bool {
        guard try !isEmpty(database) else {
            guard allowsMigration else { throw StoreError.noDatabase(path: path) }
            return false
        }
        guard try database.prepared("PRAGMA application_id").first(read: { $0.integer(0) }) == applicationID else {
            throw StoreError.foreign(path: path)
        }
        if try migrator.hasBeenSuperseded(database) { throw StoreError.newer(path: path) }
        guard try !migrator.appliedIdentifiers(database).contains(pagesAreSummed) || DatabasePage.areSummed(in: path) else {
            throw StoreError.damaged(path: path, reason: "its header doesn't say that its pages carry checksums")
        }
        let isCurrent = try migrator.hasCompletedMigrations(database)
        guard isCurrent || allowsMigration else { throw StoreError.needsMigration(path: path) }
        return isCurrent
    }

    static func isEmpty(_ database: Database) throws -> Bool {
        try database.prepared("SELECT count(*) FROM sqlite_schema").first { $0.integer(0) } == 0
    }
}
