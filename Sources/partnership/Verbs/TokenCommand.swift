import ArgumentParser
import Core
import Domain
import Foundation
import Logging
import Repositories
import Services

/// `partnership token …`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Issue, list and revoke bearer tokens.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a token and print its secret, this once, on standard output.",
            discussion:
                "Give a role, or scopes, or the person it acts as. A person's token may do what their appointments allow, today; scopes narrow it. Scopes are: \(Permission.allCases.map(\.rawValue).joined(separator: ", "))."
        )

        @OptionGroup var options: DataOptions

        @Option(help: "What people will call it, such as the system that uses it.")
        var name: String

        @Option(help: ArgumentHelp("The person it acts as: their id or work email.", valueName: "person"))
        var person: String?

        @Option(help: "trustAdmin: everything an administrator of the trust may do.")
        var role: String?

        @Option(help: ArgumentHelp("Exactly these permissions, separated by commas.", valueName: "scope,…"))
        var scopes: String?

        @Option(
            help: ArgumentHelp(
                "Bind it to these schools, in what it writes and what it reads: ids or natural keys such as urn:100025, separated by commas.",
                valueName: "school,…"))
        var schools: String?

        @Option(
            help: ArgumentHelp(
                "When it ends: a day (2027-08-31, to its end in UTC) or an instant (2027-08-31T17:00:00Z).", valueName: "when"))
        var expires: String?

        func validate() throws {
            if person == nil, (role == nil) == (scopes == nil) { throw ValidationError("Give --role, --scopes or --person.") }
            if person != nil, role != nil { throw ValidationError("Leave out --role: a person's roles are their appointments.") }
            if let role, role != Role.trustAdmin.rawValue {
                throw ValidationError("There is no role \(role) of tokens; there is trustAdmin.")
            }
            if let expires, Self.instant(expires) == nil { throw ValidationError("--expires is a day or an instant, not \(expires).") }
        }

        func run() async throws {
            let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
            let services = DomainServices(store: store, directory: options.data, logger: Logger(label: "partnership"))
            let schoolIds = try schools.map { try Self.words($0).map { try Self.identify($0, services.schools) } }
            do {
                let request = TokenService.Request(
                    name: name, personId: try person.map { try services.people.identify(person: $0) }, role: role.flatMap(Role.init),
                    scopes: scopes.map(Self.words), schoolIds: schoolIds, expiresAt: expires.flatMap(Self.instant))
                let (_, secret) = try await services.tokens.create(request, .commandLine)
                print(secret)
            } catch DomainError.invalid(let errors) {
                throw ValidationError(errors.map(\.detail).joined(separator: "; "))
            } catch DomainError.notFound {
                throw ValidationError("There is no person \(person ?? "").")
            }
            try store.close()
        }

        private static func words(_ list: String) -> [String] {
            list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }

        private static func identify(_ key: String, _ schools: SchoolService) throws -> String {
            do {
                return try schools.identify(key).id
            } catch DomainError.notFound {
                throw ValidationError("There is no school \(key).")
            }
        }

        private static func instant(_ text: String) -> Instant? {
            Instant(text) ?? LocalDate(text).flatMap { Instant("\($0)T23:59:59.999Z") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all tokens, one per line; never their secrets.")

        @OptionGroup var options: DataOptions

        func run() async throws {
            let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
            try await TokenService(store: store).export(ListQuery(), .commandLine).each { encoded in
                let token = try JSONCodec.decode(ApiToken.self, fromBytes: encoded.bytes)
                let power = token.role?.rawValue ?? ([token.personId].compactMap(\.self) + token.scopes).joined(separator: ",")
                let state = token.revokedAt.map { "revoked \($0)" } ?? token.expiresAt.map { "expires \($0)" } ?? "does not expire"
                let use = token.lastUsedAt.map { "last used \($0)" } ?? "never used"
                print([token.id, Self.onOneLine(token.name), power, state, use].joined(separator: "\t"))
            }
            try store.close()
        }

        /// Names made by an earlier version may have anything in them.
        private static func onOneLine(_ name: String) -> String {
            String(String.UnicodeScalarView(name.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a token now and for good.")

        @OptionGroup var options: DataOptions

        @Argument(help: "The token's id, tok_…, as `token list` shows it.")
        var id: String

        func run() async throws {
            let store = try Store(directory: options.data, options: StoreOptions(role: .command, migrates: false))
            do {
                _ = try await TokenService(store: store).revoke(id: id, .commandLine)
            } catch DomainError.notFound {
                throw ValidationError("There is no token \(id).")
            }
            try store.close()
            print("Revoked \(id).")
        }
    }
}

extension Call {
    /// A command of somebody who may run the binary on the data directory.
    static var commandLine: Call { Call(actor: .commandLine, requestId: "cli-\(ProcessInfo.processInfo.processIdentifier)") }
}
