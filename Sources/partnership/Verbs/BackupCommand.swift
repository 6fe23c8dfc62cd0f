import ArgumentParser
import Repositories

/// `partnership backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy database and files while the service runs, and check both what is copied and the copy.",
        discussion: """
            A database in which `check` would find anything isn't copied. The copy appears under its name only when it is complete, verified and on disk. An existing file is not overwritten. Uploaded files are
            copied beside it, into a directory of its name with “.files” added; keep the two together.
            """)

    @OptionGroup var options: DataOptions

    @Argument(help: "The file to make.", completion: .file())
    var file: String

    func run() async throws {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
        let head = try await store.backup(to: file)
        try store.close()
        print("Backed up to \(file) and verified.")
        if let head { print("The audit trail ends with \(head).") }
    }
}
