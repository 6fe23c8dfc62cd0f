import Core

/// One compiled schema: the subset of JSON Schema 2020-12 this service understands. Any other keyword refuses the start.
///
/// | keyword | meaning here |
/// |---|---|
/// | `type` | one name or an array of names |
/// | `enum`, `const` | compared as values; errors list what is allowed |
/// | `properties`, `required`, `additionalProperties` | `additionalProperties` is true, false or a schema |
/// | `minProperties`, `maxProperties` | counts |
/// | `items`, `minItems`, `maxItems`, `uniqueItems` | |
/// | `minLength`, `maxLength` | in Unicode scalars |
/// | `pattern` | the subset of ECMA-262 that ``Pattern`` describes; matches anywhere unless anchored |
/// | `format` | `date`, `date-time`, `email`, `uri`, `uuid` are checked |
/// | `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` | |
/// | `oneOf`, `anyOf`, `allOf` | |
/// | `$ref` | inside the document, not recursive; keywords beside it hold as well |
/// | `readOnly` | passes through unchecked but for the rules of all strings and numbers: whoever stores it compares |
/// | `writeOnly`, `default`, `description`, `title`, `example`, `examples`, `deprecated`, `$comment` | not checked; `default` fills in parameters |
///
/// Beyond the schema, every string is free of NUL and C0 controls other than line feed and tab, and every integer lies within ±(2^53 − 1).
final class Schema: Sendable {
    struct Types: OptionSet, Sendable {
        let rawValue: UInt8
        static let null = Types(rawValue: 1)
        static let boolean = Types(rawValue: 2)
        static let integer = Types(rawValue: 4)
        /// Also allows integers.
        static let number = Types(rawValue: 8)
        static let string = Types(rawValue: 16)
        static let array = Types(rawValue: 32)
        static let object = Types(rawValue: 64)

        static let names: [(name: String, type: Types)] = [
            ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object),
        ]
    }

    struct Property: Sendable {
        var name: String
        var schema: Schema
        var isRequired: Bool
    }

    enum Additional: Sendable {
        /// The schema doesn't say, which means allowed.
        case unsaid
        case allowed
        case refused
        case checked(Schema)
    }

    enum Format: String, CaseIterable, Sendable {
        case date
        case dateTime = "date-time"
        case email
        case uri
        case uuid
    }

    /// What only objects need.
    struct ObjectRules: Sendable {
        var properties: [Property] = []
        /// Required names that have no entry in `properties`.
        var otherRequired: [String] = []
        var additional = Additional.unsaid
        var minProperties = 0
        var maxProperties = Int.max
        /// Index into `properties`.
        var index: [String: Int] = [:]
    }

    struct Rules: Sendable {
        /// Empty means any.
        var types: Types = []
        var values: [JSON]?
        var object: ObjectRules?
        var items: Schema?
        var minItems = 0
        var maxItems = Int.max
        var uniqueItems = false
        var minLength = 0
        var maxLength = Int.max
        var pattern: Pattern?
        var format: Format?
        var minimum: Double?
        var maximum: Double?
        var exclusiveMinimum: Double?
        var exclusiveMaximum: Double?
        var multipleOf: Double?
        var oneOf: [Schema] = []
        var anyOf: [Schema] = []
        var allOf: [Schema] = []
        var readOnly = false
        var defaultValue: JSON?
    }

    let rules: Rules

    init(_ rules: Rules) {
        self.rules = rules
    }

    /// Members of the object it describes, in declaration order, also through `allOf`.
    var members: [Property] { (rules.object?.properties ?? []) + rules.allOf.flatMap(\.members) }

    /// The schema of one member.
    func member(_ name: String) -> Schema? { members.first { $0.name == name }?.schema }

    /// Types it allows, also through `allOf`; empty means any.
    var types: Types {
        rules.allOf.reduce(rules.types) { known, next in
            known.isEmpty ? next.types : next.types.isEmpty ? known : known.intersection(next.types)
        }
    }

    var format: Format? { rules.format ?? rules.allOf.lazy.compactMap(\.format).first }
}
