import COpenAPI
package import Core

/// openapi.yaml, compiled once at start: which operations there are, who may call them, what their parameters and bodies may be.
///
/// The file is served as it stands, so the list grammar is derived from ordinary parameters. A GET with `limit` and `cursor` whose answer
/// has `items` is a list; of its other query parameters `sort`, `count`, `fields`, `q`, `facets`, `updatedSince` and `includeDeleted`
/// have their fixed meaning, and each further one is a filter `member` or `member.op`. A filter of type string without operator or with `nin` takes
/// a comma list. `sort` takes the members its `pattern` accepts.
///
/// Three extensions:
/// - `x-stream-body: true` on an operation: its body isn't buffered, the handler reads it;
/// - `x-lines: {…}` beside the schema of NDJSON: a schema for each line. On a body it makes the operation a bulk of its collection, see
///   ``BulkRules``;
/// - `x-items: {…}` on a list parameter: a schema for each value of the comma list.
///
/// ``Schema`` has the table of what a schema may hold. What isn't understood refuses the start with its pointer.
package struct Contract: Sendable {
    package let operations: [Operation]
    let router: Router
    private let schemas: [String: Schema]
    /// The contract as it is served.
    let yaml: [UInt8]
    /// The same as JSON.
    package let json: [UInt8]

    /// The contract this binary was built with.
    package static var document: [UInt8] {
        Array(UnsafeBufferPointer(start: copenapi_document(), count: copenapi_length()))
    }

    /// The same as JSON, which `scripts/contract` wrote.
    private static var form: [UInt8] {
        Array(UnsafeBufferPointer(start: copenapi_form(), count: copenapi_form_length()))
    }

    /// The contract this binary was built with, read from its form in JSON, since reading YAML would be most of what a start costs. A test
    /// holds the two equal.
    package init() throws {
        let form = Self.form
        try self.init(ContractDocument(json: form), yaml: Self.document, json: form)
    }

    /// Any contract. Throws ``ContractError`` with a sentence naming what is wrong and where, as ``init()`` does.
    package init(yaml: [UInt8]) throws {
        let document = try ContractDocument(yaml: yaml)
        try self.init(document, yaml: yaml, json: document.root.bytes)
    }

    private init(_ document: ContractDocument, yaml: [UInt8], json: [UInt8]) throws {
        var compiler = OperationCompiler(document: document)
        operations = try compiler.compile()
        schemas = compiler.named
        router = try Router(operations)
        self.yaml = yaml
        self.json = json
    }

    package func operation(_ operationId: String) -> Operation? {
        operations.first { $0.operationId == operationId }
    }

    /// What is wrong with a value that should fit a schema of the contract, for a body whose schema depends on something else of the
    /// request. The name must be one of `components/schemas`.
    package func errors(in value: JSON, _ schema: String) -> [FieldError] {
        guard let schema = schemas[schema] else { preconditionFailure("the contract has no schema \(schema)") }
        return SchemaCheck.errors(in: value, schema)
    }
}
