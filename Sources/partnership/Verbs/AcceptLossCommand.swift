import ArgumentParser
import Repositories

/// `partnership accept-loss`
struct AcceptLossCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-loss",
        abstract: "Go on with what is left of a damaged database.",
        discussion: """
            For a database that is refused, where there is no better backup: because its log is damaged, its audit trail has become shorter, or pages
            aren't what was written (so it is after another program wrote it). What it holds now counts from now on, whatever that is; followers of
            the log have to list anew. A database of an earlier version is brought up to date, since `migrate` takes only a sound one. A damaged
            log is kept as partnership.db-wal.torn. Exits with 1 when `check` still finds something.
            """)

    @OptionGroup var options: DataOptions

    func run() async throws {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, creates: false, acceptsLoss: true))
        let findings = try await store.check()
        try store.close()
        guard findings.isEmpty else {
            for finding in findings { print(finding) }
            throw ExitCode(1)
        }
        print("What is left in \(options.data) is sound and counts from now on.")
    }
}
