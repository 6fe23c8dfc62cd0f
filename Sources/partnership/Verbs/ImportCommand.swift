import ArgumentParser
import Core
import Domain
import Repositories
import Services

/// `partnership import …`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Load the national register.",
        subcommands: [GIAS.self])

    struct GIAS: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gias",
            abstract: "Import extracts of Get Information about Schools (GIAS): one trust, or the whole file.",
            discussion: """
                All files are checked to their ends before anything is written. Importing the same files again changes nothing, and an import
                that was ended early is simply run again. The service may run meanwhile. Schools missing from a later file stay as they are
                and are named. Exits with 0 also when single rows were rejected; they are listed with line, column and reason.
                """)

        @OptionGroup var options: DataOptions

        @Option(help: ArgumentHelp("The extract edubasealldata, CSV.", valueName: "file"))
        var establishments: String

        @Option(help: ArgumentHelp("The extract alllinksdata (school to group), CSV.", valueName: "file"))
        var groupLinks: String

        @Option(help: ArgumentHelp("The extract allgroupsdata, CSV; names the trust exactly.", valueName: "file"))
        var groups: String?

        @Option(help: ArgumentHelp("Only the schools of this group, and the trust becomes it: 3320, say.", valueName: "uid"))
        var groupUid: String?

        func validate() throws {
            if let groupUid, !groupUid.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) || groupUid.isEmpty {
                throw ValidationError("--group-uid is the number of a group in the register, not \(groupUid).")
            }
        }

        func run() async throws {
            let store = try Store(directory: options.data, options: StoreOptions(role: .command))
            try await TrustService(store: store).ensureExists()
            let bar = ProgressBar()
            let report: RegisterReport
            do {
                report = try await RegisterImport(store: store).run(
                    .init(establishments: establishments, groupLinks: groupLinks, groups: groups), groupUid: groupUid, .commandLine,
                    progress: { bar.show($0) })
            } catch {
                bar.clear()
                try? store.close()
                throw error
            }
            bar.clear()
            try store.close()
            for line in Self.describe(report) { print(line) }
        }

        private static func describe(_ report: RegisterReport) -> [String] {
            var lines = [
                "Schools: \(report.created) created, \(report.updated) updated, \(report.unchanged) unchanged; rows rejected: \(report.rejected)."
            ]
            lines += report.rejections.map { rejection in
                "  \(rejection.file), line \(rejection.line)\(rejection.column.map { ", \($0)" } ?? ""): \(rejection.reason)"
            }
            if !report.absentUrns.isEmpty {
                lines.append("Known before, not in this file, left as they are: \(report.absentUrns.joined(separator: ", ")).")
            }
            if !report.ignoredColumns.isEmpty {
                lines.append(
                    "Columns not used: \(report.ignoredColumns.count) (\(report.ignoredColumns.prefix(5).joined(separator: ", "))\(report.ignoredColumns.count > 5 ? ", …" : ""))."
                )
            }
            return lines
        }
    }
}
