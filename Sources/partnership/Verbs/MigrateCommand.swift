import ArgumentParser
import Repositories
import Services

/// `partnership migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create the database, or bring it up to what this binary needs.",
        discussion:
            """
            The only verb that makes a database or changes its form. Safe to repeat. What an older version wrote is checked and copied to
            partnership.db.before-migration first. A database newer than the binary is refused and left as it is.
            """)

    @OptionGroup var options: DataOptions

    @Flag(help: "Refuse where there is no database, which may mean that its disk isn't mounted.")
    var noCreate = false

    func run() async throws {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, creates: !noCreate))
        try await TrustService(store: store).ensureExists()
        try store.close()
        print("The database in \(options.data) is up to date.")
    }
}
