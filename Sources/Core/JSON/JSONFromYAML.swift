import OrderedCollections
import Yams

/// Why a text isn't the YAML that is read here.
package struct YAMLFault: Error {
    package let reason: String
}

extension JSON {
    /// Nodes a file may come to.
    private static let maximumYAMLNodes = 200_000

    /// One YAML document as a tree: its core schema, plain scalars may be null, booleans or numbers, everything else is text. Keys are texts, and
    /// aliases aren't read.
    package init(yaml: [UInt8]) throws {
        guard let text = String(validating: yaml, as: UTF8.self) else { throw YAMLFault(reason: "is not valid UTF-8") }
        // Few aliases make any number of nodes, and where they are part of a key the parser would look at all of them.
        guard !Self.hasAliases(yaml) else { throw YAMLFault(reason: "has an alias, which isn't read here; write out what it stands for") }
        let node: Node?
        do {
            // The basic resolver has no rules: the default one runs regular expressions over every scalar.
            node = try compose(yaml: text, .basic)
        } catch {
            throw YAMLFault(reason: "is not valid YAML: \(Self.sentence(error))")
        }
        guard let node else { throw YAMLFault(reason: "is empty") }
        var left = Self.maximumYAMLNodes
        self = try Self.tree(node, &left)
    }

    /// Whether one name stands behind `&` and behind `*`, where nodes begin. What only looks so, in a text, is no harm as long as it isn't both.
    private static func hasAliases(_ yaml: [UInt8]) -> Bool {
        var names: [UInt8: Set<ArraySlice<UInt8>>] = [:]
        for (place, mark) in yaml.enumerated() where mark == UInt8(ascii: "&") || mark == UInt8(ascii: "*") {
            // Beyond ASCII are line breaks too.
            guard place == 0 || yaml[place - 1] <= 0x20 || yaml[place - 1] >= 0x80 || "[{,:".utf8.contains(yaml[place - 1]) else {
                continue
            }
            let name = yaml[(place + 1)...].prefix { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
            if !name.isEmpty { names[mark, default: []].insert(name) }
        }
        return !names[UInt8(ascii: "&"), default: []].isDisjoint(with: names[UInt8(ascii: "*"), default: []])
    }

    private static func tree(_ node: Node, _ left: inout Int) throws -> JSON {
        left -= 1
        guard left > 0 else { throw YAMLFault(reason: "has more than \(maximumYAMLNodes) nodes") }
        switch node {
        case .scalar(let scalar):
            return scalar.style == .plain ? plain(scalar.string) : .string(scalar.string)
        case .sequence(let sequence):
            return .array(try sequence.map { try tree($0, &left) })
        case .mapping(let mapping):
            var members = JSON.Object(minimumCapacity: mapping.count)
            for (key, value) in mapping {
                guard case .scalar(let name) = key else { throw YAMLFault(reason: "has a key that isn't text") }
                members[name.string] = try tree(value, &left)
            }
            return .object(members)
        case .alias:
            throw YAMLFault(reason: "has an alias, which isn't read here")
        }
    }

    private static func plain(_ text: String) -> JSON {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: number(text) ?? .string(text)
        }
    }

    /// A number written as a text: JSON's grammar, nothing else.
    package static func number(_ text: some StringProtocol) -> JSON? {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            text.utf8.count <= 64, let tree = try? JSON(parsing: Array(text.utf8))
        else { return nil }
        switch tree {
        // JSON allows space around a value; a number as text doesn't.
        case .integer, .double: return text.utf8.contains { $0 <= 0x20 } ? nil : tree
        default: return nil
        }
    }

    private static func sentence(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .reader(let problem, _, _, _): problem
        default: "it can't be read"
        }
    }
}
