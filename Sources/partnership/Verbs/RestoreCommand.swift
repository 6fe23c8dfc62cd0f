import ArgumentParser
import Repositories

/// `partnership restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Replace database and files by a backup.",
        discussion: """
            The backup is checked first as `check` does; a damaged one, one of another program, or one newer than this binary is refused. Refused too while the
            service runs. The database replaced is kept beside as partnership.db.before-restore.
            """)

    @OptionGroup var options: DataOptions

    @Argument(help: "The backup to restore from.", completion: .file())
    var file: String

    func run() async throws {
        try Restore.restore(file, into: options.data)
        print("Restored \(options.data) from \(file).")
    }
}
