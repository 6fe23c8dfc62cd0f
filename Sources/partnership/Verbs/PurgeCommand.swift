import ArgumentParser
import Core
import Logging
import Repositories
import Services

/// `partnership purge`
struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Remove what is past its retention period.",
        discussion: """
            How long what is kept the trust says in /v1/retention-rules. The service may run meanwhile; run it once a night. Backups made before
            still hold what it removes.
            """)

    @OptionGroup var options: DataOptions

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    func run() async throws {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
        var call = Call.commandLine
        call.dryRun = dryRun
        let report = try await PersonalDataService(store: store).purge(call)
        try store.close()
        for item in report.items {
            let verb = dryRun ? "would be removed" : "removed"
            print("\(item.recordType): \(item.count) \(verb), ended on or before \(item.endedOnOrBefore) (kept for \(item.months) months)")
            for id in item.ids { print("  \(id)") }
            if item.count > item.ids.count { print("  and \(item.count - item.ids.count) more") }
        }
    }
}
