import Core
import OrderedCollections

/// Compiles schemas of the contract, each component once.
struct SchemaCompiler {
    let document: ContractDocument
    private var compiled: [String: Schema] = [:]
    /// Components being compiled: meeting one again means the schema contains itself.
    private var open: Set<String> = []

    init(document: ContractDocument) {
        self.document = document
    }

    private static let annotations: Set<String> = [
        "writeOnly", "description", "title", "example", "examples", "deprecated", "$comment",
    ]

    mutating func compile(_ value: JSON, at pointer: String) throws -> Schema {
        guard let members = value.objectValue else { throw ContractError(at: pointer, "a schema must be a mapping") }
        if let reference = members["$ref"] {
            guard let reference = reference.stringValue else { throw ContractError(at: pointer, "$ref must be text") }
            let target = try component(reference, from: pointer)
            var siblings = members
            siblings.removeValue(forKey: "$ref")
            if siblings.keys.allSatisfy(Self.annotations.contains) { return target }
            var rules = try self.rules(siblings, at: pointer)
            rules.allOf.append(target)
            return Schema(rules)
        }
        return Schema(try rules(members, at: pointer))
    }

    private mutating func component(_ reference: String, from pointer: String) throws -> Schema {
        if let schema = compiled[reference] { return schema }
        guard open.insert(reference).inserted else { throw ContractError(at: pointer, "the schema \(reference) contains itself") }
        guard let value = document.find(reference) else { throw ContractError(at: pointer, "the $ref \(reference) leads nowhere") }
        let schema = try compile(value, at: reference)
        open.remove(reference)
        compiled[reference] = schema
        return schema
    }

    private mutating func rules(_ members: JSON.Object, at pointer: String) throws -> Schema.Rules {
        var rules = Schema.Rules()
        for (keyword, value) in members {
            let place = pointer + "/" + JSONPointer.escape(keyword)
            switch keyword {
            case "type": rules.types = try types(value, at: place)
            case "enum":
                guard let values = value.arrayValue, !values.isEmpty else {
                    throw ContractError(at: place, "enum must be a list of values")
                }
                rules.values = values
            case "const": rules.values = [value]
            case "properties", "required", "additionalProperties", "minProperties", "maxProperties":
                // Read together below: they depend on each other.
                rules.object = rules.object ?? Schema.ObjectRules()
            case "items": rules.items = try compile(value, at: place)
            case "minItems": rules.minItems = try count(value, at: place)
            case "maxItems": rules.maxItems = try count(value, at: place)
            case "uniqueItems": rules.uniqueItems = try flag(value, at: place)
            case "minLength": rules.minLength = try count(value, at: place)
            case "maxLength": rules.maxLength = try count(value, at: place)
            case "pattern": rules.pattern = try pattern(value, at: place)
            case "format":
                guard let format = value.stringValue.flatMap({ Schema.Format(rawValue: $0) }) else {
                    let known = Schema.Format.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ContractError(at: place, "the format is none of \(known)")
                }
                rules.format = format
            case "minimum": rules.minimum = try number(value, at: place)
            case "maximum": rules.maximum = try number(value, at: place)
            case "exclusiveMinimum": rules.exclusiveMinimum = try number(value, at: place)
            case "exclusiveMaximum": rules.exclusiveMaximum = try number(value, at: place)
            case "multipleOf":
                let step = try number(value, at: place)
                guard step > 0 else { throw ContractError(at: place, "multipleOf must be greater than 0") }
                rules.multipleOf = step
            case "oneOf": rules.oneOf = try schemas(value, at: place)
            case "anyOf": rules.anyOf = try schemas(value, at: place)
            case "allOf": rules.allOf += try schemas(value, at: place)
            case "readOnly": rules.readOnly = try flag(value, at: place)
            case "default": rules.defaultValue = value
            default:
                guard Self.annotations.contains(keyword) else { throw ContractError(at: place, "the keyword \(keyword) is not understood") }
            }
        }
        if rules.object != nil { rules.object = try object(members, at: pointer) }
        return rules
    }

    private mutating func object(_ members: JSON.Object, at pointer: String) throws -> Schema.ObjectRules {
        var object = Schema.ObjectRules()
        var required: [String] = []
        if let value = members["required"] {
            guard let names = value.arrayValue?.compactMap(\.stringValue), names.count == value.arrayValue?.count else {
                throw ContractError(at: pointer + "/required", "required must be a list of names")
            }
            required = names
        }
        if let value = members["properties"] {
            guard let properties = value.objectValue else {
                throw ContractError(at: pointer + "/properties", "properties must be a mapping")
            }
            for (name, value) in properties {
                let schema = try compile(value, at: pointer + "/properties/" + JSONPointer.escape(name))
                object.index[name] = object.properties.count
                object.properties.append(.init(name: name, schema: schema, isRequired: required.contains(name)))
            }
        }
        object.otherRequired = required.filter { object.index[$0] == nil }
        if let value = members["minProperties"] { object.minProperties = try count(value, at: pointer + "/minProperties") }
        if let value = members["maxProperties"] { object.maxProperties = try count(value, at: pointer + "/maxProperties") }
        switch members["additionalProperties"] {
        case nil: break
        case .bool(true): object.additional = .allowed
        case .bool(false):
            object.additional = .refused
            if let name = object.otherRequired.first {
                throw ContractError(at: pointer + "/required", "\(name) is required but is none of the properties")
            }
        case .some(let value): object.additional = .checked(try compile(value, at: pointer + "/additionalProperties"))
        }
        return object
    }

    private func types(_ value: JSON, at place: String) throws -> Schema.Types {
        let names = value.stringValue.map { [$0] } ?? value.arrayValue?.compactMap(\.stringValue) ?? []
        var types: Schema.Types = []
        for name in names {
            guard let known = Schema.Types.names.first(where: { $0.name == name }) else {
                throw ContractError(at: place, "\(name) is no type")
            }
            types.insert(known.type)
        }
        guard !types.isEmpty else { throw ContractError(at: place, "type must be a name or a list of names") }
        return types
    }

    private mutating func schemas(_ value: JSON, at place: String) throws -> [Schema] {
        guard let elements = value.arrayValue, !elements.isEmpty else { throw ContractError(at: place, "expected a list of schemas") }
        var schemas: [Schema] = []
        for (index, element) in elements.enumerated() { schemas.append(try compile(element, at: "\(place)/\(index)")) }
        return schemas
    }

    private func pattern(_ value: JSON, at place: String) throws -> Pattern {
        guard let text = value.stringValue else { throw ContractError(at: place, "pattern must be text") }
        do {
            return try Pattern(text)
        } catch {
            throw ContractError(at: place, error.description)
        }
    }

    private func count(_ value: JSON, at place: String) throws -> Int {
        guard let number = value.integerValue, number >= 0 else { throw ContractError(at: place, "expected a count") }
        return Int(number)
    }

    private func flag(_ value: JSON, at place: String) throws -> Bool {
        guard let flag = value.boolValue else { throw ContractError(at: place, "expected true or false") }
        return flag
    }

    private func number(_ value: JSON, at place: String) throws -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .double(let number): return number
        default: throw ContractError(at: place, "expected a number")
        }
    }
}
