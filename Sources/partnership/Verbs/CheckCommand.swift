import ArgumentParser
import Foundation
import Repositories

/// `partnership check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for damage: every page, integrity, foreign keys, search indexes, files, the audit chain, the log of events.",
        discussion: """
            Reads only; the service may run meanwhile, and the disk may be full or read-only. With a file, a backup is looked at instead of the
            data directory. Exits with 1 when something was found.
            """)

    @OptionGroup var options: DataOptions

    @Option(
        help: ArgumentHelp(
            "A backup whose audit trail this one has to go on from: what was lost or rewritten since shows.", valueName: "file"))
    var since: String?

    @Argument(help: "A backup to look at.", completion: .file())
    var file: String?

    func validate() throws {
        guard file == nil || since == nil else { throw ValidationError("--since compares the data directory; leave out \(file ?? "").") }
    }

    func run() async throws {
        var findings = if let file { try Backup.findings(in: file) } else { try await findingsInData() }
        // With a statically linked Foundation the zone data can be missing without any error at build time.
        if TimeZone(identifier: "Europe/London") == nil {
            findings.append("The time zone Europe/London is unknown: install tzdata.")
        }
        guard findings.isEmpty else {
            for finding in findings { print(finding) }
            throw ExitCode(1)
        }
        print("Nothing wrong was found in \(file ?? options.data).")
    }

    private func findingsInData() async throws -> [String] {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
        var findings = try await store.check()
        if let finding = try store.clockFinding() { print(finding) }
        if let since, try !store.goesOn(from: since) {
            findings.append("The audit trail doesn't go on from that of \(since): newer entries are lost, or it was rewritten.")
        }
        try store.close()
        return findings
    }
}
