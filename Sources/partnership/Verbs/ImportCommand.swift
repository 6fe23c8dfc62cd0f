import ArgumentParser
import Core
import Domain
import Foundation
import Repositories
import Services

/// `partnership import …`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Load the national register, people and their appointments, figures of schools, bank holidays, term dates, a catalogue.",
        subcommands: [GIAS.self, Links.self, People.self, Indicators.self, BankHolidays.self, TermDates.self, Catalogue.self])

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
            let report = try await ImportCommand.run(options) { store, progress in
                try await TrustService(store: store).ensureExists()
                return try await RegisterImport(store: store).run(
                    .init(establishments: establishments, groupLinks: groupLinks, groups: groups), groupUid: groupUid, .commandLine,
                    progress: progress)
            }
            for line in Self.describe(report) { print(line) }
        }

        private static func describe(_ report: RegisterReport) -> [String] {
            var lines = [
                "Schools: \(report.created) created, \(report.updated) updated, \(report.unchanged) unchanged; rows rejected: \(report.rejected)."
            ]
            lines += report.rejections.map(ImportCommand.describe)
            if report.joined > 0 { lines.append("Joined the trust: \(report.joined).") }
            lines += report.overridden.map { override in
                "Corrected here and kept: \(override.urn) \(override.member) is \(override.value.text); the register says \(override.registerValue.text)."
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

    struct Links: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gias-links",
            abstract: "Import the links between schools of the same register: predecessors, successors.",
            discussion: """
                The file is checked to its end before anything is written, and taken whole: links of schools that aren't known here as well. Then
                the URN of a school that became another finds the other. Importing the same file again changes nothing.
                """)

        @OptionGroup var options: DataOptions

        @Argument(help: "The extract links_edubasealldata, CSV.")
        var file: String

        func run() async throws {
            let report = try await ImportCommand.run(options) { store, progress in
                try await RegisterImport(store: store).run(nil, links: file, groupUid: nil, .commandLine, progress: progress)
            }
            let links = report.links ?? .init()
            print(
                "Links: \(links.created) created, \(links.updated) updated, \(links.unchanged) unchanged, \(links.removed) removed; rows rejected: \(links.rejected)."
            )
            for rejection in report.rejections { print(ImportCommand.describe(rejection)) }
        }
    }

    struct People: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "people",
            abstract: "Import people and their appointments from a CSV file.",
            discussion: """
                Columns: name, workEmail, and for each appointment role, startsOn, school (id, urn:…, ukprn:… or laestab:…), endsOn, isLead; jobTitle.
                One row per appointment. Importing the same file again changes nothing, rows that can't be taken are listed with line, column and
                reason, and whoever is missing from the file stays as they are. The service may run meanwhile.
                """)

        @OptionGroup var options: DataOptions

        @Argument(help: "The file, CSV.")
        var file: String

        func run() async throws {
            try await CSVCommand.run(file: file, data: options.data) { try await PeopleImport(store: $0).run($1, .commandLine) }
        }
    }

    struct Indicators: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "indicators",
            abstract: "Import figures of schools from a CSV file.",
            discussion: """
                Columns: school (id, urn:…, ukprn:… or laestab:…), measure (a code of the list indicator-measures), period (2025-26, 2026-03 or
                2026-autumn), value, source; comparisonValue, asAt. Importing the same file again changes nothing, and rows that can't be taken are
                listed with line, column and reason. The service may run meanwhile.
                """)

        @OptionGroup var options: DataOptions

        @Flag(help: "Check everything and write nothing.")
        var dryRun = false

        @Argument(help: "The file, CSV.")
        var file: String

        func run() async throws {
            var call = Call.commandLine
            call.dryRun = dryRun
            if dryRun { print("Nothing is written; this is what would be.") }
            try await CSVCommand.run(file: file, data: options.data) { [call] in try await IndicatorImport(store: $0).run($1, call) }
        }
    }

    /// Runs an import with its progress on the terminal.
    private static func run(
        _ options: DataOptions,
        _ body: (Store, _ progress: @escaping @Sendable (RegisterProgress) async -> Void) async throws -> RegisterReport
    ) async throws -> RegisterReport {
        let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
        let bar = ProgressBar()
        let report: RegisterReport
        do {
            report = try await body(store) { bar.show($0) }
        } catch {
            bar.clear()
            try? store.close()
            throw error
        }
        bar.clear()
        try store.close()
        return report
    }

    private static func describe(_ rejection: RegisterReport.Rejection) -> String {
        "  \(rejection.file), line \(rejection.line)\(rejection.column.map { ", \($0)" } ?? ""): \(rejection.reason)"
    }
}

/// What the imports of small CSV files have in common.
enum CSVCommand {
    static func run(file: String, data: String, _ perform: (Store, [UInt8]) async throws -> CSVReport) async throws {
        guard let bytes = FileManager.default.contents(atPath: file) else { throw ValidationError("\(file) can't be read.") }
        guard bytes.count <= CSVImport.maximumBytes else {
            throw ValidationError("\(file) is larger than \(CSVImport.maximumBytes >> 20) MiB.")
        }
        let store = try Store(directory: data, options: StoreOptions(role: .command, migrates: false))
        defer { try? store.close() }
        let report: CSVReport
        do {
            report = try await perform(store, Array(bytes))
        } catch DomainError.invalid(let errors) {
            throw ValidationError("\(file): \(errors.map(\.detail).joined(separator: "; ")).")
        }
        print("Rows: \(report.created) created, \(report.updated) updated, \(report.unchanged) unchanged, \(report.rejected) rejected.")
        for rejection in report.rejections {
            print("  line \(rejection.line)\(rejection.column.map { ", \($0)" } ?? ""): \(rejection.reason)")
        }
        if !report.ignoredColumns.isEmpty { print("Columns not used: \(report.ignoredColumns.joined(separator: ", ")).") }
    }
}

extension JSON {
    /// For a sentence.
    fileprivate var text: String { stringValue ?? String(decoding: bytes, as: UTF8.self) }
}
