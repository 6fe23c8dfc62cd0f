import ArgumentParser
import Core

/// Settings from the environment: `PARTNERSHIP_METRICS_PORT=9000` is `--metrics-port=9000` where the verb has that option and the command
/// line doesn't give it. A `PARTNERSHIP_` variable that no verb knows is refused: a typing error must not pass silently.
struct EnvironmentSettings {
    private static let prefix = "PARTNERSHIP_"
    /// Read by scripts, not by the binary.
    private static let foreign: Set<String> = ["PARTNERSHIP_BENCH", "PARTNERSHIP_REGISTER", "PARTNERSHIP_SHARED_DATA"]

    let environment: [String: String]

    /// The arguments with what the environment adds for the verb they name.
    func completing(_ arguments: [String], of root: any ParsableCommand.Type) throws -> [String] {
        let settings = environment.filter { $0.key.hasPrefix(Self.prefix) && !Self.foreign.contains($0.key) }
        guard !settings.isEmpty else { return arguments }
        let tree = try CommandTree(root)
        for name in settings.keys.sorted() where !tree.allOptions.contains(where: { Self.variable(for: $0.name) == name }) {
            throw ValidationError("\(name) is set, but no option is called \(Self.option(for: name)).")
        }
        var completed = arguments
        // After `--` everything is positional.
        let end = completed.firstIndex(of: "--") ?? completed.endIndex
        var added: [String] = []
        for option in tree.options(ofVerbIn: arguments) {
            guard let value = settings[Self.variable(for: option.name)], !Self.isGiven(option.name, in: arguments) else { continue }
            guard option.isFlag else {
                // In one word, so that a value may begin with a hyphen.
                added.append("--\(option.name)=\(value)")
                continue
            }
            switch value.lowercased() {
            case "1", "true", "yes": added.append("--\(option.name)")
            case "0", "false", "no", "": break
            default: throw ValidationError("\(Self.variable(for: option.name)) is \"\(value)\"; it can be true or false.")
            }
        }
        completed.insert(contentsOf: added, at: end)
        return completed
    }

    private static func variable(for option: String) -> String {
        prefix + option.uppercased().replacing("-", with: "_")
    }

    private static func option(for variable: String) -> String {
        "--" + variable.dropFirst(prefix.count).lowercased().replacing("_", with: "-")
    }

    private static func isGiven(_ option: String, in arguments: [String]) -> Bool {
        arguments.contains { $0 == "--\(option)" || $0.hasPrefix("--\(option)=") }
    }
}

/// The verbs and their options, as the argument parser describes them.
private struct CommandTree {
    struct Option: Hashable {
        var name: String
        var isFlag: Bool
    }

    private let root: JSON

    init(_ command: any ParsableCommand.Type) throws {
        root = try JSON(parsing: Array(command._dumpHelp().utf8))["command"] ?? .null
    }

    var allOptions: [Option] { Self.everyCommand(in: root).flatMap(Self.options) }

    func options(ofVerbIn arguments: [String]) -> [Option] {
        var command = root
        for word in arguments {
            guard let next = Self.subcommands(of: command).first(where: { $0["commandName"]?.stringValue == word }) else { break }
            command = next
        }
        return Self.options(of: command)
    }

    private static func everyCommand(in command: JSON) -> [JSON] {
        [command] + subcommands(of: command).flatMap(everyCommand)
    }

    private static func subcommands(of command: JSON) -> [JSON] {
        (command["subcommands"]?.arrayValue ?? []).filter { $0["commandName"] != "help" }
    }

    private static func options(of command: JSON) -> [Option] {
        (command["arguments"]?.arrayValue ?? []).compactMap { argument in
            guard let kind = argument["kind"]?.stringValue, kind != "positional",
                let name = argument["names"]?.arrayValue?.first(where: { $0["kind"] == "long" })?["name"]?.stringValue,
                name != "help", name != "version"
            else { return nil }
            return Option(name: name, isFlag: kind == "flag")
        }
    }
}
