import ArgumentParser
import Domain
import Foundation

/// The command line: one binary, a verb per job.
@main
struct Partnership: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "partnership",
        abstract: "The system of record for how a trust's schools work together as equal partners.",
        discussion: """
            Start with `partnership migrate`, then `partnership token create`, then `partnership serve`. Every option can also be given by the
            environment: --metrics-port is PARTNERSHIP_METRICS_PORT. The command line wins.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, ImportCommand.self, TokenCommand.self, MigrateCommand.self, CheckCommand.self, BackupCommand.self,
            RestoreCommand.self, AcceptLossCommand.self, PurgeCommand.self, OpenAPICommand.self,
        ])

    static func main() async {
        CrashLine.prepare(version: version)
        do {
            let arguments = try EnvironmentSettings(environment: ProcessInfo.processInfo.environment)
                .completing(Array(CommandLine.arguments.dropFirst()), of: Self.self)
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: DiskRefusal(error) ?? error)
        }
    }
}

/// What a disk that takes nothing comes to on the command line.
private struct DiskRefusal: Error, CustomStringConvertible {
    let description: String

    init?(_ error: any Error) {
        switch error {
        case DomainError.diskFull: description = "The disk is full; nothing was written."
        case DomainError.unwritable: description = "The disk takes nothing, it may be read-only; nothing was written."
        default: return nil
        }
    }
}
