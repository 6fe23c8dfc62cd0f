import Core
import Testing

@testable import Routing

@Suite("Checking values")
struct SchemaCheckTests {
    private func errors(_ schema: String, _ value: String) throws -> [String] {
        let text =
            "openapi: 3.1.0\ncomponents: {schemas: {Other: {type: object, additionalProperties: false, properties: {a: {type: string}}}}}\nx: \(schema)"
        let document = try ContractDocument(yaml: Array(text.utf8))
        var compiler = SchemaCompiler(document: document)
        let compiled = try compiler.compile(document.root["x"] ?? .null, at: "#/x")
        return SchemaCheck.errors(in: try JSON(parsing: Array(value.utf8)), compiled).map { error in
            guard case .pointer(let pointer) = error.place else { return "?" }
            return pointer + " " + error.code
        }
    }

    @Test(
        "Each keyword finds what breaks it",
        arguments: [
            ("{type: string}", "1", [" type"]),
            ("{type: [string, 'null']}", "null", []),
            ("{type: integer}", "1.0", []),
            ("{type: integer}", "1.5", [" type"]),
            ("{type: integer}", "9007199254740991", []),
            ("{type: integer}", "9007199254740992", [" out-of-range"]),
            ("{type: number}", "1e300", [" out-of-range"]),
            ("{type: number, minimum: 0, maximum: 1}", "-0.5", [" too-small"]),
            ("{type: number, exclusiveMaximum: 1}", "1", [" too-large"]),
            ("{type: number, exclusiveMinimum: 1}", "1", [" too-small"]),
            ("{type: number, multipleOf: 0.5}", "1.25", [" multiple-of"]),
            ("{type: string, enum: [a, b]}", #""c""#, [" enum"]),
            ("{type: number, multipleOf: 0.1}", "0.3", []),
            ("{$ref: '#/components/schemas/Other', type: object, minProperties: 0}", "1", [" type"]),
            ("{const: 3}", "3.0", []),
            ("{enum: [a, null]}", "null", []),
            ("{type: string, minLength: 1}", #""""#, [" too-short"]),
            ("{type: string, maxLength: 2}", #""ééé""#, [" too-long"]),
            ("{type: string, maxLength: 2}", #""éé""#, []),
            ("{type: string, minLength: 2}", #""é""#, [" too-short"]),
            ("{type: string, maxLength: 1}", #""👩‍👧""#, [" too-long"]),
            ("{type: string}", #""a\u0000""#, [" control-character"]),
            ("{type: string}", #""a\n\tb""#, []),
            ("{type: string}", #""\r""#, [" control-character"]),
            ("{type: string, pattern: '^a'}", #""b""#, [" pattern"]),
            ("{type: string, format: date}", #""2026-02-29""#, [" format"]),
            ("{type: string, format: date-time}", #""2026-02-28T10:00:00+01:00""#, []),
            ("{type: string, format: email}", #""a@b""#, []),
            ("{type: string, format: email}", #""a@@b""#, [" format"]),
            ("{type: string, format: uri}", #""https://a.example/x?y=%20""#, []),
            ("{type: string, format: uri}", #""//a""#, [" format"]),
            ("{type: string, format: uuid}", #""0190163d-8694-739b-aea5-966c26f8ad9x""#, [" format"]),
            ("{type: array, minItems: 1}", "[]", [" too-few"]),
            ("{type: array, maxItems: 1, items: {type: string}}", "[1,2]", [" too-many"]),
            ("{type: array, uniqueItems: true}", "[1,2,1]", ["/2 not-unique"]),
            ("{type: array, uniqueItems: true}", #"[{"a":1,"b":[{"c":1,"d":2}]},{"b":[{"d":2,"c":1.0}],"a":1}]"#, ["/1 not-unique"]),
            ("{type: array, uniqueItems: true}", #"[{"a":1,"b":2},{"a":2,"b":1},["a"],["b"]]"#, []),
            ("{type: array, items: {type: string}}", #"["a",1,null]"#, ["/1 type", "/2 type"]),
            ("{type: object, required: [a], properties: {a: {}}}", "{}", ["/a required"]),
            ("{type: object, additionalProperties: false, properties: {a: {}}}", #"{"a~/b":1}"#, ["/a~0~1b unknown-member"]),
            ("{type: object, additionalProperties: {type: string}}", #"{"a":1,"b":"x"}"#, ["/a type"]),
            ("{type: object, minProperties: 1}", "{}", [" too-few"]),
            (
                "{properties: {a: {type: string}, b: {type: array, items: {type: object, required: [c]}}}}", #"{"a":1,"b":[{"c":1},{}]}"#,
                ["/a type", "/b/1/c required"]
            ),
            ("{properties: {a: {readOnly: true, type: string}}}", #"{"a":1}"#, []),
            ("{properties: {a: {readOnly: true}}}", #"{"a":["\u0000"]}"#, ["/a/0 control-character"]),
            ("{}", #"{"a":{"b":"\u0001"}}"#, ["/a/b control-character"]),
            ("{oneOf: [{$ref: '#/components/schemas/Other'}, {type: 'null'}]}", #"{"a":1}"#, ["/a type"]),
            ("{oneOf: [{type: string}, {type: 'null'}]}", "1", [" one-of"]),
            ("{oneOf: [{type: integer}, {type: number}]}", "1", [" one-of"]),
            ("{anyOf: [{type: integer}, {type: number}]}", "1", []),
            ("{allOf: [{type: string}, {minLength: 2}]}", #""a""#, [" too-short"]),
            ("{$ref: '#/components/schemas/Other', minProperties: 1}", "{}", [" too-few"]),
        ] as [(String, String, [String])])
    func keywords(schema: String, value: String, expected: [String]) throws {
        #expect(try errors(schema, value) == expected, "\(schema) on \(value)")
    }

    @Test("A hostile body gets a bounded number of errors")
    func bounded() throws {
        let value = "[" + Array(repeating: "1", count: 5_000).joined(separator: ",") + "]"
        #expect(try errors("{type: array, items: {type: string}}", value).count == SchemaCheck.maximumErrors)
    }

    @Test("An answer may only have members its schema lists")
    func closed() throws {
        let document = try ContractDocument(yaml: Array("x: {type: object, properties: {a: {type: string}}}".utf8))
        var compiler = SchemaCompiler(document: document)
        let schema = try compiler.compile(document.root["x"] ?? .null, at: "#/x")
        #expect(SchemaCheck.errors(in: ["b": 1], schema, .response).map(\.code) == ["unknown-member"])
        #expect(SchemaCheck.errors(in: ["b": 1], schema, .request).isEmpty)
    }
}
