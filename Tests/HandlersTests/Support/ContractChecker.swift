import Core
import HTTPTypes
import OrderedCollections
import Routing
import Testing

/// Holds answers against openapi.yaml: the status must be declared, so must the media type, and a JSON body must be exactly what its schema
/// says: every member present, none beside.
struct ContractChecker: Sendable {
    private let document: JSON
    private let operations: [String: JSON]

    /// Read once: it is the same for all.
    private static let contract = Result { try JSON(parsing: Contract().json) }

    init() throws {
        document = try Self.contract.get()
        var operations: [String: JSON] = [:]
        for (_, item) in document["paths"]?.objectValue ?? [:] {
            for (_, operation) in item.objectValue ?? [:] {
                if let id = operation["operationId"]?.stringValue { operations[id] = operation }
            }
        }
        self.operations = operations
    }

    /// `isSparse`: the request asked for some members only (`fields`), so the others may be missing.
    func check(
        _ answer: TestAnswer, to method: HTTPRequest.Method, operation id: String?, isSparse: Bool, sourceLocation: SourceLocation
    ) {
        #expect(answer.status < 500 || answer.status == 503, "\(answer.text)", sourceLocation: sourceLocation)
        let type = answer.headers[.contentType].map { String($0.prefix { $0 != ";" }) }
        if answer.status >= 400 {
            #expect(type == "application/problem+json", sourceLocation: sourceLocation)
            if method != .head { fits(answer.json, ["$ref": "#/components/schemas/Problem"], "", isSparse: false, sourceLocation) }
            return
        }
        guard let id, method != .options, let responses = operations[id]?["responses"] else { return }
        guard let response = responses["\(answer.status)"].map(resolved) else {
            Issue.record("\(id) answered \(answer.status), which openapi.yaml doesn't declare", sourceLocation: sourceLocation)
            return
        }
        guard method != .head, answer.status != 304, let content = response["content"]?.objectValue else { return }
        guard let type, let schema = content[type]?["schema"] else {
            Issue.record("\(id) answered with \(type ?? "no type"), which openapi.yaml doesn't declare", sourceLocation: sourceLocation)
            return
        }
        if type == "application/json" { fits(answer.json, schema, "", isSparse: isSparse, sourceLocation) }
    }

    private func resolved(_ node: JSON) -> JSON {
        guard let reference = node["$ref"]?.stringValue else { return node }
        return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
    }

    private func fits(_ value: JSON, _ schema: JSON, _ pointer: String, isSparse: Bool, _ location: SourceLocation) {
        let schema = resolved(schema)
        if let choices = schema["oneOf"]?.arrayValue {
            let choice = choices.first { ($0["type"] == "null") == (value == .null) } ?? .null
            return fits(value, choice, pointer, isSparse: isSparse, location)
        }
        let types = schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []
        #expect(types.isEmpty || types.contains { isType(value, $0.stringValue) }, "\(pointer) is \(value)", sourceLocation: location)
        if let elements = value.arrayValue, let items = schema["items"] {
            for (index, element) in elements.enumerated() { fits(element, items, "\(pointer)/\(index)", isSparse: isSparse, location) }
        }
        guard let members = value.objectValue, let properties = schema["properties"]?.objectValue else { return }
        for name in schema["required"]?.arrayValue ?? [] where !isSparse {
            #expect(members[name.stringValue ?? ""] != nil, "\(pointer) lacks \(name)", sourceLocation: location)
        }
        for (name, member) in members {
            guard let property = properties[name] else {
                Issue.record("\(pointer)/\(name) is not in openapi.yaml", sourceLocation: location)
                continue
            }
            fits(member, property, "\(pointer)/\(name)", isSparse: isSparse, location)
        }
    }

    private func isType(_ value: JSON, _ type: String?) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"), (.double, "number"), (.string, "string"),
            (.array, "array"), (.object, "object"):
            true
        default: false
        }
    }
}
