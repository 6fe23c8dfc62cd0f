import Core
import OrderedCollections
import Yams

/// openapi.yaml as a tree, with its references.
struct ContractDocument {
    let root: JSON

    init(yaml: [UInt8]) throws {
        guard let text = String(validating: yaml, as: UTF8.self) else { throw ContractError("openapi.yaml is not valid UTF-8.") }
        let node: Node?
        do {
            // The basic resolver has no rules: the default one runs regular expressions over every scalar.
            node = try compose(yaml: text, .basic)
        } catch {
            throw ContractError("openapi.yaml is not valid YAML: \(error)")
        }
        guard let node else { throw ContractError("openapi.yaml is empty.") }
        root = try Self.tree(node)
    }

    /// What a `$ref` means, with the pointer of where it really stands. References to references are followed.
    func resolve(_ value: JSON, at pointer: String) throws -> (value: JSON, pointer: String) {
        var value = value
        var pointer = pointer
        var hops = 0
        while let reference = value["$ref"]?.stringValue {
            hops += 1
            guard hops <= 16 else { throw ContractError(at: pointer, "the $ref goes in a circle") }
            guard let found = find(reference) else { throw ContractError(at: pointer, "the $ref \(reference) leads nowhere") }
            value = found
            pointer = reference
        }
        return (value, pointer)
    }

    /// Only references inside the document exist.
    func find(_ reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        var value = root
        for token in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            guard let next = value[JSONPointer.unescape(token)] else { return nil }
            value = next
        }
        return value
    }

    /// YAML's core schema: plain scalars may be null, booleans or numbers, everything else is text.
    private static func tree(_ node: Node) throws -> JSON {
        switch node {
        case .scalar(let scalar):
            return scalar.style == .plain ? plain(scalar.string) : .string(scalar.string)
        case .sequence(let sequence):
            return .array(try sequence.map(tree))
        case .mapping(let mapping):
            var members = JSON.Object(minimumCapacity: mapping.count)
            for (key, value) in mapping {
                guard case .scalar(let name) = key else { throw ContractError("openapi.yaml has a key that isn't text.") }
                members[name.string] = try tree(value)
            }
            return .object(members)
        case .alias:
            throw ContractError("openapi.yaml has a YAML alias; use $ref.")
        }
    }

    private static func plain(_ text: String) -> JSON {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default:
            guard let first = text.utf8.first, first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
                return .string(text)
            }
            return NumberText.parse(text) ?? .string(text)
        }
    }
}

enum JSONPointer {
    static func escape(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        return String(
            token.flatMap { character -> [Character] in
                switch character {
                case "~": ["~", "0"]
                case "/": ["~", "1"]
                default: [character]
                }
            })
    }

    static func unescape(_ token: Substring) -> String {
        guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
        var result = ""
        var rest = token[...]
        while let mark = rest.firstIndex(of: "~") {
            result += rest[..<mark]
            let after = rest[rest.index(after: mark)...]
            result += after.first == "1" ? "/" : "~"
            rest = after.dropFirst()
        }
        return result + rest
    }
}

/// Numbers written in a parameter or in YAML: JSON's grammar, nothing else.
enum NumberText {
    static func parse(_ text: some StringProtocol) -> JSON? {
        guard text.utf8.count <= 64, let tree = try? JSON(parsing: Array(text.utf8)) else { return nil }
        switch tree {
        // JSON allows space around a value; a number as text doesn't.
        case .integer, .double: return text.utf8.contains { $0 <= 0x20 } ? nil : tree
        default: return nil
        }
    }
}
