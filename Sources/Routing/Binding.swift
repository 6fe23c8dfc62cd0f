package import Core
package import HTTPTypes

/// What carries out one operation of the contract.
package struct Binding: Sendable {
    /// Tells Routing what the request is about before its body is looked at. nil, or an error the problem table knows as 404, means
    /// there is no such thing for this caller; 403 comes out the same way.
    package typealias FindTarget = @Sendable (Exchange) async throws -> Target?
    package typealias Handle = @Sendable (Exchange) async throws -> Answer
    /// Makes every row of a list ready, encoded as JSON: all from one snapshot, in the order of `exchange.list`, which carries no cursor and
    /// whose limit doesn't count. Throws whatever can be refused, since with the first row the status is sent.
    package typealias Export = @Sendable (_ exchange: Exchange) async throws -> Rows<[UInt8]>

    package let operationId: String
    let target: FindTarget?
    let export: Export?
    let handle: Handle

    /// A write whose answer is kept when the request has an `Idempotency-Key`, in the transaction of the write itself.
    ///
    /// - Parameters:
    ///   - write: does the work by one `Store.write`, whose value it returns.
    ///   - answer: makes the answer of that value and nothing else.
    package init<Value: Sendable>(
        _ operationId: String, target: FindTarget? = nil, write: @escaping @Sendable (Exchange) async throws -> Value,
        answer: @escaping @Sendable (Value) throws -> Answer
    ) {
        self.init(operationId, target: target, write: write, answer: answer, kept: answer)
    }

    /// The same where what is kept differs from what is answered: a secret is shown once.
    ///
    /// - Parameter kept: makes what is kept of the value of `Store.write`.
    package init<Value: Sendable, Written: Sendable>(
        _ operationId: String, target: FindTarget? = nil, write: @escaping @Sendable (Exchange) async throws -> Value,
        answer: @escaping @Sendable (Value) throws -> Answer, kept: @escaping @Sendable (Written) throws -> Answer
    ) {
        self.init(operationId, target: target) { exchange in
            var exchange = exchange
            exchange.call.keeping = exchange.repeatable.map { request in
                AnswerKeeping(key: request.key, fingerprint: request.fingerprint) { value in
                    try (value as? Written).flatMap { try kept($0).kept }
                }
            }
            return try answer(await write(exchange))
        }
    }

    /// - Parameter export: for lists that the contract also offers as CSV or NDJSON, and only for them.
    package init(
        _ operationId: String, target: FindTarget? = nil, export: Export? = nil, handle: @escaping Handle
    ) {
        self.operationId = operationId
        self.target = target
        self.export = export
        self.handle = handle
    }
}

/// What a request is about, as far as the checks before the body need it.
package struct Target: Sendable {
    package typealias ChangedMembers = @Sendable (VersionTag) async throws -> [String]
    package typealias ReadOnlyErrors = @Sendable (JSON) async throws -> [FieldError]

    package var id: String
    /// The stored version; nil where there is none, and then no precondition applies.
    package var etag: VersionTag?
    /// false for what a PUT is about to make: then no `If-Match` can hold.
    package var exists = true
    /// Members changed since a version the client knew; asked for only when its tag is stale.
    package var changedMembers: ChangedMembers?
    /// The members of a patch that aren't the caller's to set; asked for when the patch breaks its schema as well, so that all errors come
    /// at once.
    package var readOnlyErrors: ReadOnlyErrors?
    /// What was loaded on the way, so that the handler needn't load it again.
    package var value: (any Sendable)?

    package init(
        id: String, etag: VersionTag? = nil, value: (any Sendable)? = nil, changedMembers: ChangedMembers? = nil,
        readOnlyErrors: ReadOnlyErrors? = nil
    ) {
        self.id = id
        self.etag = etag
        self.readOnlyErrors = readOnlyErrors
        self.value = value
        self.changedMembers = changedMembers
    }
}

/// One request on its way through the checks to its handler; what is not yet checked is empty.
package struct Exchange: Sendable {
    package let operationId: String
    /// Actor, request id, precondition and dry run.
    package internal(set) var call: Call
    /// Declared query parameters, checked and typed; those of the list grammar are in `list`.
    package internal(set) var query: QueryValues
    /// The checked list request; only meaningful for list operations.
    package internal(set) var list: ListQuery
    /// The checked body; null when there is none.
    package internal(set) var body: JSON
    /// The body of an operation with `x-stream-body`, still to be read. Its errors are `RequestBodyError` and may be passed on.
    package internal(set) var stream: HTTPRequestBody
    package internal(set) var target: Target?
    /// With an `Idempotency-Key`.
    var repeatable: Repeatable?
    package let headers: HTTPFields
    package let isSecure: Bool
    /// For answers that take long: whether the caller is still who it was when it asked, and may do the same.
    package internal(set) var isSameCaller: @Sendable () -> Bool = { true }
    /// Of a bulk operation: what an error nobody expects is to the caller; the log has its cause.
    package internal(set) var problem: @Sendable (any Error) -> Problem = { _ in .internalError }
    /// The media type of the answer the client prefers among those the contract offers, without parameters.
    package internal(set) var accepts: String
    /// Where the caller reaches the service: `https://localhost:8443`; empty where nobody says so properly.
    package internal(set) var origin: String
    /// What addresses in answers begin with: the public origin; empty where none is set, since a path is right wherever the caller came from.
    package internal(set) var base: String
    /// Of a bulk operation.
    var bulk: BulkRules?
    var pathNames: [String]
    var pathValues: [String]

    /// A parameter of the path, decoded. The name must be one of the operation's path template.
    package func path(_ name: String) -> String {
        guard let index = pathNames.firstIndex(of: name) else { preconditionFailure("\(operationId) has no path parameter \(name)") }
        return pathValues[index]
    }

    /// Only for operations whose binding has a target.
    package var targetID: String {
        guard let target else { preconditionFailure("\(operationId) has no target") }
        return target.id
    }

    /// Only for operations whose binding has a target with a version.
    package var targetEtag: VersionTag {
        guard let etag = target?.etag else { preconditionFailure("\(operationId) has no target with a version") }
        return etag
    }
}

/// Query parameters by name; declared defaults are filled in.
package struct QueryValues: Hashable, Sendable {
    var values: [(name: String, value: JSON)] = []

    package subscript(name: String) -> JSON? { values.first { $0.name == name }?.value }

    package func string(_ name: String) -> String? { self[name]?.stringValue }
    package func integer(_ name: String) -> Int64? { self[name]?.integerValue }
    package func boolean(_ name: String) -> Bool? { self[name]?.boolValue }

    package static func == (left: QueryValues, right: QueryValues) -> Bool {
        left.values.elementsEqual(right.values) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        for (name, value) in values {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}
