import Core
import Testing

@testable import Routing

@Suite("Rules of a bulk")
struct BulkRulesTests {
    private static let contract = """
        openapi: 3.1.0
        info: {title: Things, version: '1'}
        paths:
          /things:
            post:
              operationId: createThing
              security: [{bearer: ['things:write']}]
              requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
              responses: {'201': {description: made}}
          /things/bulk:
            post:
              operationId: bulkThings
              security: [{bearer: ['things:write']}]
              x-stream-body: true
              requestBody: {$ref: '#/components/requestBodies/Bulk'}
              responses: {'200': {description: done, content: {application/x-ndjson: {schema: {type: string}, x-lines: {type: object, properties: {line: {type: integer}}}}}}}
          /things/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string}}]
            patch:
              operationId: updateThing
              security: [{bearer: ['things:write']}]
              requestBody: {content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/Change'}}}}
              responses: {'200': {description: changed}}
        components:
          requestBodies:
            Bulk: {content: {application/x-ndjson: {schema: {type: string}, x-lines: {$ref: '#/components/schemas/Line'}}}}
          schemas:
            New: {type: object, additionalProperties: false, required: [name], properties: {name: {type: string}}}
            Change: {type: object, additionalProperties: false, properties: {name: {type: string, minLength: 1}, id: {readOnly: true}}}
            Line:
              type: object
              additionalProperties: false
              required: [op]
              properties: {op: {type: string}, id: {type: string}, ref: {}, ifMatch: {type: string}, data: {type: object}}
        """

    private func rules() throws -> BulkRules {
        try #require(Contract(yaml: Array(Self.contract.utf8)).operation("bulkThings")?.body?.bulk)
    }

    private func read(_ text: String) throws -> BulkLine {
        let rules = try rules()
        return try Array(text.utf8).withUnsafeBytes { try rules.read($0) }
    }

    @Test("A line says what to do with which resource, and on which version")
    func lines() throws {
        #expect(try read(#"{"op":"create","data":{}}"#) == BulkLine(.create, data: [:]))
        #expect(
            try read(#"{"op":"update","id":"a","ifMatch":"*","data":{}}"#)
                == BulkLine(.update, key: .key("a"), precondition: .any, data: [:]))
        #expect(
            try read(#"{"op":"upsert","ref":{"system":"s","id":"1"},"ifMatch":"\"1\", W/\"2\", \"3\"","data":{}}"#)
                == BulkLine(
                    .upsert, key: .external(system: "s", id: "1"), precondition: .tags([VersionTag("\"1\"")!, VersionTag("\"3\"")!]),
                    data: [:]))
    }

    @Test("What a collection has no operation for is not offered, nor is what is nothing at all")
    func offered() throws {
        for operation in ["delete", "replace"] {
            let problem = #expect(throws: Problem.self) { try read("{\"op\":\"\(operation)\",\"id\":\"a\",\"ifMatch\":\"*\"}") }
            #expect(problem?.code == .validationFailed)
        }
    }

    @Test("A line is read as strictly as a body", arguments: [#"{"op":"create","op":"create"}"#, "{", "", "\u{FEFF}{}", "{} {}"])
    func strict(text: String) throws {
        #expect(#expect(throws: Problem.self) { try read(text) }?.code == .malformedBody)
    }

    @Test("Data are held against the body of what they are for")
    func data() throws {
        let rules = try rules()
        #expect(rules.errors(in: ["name": ""], creating: true).isEmpty)
        #expect(rules.errors(in: ["name": ""], creating: false).map(\.code) == ["too-short"])
        #expect(rules.errors(in: [:], creating: true).map(\.place) == [.pointer("/name")])
        #expect(rules.errors(in: ["id": "a"], creating: false).isEmpty)
    }

    @Test(
        "A bulk stands beside a collection, for whoever may write there",
        arguments: [
            ("/things/bulk:", "/things/many:", "with /bulk behind it"),
            ("/things/bulk:", "/others/bulk:", "has nothing that a bulk could do"),
            (
                "createThing\n      security: [{bearer: ['things:write']}]", "createThing\n      security: [{bearer: ['all']}]",
                "another permission"
            ),
            ("    $ref: '#/components/schemas/Line'", "    $ref: '#/components/schemas/Lime'", "leads nowhere"),
        ])
    func placement(old: String, new: String, reason: String) throws {
        let changed = Self.contract.replacing(old.trimmingPrefix(while: { $0 == " " }), with: new.trimmingPrefix(while: { $0 == " " }))
        try #require(changed != Self.contract)
        let error = #expect(throws: ContractError.self) { try Contract(yaml: Array(changed.utf8)) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test("An answer of lines is held against their schema")
    func answers() throws {
        let contract = try Contract(yaml: Array(Self.contract.utf8))
        func errors(_ text: String) -> [FieldError] {
            contract.errors(inAnswerOf: "bulkThings", status: 200, contentType: "application/x-ndjson", body: Array(text.utf8))
        }
        #expect(errors("{\"line\":1}\n{\"line\":2}\n").isEmpty)
        #expect(errors("{\"line\":1}\n{\"line\":\"2\"}\n").map(\.code) == ["type"])
        #expect(errors("{\"line\":1}{}").map(\.code) == ["json"])
    }
}
