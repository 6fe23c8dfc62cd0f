import ArgumentParser
import Foundation
import Repositories

/// `partnership check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for damage: integrity, foreign keys, search indexes, files, the audit chain.",
        discussion: "Reads only; the service may run meanwhile. Exits with 1 when something was found.")

    @OptionGroup var options: DataOptions

    func run() async throws {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
        var findings = try await store.check()
        // With a statically linked Foundation the zone data can be missing without any error at build time.
        if TimeZone(identifier: "Europe/London") == nil {
            findings.append("The time zone Europe/London is unknown: install tzdata.")
        }
        try store.close()
        guard findings.isEmpty else {
            for finding in findings { print(finding) }
            throw ExitCode(1)
        }
        print("Nothing wrong was found in \(options.data).")
    }
}
