import Core
import Logging
import Testing

@testable import Routing

@Suite("The contract")
struct ContractTests {
    /// What the start says of a contract in which `old` reads `new`; nil when it starts.
    private func refusal(_ old: String = "", _ new: String = "", in text: String = TestService.contract) throws -> String? {
        let changed = old.isEmpty ? text : text.replacing(old, with: new, maxReplacements: 1)
        if !old.isEmpty { try #require(changed != text, "the contract has no “\(old)”") }
        do {
            _ = try Contract(yaml: Array(changed.utf8))
            return nil
        } catch let error as ContractError {
            return error.description
        }
    }

    @Test("The form that the program reads is openapi.yaml; scripts/contract writes it")
    func form() throws {
        let contract = try Contract()
        #expect(try JSON(parsing: contract.json) == JSON(yaml: contract.yaml), "openapi.yaml has changed since: run scripts/contract")
    }

    @Test("The contract of the tests starts")
    func starts() throws {
        #expect(try refusal() == nil)
    }

    @Test(
        "What is not understood refuses the start with its place",
        arguments: [
            ("minLength: 1, maxLength: 5", "minLenght: 1", "#/components/schemas/New/properties/name/minLenght: the keyword minLenght"),
            ("description: gone", "descripton: gone", "/paths/~1things~1{id}/delete/responses/204: the key descripton"),
            ("x-stream-body: true", "x-stream-bdy: true", "/put: the key x-stream-bdy is not understood"),
            ("operationId: getOpen", "operationID: getOpen", "#/paths/~1open/get: the operation has no operationId"),
            ("operationId: getOpen", "operationId: getThing", "the operationId getThing is used twice"),
            ("      security: []\n", "", "getOpen doesn't say who may call it"),
            ("[{bearer: ['things:read']}]", "[{bearer: []}]", "listThings must name one permission"),
            ("[{bearer: ['things:read']}]", "[{bearer: [a, b]}]", "listThings must name one permission"),
            ("$ref: '#/components/schemas/Patch'", "$ref: '#/components/schemas/Pach'", "leads nowhere"),
            ("$ref: '#/components/schemas/Patch'", "$ref: 'other.yaml#/Patch'", "leads nowhere"),
            ("tags: {type: array, items: {type: string}}", "tags: {$ref: '#/components/schemas/Thing'}", "contains itself"),
            ("{schema: {$ref: '#/components/schemas/New'}}", "{}", "the body has no schema"),
            ("      additionalProperties: false\n      required: [name]\n", "", "the object of the body doesn't say additionalProperties"),
            ("/things/{id}/polish:", "/things/{id}/polish/:", "no empty segment"),
            (
                "/open:\n", "/things/{x}:\n    parameters: [{name: x, in: path, required: true, schema: {type: string}}]\n",
                "can match the same request"
            ),
            ("/things/{id}/polish:", "/{x}/thi/{id}:", "the path parameter x is not declared"),
            ("name: size.gte,", "name: size.atLeast,", "listThings, parameter size.atLeast: the operator"),
            ("name: size.gte,", "name: weight.gte,", "listThings, parameter weight.gte: the filter names no member"),
            (
                "name: size.isNull, in: query, schema: {type: boolean}", "name: size.isNull, in: query, schema: {type: string}",
                "isNull must be"
            ),
            ("name: name.startsWith,", "name: size.startsWith,", "of another type than the member"),
            ("schema: {type: string, pattern: '^-?(name|size)(,-?(name|size))*$'}", "schema: {type: string}", "has no pattern"),
            ("'^-?(name|size)(,-?(name|size))*$'", "'^-?(?=name)$'", "the pattern is not understood"),
            ("'^-?(name|size)(,-?(name|size))*$'", "'^weight$'", "takes none of the members"),
            ("kind: {type: string, enum", "kind: {type: text, enum", "text is no type"),
            ("format: date}", "format: day}", "the format is none of"),
            ("'204': {description: gone}", "'404': {description: gone}", "deleteThing declares no successful response"),
            ("description: gone", "description: gone, links: {next: {operationId: getNothing}}", "the link leads to getNothing"),
            ("openapi: 3.1.0", "openapi: 3.0.3", "the version must be 3.1.x"),
            ("application/json: {schema: {$ref: '#/components/schemas/New'}}", "text/csv: {schema: {type: string}}", "needs x-stream-body"),
            (
                "name.startsWith, in: query, schema: {type: string}", "name.startsWith, in: query, schema: {type: string}, x-items: {}",
                "x-items"
            ),
            ("{name: q, in: query,", "{name: q, x-items: {}, in: query,", "parameter q: x-items is for filters by whole values"),
            (
                "{name: kind, in: query, schema: {type: string}, x-items", "{name: kind, in: query, schema: {type: array}, x-items",
                "a list is text with commas"
            ),
        ])
    func refuses(old: String, new: String, reason: String) throws {
        let message = try #require(try refusal(old, new))
        #expect(message.contains(reason), "\(message)")
    }

    @Test("YAML that is none, has aliases or isn't UTF-8 refuses the start", arguments: ["a: [", "a: &x 1\nb: *x", "", "a: 1\na: 2"])
    func notYAML(text: String) throws {
        #expect(try refusal(in: text) != nil)
    }

    private func bindings(_ contract: Contract) -> [Binding] {
        contract.operations.map(Binding.stub)
    }

    private func start(_ bindings: [Binding], _ contract: Contract) throws {
        _ = try Responder(
            contract: contract, bindings: bindings, logger: .init(label: "test"), authenticate: { _ in nil }, isAllowed: { _, _ in false },
            findKeptAnswer: { _ in nil },
            problem: { _ in nil })
    }

    @Test("Each operation is bound exactly once, or the start names the one that isn't")
    func bindingsFit() throws {
        let contract = try Contract(yaml: Array(TestService.contract.utf8))
        let all = bindings(contract)
        try start(all, contract)
        #expect(throws: ContractError("The operation getOpen of openapi.yaml is bound to no handler.")) {
            try start(Array(all.dropFirst()), contract)
        }
        #expect(throws: ContractError("The operation getOpen is bound twice.")) { try start(all + [all[0]], contract) }
        #expect(throws: ContractError("A handler is bound to getNothing, which is no operation of openapi.yaml.")) {
            try start(all + [Binding("getNothing") { _ in .none }], contract)
        }
        let withoutExport = all.map { binding in binding.operationId == "listThings" ? Binding("listThings") { _ in .none } : binding }
        #expect(throws: ContractError.self) { try start(withoutExport, contract) }
        #expect(throws: ContractError.self) {
            try start(all.dropFirst() + [Binding("getOpen", export: { _ in Rows([]) }) { _ in .none }], contract)
        }
    }

    @Test("The embedded contract starts, and is the file byte for byte")
    func embedded() throws {
        let contract = try Contract()
        #expect(contract.operations.contains { $0.operationId == "getSchool" && $0.permission == "schools:read" })
        #expect(contract.yaml.starts(with: Array("openapi: 3.1".utf8)))
        #expect(try JSON(parsing: contract.json)["paths"]?["/v1/schools"] != nil)
    }

    @Test("An answer is held against its declared status, media type and members")
    func answers() throws {
        let contract = try Contract(yaml: Array(TestService.contract.utf8))
        func codes(_ status: Int, _ type: String?, _ body: String) -> [String] {
            contract.errors(inAnswerOf: "getThing", status: status, contentType: type, body: Array(body.utf8)).map(\.code)
        }
        #expect(codes(200, "application/json", String(decoding: TestService.item(1), as: UTF8.self)) == [])
        #expect(codes(404, "application/problem+json", "{}") == ["status"])
        #expect(codes(200, "text/plain", "x") == ["media-type"])
        #expect(Set(codes(200, "application/json; charset=utf-8", #"{"extra":1}"#)) == ["required", "unknown-member"])
        #expect(codes(200, "application/json", "{") == ["json"])
    }
}
