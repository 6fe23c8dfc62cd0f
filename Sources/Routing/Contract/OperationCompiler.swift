import Core
import HTTPTypes
import OrderedCollections

/// Compiles the paths of the contract into operations. Every key is known or refuses the start: a misspelt one would silently change
/// what is served.
struct OperationCompiler {
    let document: ContractDocument
    var schemas: SchemaCompiler
    /// Operations that links lead to, with the place of the link.
    /// `components/schemas` by name.
    private(set) var named: [String: Schema] = [:]
    private var linked: [(operationId: String, pointer: String)] = []

    init(document: ContractDocument) {
        self.document = document
        schemas = SchemaCompiler(document: document)
    }

    private static let methods: [(key: String, method: HTTPRequest.Method)] = [
        ("get", .get), ("put", .put), ("post", .post), ("delete", .delete), ("patch", .patch),
    ]

    mutating func compile() throws -> [Operation] {
        try allow(
            ["openapi", "info", "servers", "tags", "paths", "components", "externalDocs"], in: document.root, at: "#")
        guard document.root["openapi"]?.stringValue?.hasPrefix("3.1.") == true else {
            throw ContractError(at: "#/openapi", "the version must be 3.1.x")
        }
        try compileComponents()
        guard let paths = document.root["paths"]?.objectValue, !paths.isEmpty else {
            throw ContractError(at: "#/paths", "there are no paths")
        }
        var operations: [Operation] = []
        var ids: Set<String> = []
        for (path, item) in paths {
            let pointer = "#/paths/" + JSONPointer.escape(path)
            try allow(Set(Self.methods.map(\.key) + ["parameters", "summary", "description"]), in: item, at: pointer)
            for (key, method) in Self.methods {
                guard let value = item[key] else { continue }
                let operation = try compile(value, method, path, shared: item["parameters"], at: pointer + "/" + key)
                guard ids.insert(operation.operationId).inserted else {
                    throw ContractError(at: pointer + "/" + key, "the operationId \(operation.operationId) is used twice")
                }
                operations.append(operation)
            }
        }
        if let link = linked.first(where: { !ids.contains($0.operationId) }) {
            throw ContractError(at: link.pointer, "the link leads to \(link.operationId), which is no operation")
        }
        return operations
    }

    /// Components nobody refers to are compiled too: they are served.
    private mutating func compileComponents() throws {
        guard let components = document.root["components"] else { return }
        try allow(
            ["schemas", "parameters", "requestBodies", "responses", "headers", "securitySchemes", "examples"], in: components,
            at: "#/components")
        for name in components["schemas"]?.objectValue?.keys ?? [] {
            let pointer = "#/components/schemas/" + JSONPointer.escape(name)
            named[name] = try schemas.compile(["$ref": .string(pointer)], at: pointer)
        }
    }

    private mutating func compile(
        _ value: JSON, _ method: HTTPRequest.Method, _ path: String, shared: JSON?, at pointer: String
    ) throws -> Operation {
        guard let operationId = value["operationId"]?.stringValue, !operationId.isEmpty else {
            throw ContractError(at: pointer, "the operation has no operationId")
        }
        try allow(
            [
                "operationId", "tags", "summary", "description", "security", "parameters", "requestBody", "responses", "deprecated",
                "x-stream-body",
            ], in: value, at: pointer)
        let permission = try permission(value["security"], operationId, at: pointer + "/security")
        var parameters: [Operation.Parameter] = []
        // The operation's own come first and replace shared ones of the same name.
        for (list, place) in [(value["parameters"], pointer), (shared, pointer + "/..")] {
            for (index, element) in (list?.arrayValue ?? []).enumerated() {
                let parameter = try self.parameter(element, at: "\(place)/parameters/\(index)")
                let isKnown = parameters.contains { $0.name == parameter.name && $0.place == parameter.place }
                if !isKnown { parameters.append(parameter) }
                if isKnown, place == pointer {
                    throw ContractError(at: "\(place)/parameters/\(index)", "the parameter \(parameter.name) is declared twice")
                }
            }
        }
        let pathNames = try pathNames(path, parameters, at: pointer)
        let streamsBody = value["x-stream-body"]?.boolValue ?? false
        var body = try self.body(value["requestBody"], method, streams: streamsBody, at: pointer + "/requestBody")
        body?.bulk = try bulkRules(value["requestBody"], of: path, permission, at: pointer)
        if streamsBody, body == nil { throw ContractError(at: pointer, "x-stream-body needs a requestBody") }
        let responses = try self.responses(value["responses"], operationId, at: pointer + "/responses")
        let successes = responses.filter { $0.status.hasPrefix("2") }
        var produces: [String] = []
        for type in successes.flatMap({ $0.content.map(\.type) }) where !produces.contains(type) { produces.append(type) }

        let answer = successes.lazy.flatMap(\.content).first { $0.type == "application/json" }?.schema
        let isList = method == .get && parameters.contains { $0.name == "limit" } && parameters.contains { $0.name == "cursor" }
        let grammar = isList ? try listGrammar(&parameters, answer, operationId, at: pointer) : nil
        let rows = answer?.member("items")?.rules.items?.members.filter(\.isRequired).map(\.name) ?? []
        let takesFields = parameters.contains { $0.name == "fields" && $0.place == .query }
        let projectable = takesFields ? grammar?.members ?? answer?.members.filter(\.isRequired).map(\.name) ?? [] : []
        if !isList, let index = parameters.firstIndex(where: { $0.name == "fields" }) {
            guard !projectable.isEmpty else { throw ContractError(at: pointer, "\(operationId) takes fields but answers no object") }
            parameters[index].role = .fields
        }
        if !isList, let index = parameters.firstIndex(where: { $0.name == "expand" }) { parameters[index].role = .expand }
        for parameter in parameters where parameter.items != nil {
            if case .filter(let rule) = parameter.role, rule.takesItems { continue }
            throw ContractError(
                at: pointer,
                "\(operationId), parameter \(parameter.name): x-items is for filters by whole values, and would do nothing here")
        }
        return Operation(
            operationId: operationId, method: method, path: path, pathNames: pathNames, permission: permission, parameters: parameters,
            body: body, streamsBody: streamsBody, produces: produces, list: grammar, projectable: projectable, exported: rows,
            responses: responses)
    }

    /// `[]` is public, `[{bearer: [permission]}]` needs exactly that permission.
    private func permission(_ security: JSON?, _ operationId: String, at pointer: String) throws -> String? {
        guard let security else {
            throw ContractError(at: pointer, "\(operationId) doesn't say who may call it; public is security: []")
        }
        guard let alternatives = security.arrayValue else { throw ContractError(at: pointer, "security must be a list") }
        if alternatives.isEmpty { return nil }
        guard alternatives.count == 1, let scheme = alternatives[0].objectValue, scheme.count == 1,
            let permissions = scheme["bearer"]?.arrayValue, permissions.count == 1, let permission = permissions[0].stringValue
        else { throw ContractError(at: pointer, "\(operationId) must name one permission, as [{bearer: ['schools:read']}]") }
        return permission
    }

    private mutating func parameter(_ value: JSON, at pointer: String) throws -> Operation.Parameter {
        let (value, pointer) = try document.resolve(value, at: pointer)
        try allow(
            ["name", "in", "required", "description", "schema", "example", "examples", "deprecated", "x-items"], in: value, at: pointer)
        guard let name = value["name"]?.stringValue,
            let place = value["in"]?.stringValue.flatMap({ Operation.Parameter.Place(rawValue: $0) })
        else { throw ContractError(at: pointer, "a parameter needs a name and a place: path, query or header") }
        guard let schema = value["schema"] else { throw ContractError(at: pointer, "the parameter \(name) has no schema") }
        let compiled = try schemas.compile(schema, at: pointer + "/schema")
        guard compiled.types.isDisjoint(with: [.array, .object]), !compiled.types.isEmpty else {
            throw ContractError(
                at: pointer + "/schema", "the parameter \(name) must be text, a number or a boolean; a list is text with commas")
        }
        let items = try value["x-items"].map { try schemas.compile($0, at: pointer + "/x-items") }
        return .init(name: name, place: place, isRequired: value["required"]?.boolValue ?? false, schema: compiled, items: items)
    }

    /// The names in the path; each is declared, and nothing else is.
    private func pathNames(_ path: String, _ parameters: [Operation.Parameter], at pointer: String) throws -> [String] {
        let names: [String]
        do {
            names = try PathTemplate(path).names
        } catch {
            throw ContractError(at: pointer, error.reason)
        }
        for name in names where !parameters.contains(where: { $0.place == .path && $0.name == name }) {
            throw ContractError(at: pointer, "the path parameter \(name) is not declared")
        }
        for parameter in parameters where parameter.place == .path && !names.contains(parameter.name) {
            throw ContractError(at: pointer, "the path has no parameter \(parameter.name)")
        }
        return names
    }

    private mutating func body(
        _ value: JSON?, _ method: HTTPRequest.Method, streams: Bool, at pointer: String
    ) throws -> Operation.BodyRule? {
        guard let value else { return nil }
        if method == .get { throw ContractError(at: pointer, "GET takes no body") }
        let (body, place) = try document.resolve(value, at: pointer)
        try allow(["required", "description", "content"], in: body, at: place)
        guard let content = body["content"]?.objectValue, !content.isEmpty else {
            throw ContractError(at: place, "the body has no content")
        }
        var rules: [(type: String, schema: Schema)] = []
        for (type, media) in content {
            let mediaPlace = "\(place)/content/\(JSONPointer.escape(type))"
            try allow(["schema", "example", "examples", "x-lines"], in: media, at: mediaPlace)
            guard let schema = media["schema"] else { throw ContractError(at: mediaPlace, "the body has no schema") }
            let compiled = try schemas.compile(schema, at: mediaPlace + "/schema")
            if !streams {
                guard type == "application/json" || type == "application/merge-patch+json" else {
                    throw ContractError(at: mediaPlace, "only JSON is read here; anything else needs x-stream-body: true")
                }
                try checkClosed(compiled, at: mediaPlace + "/schema", member: "")
            }
            rules.append((type, compiled))
        }
        // API.md: PATCH takes both names for the same thing.
        if method == .patch {
            for (type, other) in [
                ("application/merge-patch+json", "application/json"), ("application/json", "application/merge-patch+json"),
            ] {
                if let rule = rules.first(where: { $0.type == other }), !rules.contains(where: { $0.type == type }) {
                    rules.append((type, rule.schema))
                }
            }
        }
        return .init(isRequired: body["required"]?.boolValue ?? false, content: rules)
    }

    /// Every object of a request says what happens to unknown members.
    private func checkClosed(_ schema: Schema, at pointer: String, member: String) throws {
        if let object = schema.rules.object {
            if case .unsaid = object.additional {
                throw ContractError(at: pointer, "the object \(member.isEmpty ? "of the body" : member) doesn't say additionalProperties")
            }
            for property in object.properties { try checkClosed(property.schema, at: pointer, member: member + "/" + property.name) }
        }
        for part in schema.rules.oneOf + schema.rules.anyOf + schema.rules.allOf { try checkClosed(part, at: pointer, member: member) }
        if let items = schema.rules.items { try checkClosed(items, at: pointer, member: member + "/0") }
    }

    private mutating func responses(_ value: JSON?, _ operationId: String, at pointer: String) throws -> [Operation.ResponseRule] {
        guard let responses = value?.objectValue, responses.keys.contains(where: { $0.hasPrefix("2") }) else {
            throw ContractError(at: pointer, "\(operationId) declares no successful response")
        }
        var rules: [Operation.ResponseRule] = []
        for (status, value) in responses {
            let (response, place) = try document.resolve(value, at: pointer + "/" + status)
            try allow(["description", "headers", "content", "links"], in: response, at: place)
            guard response["description"]?.stringValue != nil else { throw ContractError(at: place, "a response needs a description") }
            var content: [(type: String, schema: Schema?)] = []
            var lines: Schema?
            for (type, media) in response["content"]?.objectValue ?? [:] {
                let mediaPlace = "\(place)/content/\(JSONPointer.escape(type))"
                try allow(["schema", "example", "examples", "x-lines"], in: media, at: mediaPlace)
                lines = try media["x-lines"].map { try schemas.compile($0, at: mediaPlace + "/x-lines") }
                content.append((type, try media["schema"].map { try schemas.compile($0, at: mediaPlace + "/schema") }))
            }
            for (name, header) in response["headers"]?.objectValue ?? [:] {
                _ = try document.resolve(header, at: "\(place)/headers/\(name)")
            }
            for (name, link) in response["links"]?.objectValue ?? [:] {
                let linkPlace = "\(place)/links/\(JSONPointer.escape(name))"
                try allow(["operationId", "parameters", "requestBody", "description"], in: link, at: linkPlace)
                guard let id = link["operationId"]?.stringValue else { throw ContractError(at: linkPlace, "the link has no operationId") }
                linked.append((id, linkPlace))
            }
            rules.append(.init(status: status, content: content, lines: lines))
        }
        // The most exact one is found first.
        return rules.sorted { Self.precision($0.status) < Self.precision($1.status) }
    }

    private static func precision(_ status: String) -> Int {
        status == "default" ? 2 : status.hasSuffix("XX") ? 1 : 0
    }

    private func listGrammar(
        _ parameters: inout [Operation.Parameter], _ answer: Schema?, _ operationId: String, at pointer: String
    ) throws -> ListGrammar {
        guard let item = answer?.member("items")?.rules.items, !item.members.isEmpty else {
            throw ContractError(at: pointer, "\(operationId) is a list, but its 200 has no items with members")
        }
        // What `expand` may add is not required, and no member of its own.
        var grammar = ListGrammar(members: item.members.filter(\.isRequired).map(\.name), sortable: [])
        for index in parameters.indices where parameters[index].place == .query {
            let parameter = parameters[index]
            switch parameter.name {
            case "limit": parameters[index].role = .limit
            case "cursor": parameters[index].role = .cursor
            case "count": parameters[index].role = .count
            case "fields": parameters[index].role = .fields
            case "q": parameters[index].role = .search
            case "updatedSince": parameters[index].role = .updatedSince
            case "includeDeleted": parameters[index].role = .includeDeleted
            case "facets": parameters[index].role = .facets
            case "asOf": parameters[index].role = .asOf
            case "expand": parameters[index].role = .expand
            case "sort":
                guard let pattern = parameter.schema.rules.pattern else {
                    throw ContractError(at: pointer, "the parameter sort of \(operationId) has no pattern that says which members it takes")
                }
                grammar.sortable = grammar.members.filter { pattern.matches($0) && pattern.matches("-" + $0) }
                guard !grammar.sortable.isEmpty else {
                    throw ContractError(at: pointer, "the pattern of sort of \(operationId) takes none of the members of its items")
                }
                parameters[index].role = .sort
            default:
                do {
                    parameters[index].role = .filter(try ListGrammar.filter(named: parameter.name, parameter, item: item))
                } catch {
                    throw ContractError(at: pointer, "\(operationId), parameter \(parameter.name): \(error.reason)")
                }
            }
        }
        return grammar
    }

    private func allow(_ keys: Set<String>, in value: JSON, at pointer: String) throws {
        guard let members = value.objectValue else { throw ContractError(at: pointer, "expected a mapping") }
        for key in members.keys where !keys.contains(key) { throw ContractError(at: pointer, "the key \(key) is not understood") }
    }
}
