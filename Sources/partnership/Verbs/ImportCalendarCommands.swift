import ArgumentParser
import Core
import Domain
import Repositories
import Services

extension ImportCommand {
    /// `partnership import bank-holidays FILE`
    struct BankHolidays: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "bank-holidays",
            abstract: "Import GOV.UK's bank holidays: https://www.gov.uk/bank-holidays.json.",
            discussion: """
                All three divisions are replaced at once, from the file's first day on; earlier days stay. The same file again changes nothing.
                A file of another shape is refused. The service may run meanwhile.
                """)

        @OptionGroup var options: DataOptions

        @Argument(help: "The file, JSON.")
        var file: String

        func run() async throws {
            let tree = try ImportFile.tree(file)
            let report = try await ImportFile.write(to: options.data) { store in
                try await BankHolidayService(store: store).load(tree, .commandLine)
            }
            print(
                "Bank holidays: \(report.created) created, \(report.updated) updated, \(report.unchanged) unchanged, \(report.deleted) deleted."
            )
        }
    }

    /// `partnership import term-dates FILE [--school KEY]`
    struct TermDates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "term-dates",
            abstract: "Import term dates: academic years, terms and days of training.",
            discussion: """
                Without --school the dates are the trust's default, and academic years that aren't there are made. With it they are the school's
                own; its terms are recorded only where they aren't the trust's. Import the bank holidays first. The same file again changes nothing.
                """)

        @OptionGroup var options: DataOptions

        @Argument(help: "The file, JSON.")
        var file: String

        @Option(help: ArgumentHelp("The school: urn:100025, laestab:2022775, ukprn:… or its id.", valueName: "key"))
        var school: String?

        func run() async throws {
            let tree = try ImportFile.tree(file)
            let report = try await ImportFile.write(to: options.data) { store in
                let schoolId = try school.map { key in
                    do {
                        return try SchoolService(store: store).identify(key).id
                    } catch DomainError.notFound {
                        throw ValidationError("--school \(key) is no school known here.")
                    }
                }
                return try await TermDatesImport(store: store).load(tree, schoolId: schoolId, .commandLine)
            }
            print("Term dates of \(report.source):")
            for (name, counts) in [
                ("academic years", report.academicYears), ("terms", report.terms), ("calendar days", report.calendarDays),
            ] {
                print("  \(name): \(counts.created) created, \(counts.updated) updated, \(counts.unchanged) unchanged.")
            }
        }
    }
}
