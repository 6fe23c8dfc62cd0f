import Core

/// openapi.yaml as a tree, with its references.
struct ContractDocument {
    let root: JSON

    init(yaml: [UInt8]) throws {
        do {
            root = try JSON(yaml: yaml)
        } catch let fault as YAMLFault {
            throw ContractError("openapi.yaml \(fault.reason).")
        }
    }

    init(json: [UInt8]) throws {
        do {
            root = try JSON(parsing: json)
        } catch {
            throw ContractError("openapi.json can't be read: \(error.reason) in line \(error.line), column \(error.column).")
        }
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
