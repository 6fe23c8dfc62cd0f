import ArgumentParser
import Repositories
import Services

/// `partnership migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create the database, or bring it up to what this binary needs.",
        discussion:
            "Safe to repeat. A database newer than the binary is refused and left as it is. Take a backup first: there is no way down.")

    @OptionGroup var options: DataOptions

    func run() async throws {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command))
        try await TrustService(store: store).ensureExists()
        try store.close()
        print("The database in \(options.data) is up to date.")
    }
}
