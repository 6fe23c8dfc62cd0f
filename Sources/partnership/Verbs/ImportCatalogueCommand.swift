import ArgumentParser
import Core
import Routing
import Services

extension ImportCommand {
    /// `partnership import catalogue [FILE]`
    struct Catalogue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "catalogue",
            abstract: "Import what schools can ask the central team for: services, their teams, request types with forms.",
            discussion: """
                Without a file it is the catalogue that ships with the service, for every business area; change it to what your trust does. A file
                is YAML or JSON: `services` with members as the API has them, `team` by name and `types` below; or grouped categories of spend,
                `categories` with `sub_categories`. The same again changes nothing, and what is there already stays as it is. The service may run
                meanwhile.
                """)

        @OptionGroup var options: DataOptions

        @Argument(help: "The file, YAML or JSON; the catalogue that ships with the service where it is left out.")
        var file: String?

        func run() async throws {
            let bytes = try file.map(ImportFile.bytes)
            let contract = try Contract()
            let report = try await ImportFile.write(to: options.data) { store in
                let catalogue = CatalogueImport(store: store, check: contract.errors)
                return if let bytes {
                    try await catalogue.load(bytes, .commandLine)
                } else {
                    try await catalogue.loadDefault(.commandLine)
                }
            }
            print("Catalogue:")
            for (name, counts) in [("teams", report.teams), ("services", report.services), ("request types", report.requestTypes)] {
                print("  \(name): \(counts.created) created, \(counts.unchanged) there already.")
            }
            if !report.skipped.isEmpty { print("Archived, left out: \(report.skipped.joined(separator: ", ")).") }
        }
    }
}
