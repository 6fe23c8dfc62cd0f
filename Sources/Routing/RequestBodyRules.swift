import Core
import HTTPTypes
import NIOCore

/// What the head says of the body, checked before anything is read; then the body itself.
struct RequestBodyRules {
    let operation: Operation

    /// 415 and 413.
    func checkHead(_ headers: HTTPFields, _ body: HTTPRequestBody) throws(Problem) {
        guard let rule = operation.body else {
            // A body on GET has no meaning and is thrown away; elsewhere the client expects it to have one, also one that comes in chunks.
            if operation.method != .get, !body.isEmpty { throw unsupported("The operation takes no body.", nil) }
            return
        }
        if let coding = headers.value(.contentEncoding), coding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, "The body must not have a content coding.", headers: [.acceptEncoding: "identity"])
        }
        if let field = headers.value(.contentType) {
            try checkType(field, rule)
        } else if !body.isEmpty || (operation.streamsBody && rule.isRequired) {
            throw unsupported("The field Content-Type is missing; the operation takes \(rule.types).", rule)
        }
        if let length = body.declaredLength, length > body.limit { throw Problem(RequestBodyError.tooLarge(limit: body.limit).refusal) }
    }

    private func checkType(_ field: String, _ rule: Operation.BodyRule) throws(Problem) {
        if rule.content.contains(where: { $0.type == field }) { return }
        guard let type = MediaType(field) else {
            throw unsupported("The field Content-Type is malformed; the operation takes \(rule.types).", rule)
        }
        // A file of any type, whatever its charset; a form would be stored with its envelope around it.
        if rule.content.contains(where: { $0.type == MediaType.any }) {
            guard type.isOfFile else {
                throw unsupported("Send the file by itself, with its own media type; \(type.essence) wraps it.", rule)
            }
            return
        }
        guard rule.content.contains(where: { $0.type == type.essence }) else {
            throw unsupported("The operation doesn't take \(type.essence), but \(rule.types).", rule)
        }
        guard type.isUTF8 else { throw unsupported("The body must be UTF-8.", rule) }
    }

    private func unsupported(_ detail: String, _ rule: Operation.BodyRule?) -> Problem {
        var headers = HTTPFields()
        if let rule { headers[Self.acceptField(operation.method)] = rule.types }
        return Problem(.unsupportedMediaType, detail, headers: headers)
    }

    /// The field that tells which bodies a method takes.
    static func acceptField(_ method: HTTPRequest.Method) -> HTTPField.Name {
        switch method {
        case .patch: .acceptPatch
        case .post: .acceptPost
        default: .accept
        }
    }

    /// Reads, parses and checks; null when there is no body and none is needed.
    func read(_ headers: HTTPFields, _ body: HTTPRequestBody, of target: Target?) async throws -> JSON {
        guard let rule = operation.body else { return .null }
        let buffer = try await body.collect()
        guard buffer.readableBytes > 0 else {
            if rule.isRequired { throw Problem(.malformedBody, "The operation needs a body, and there was none.") }
            return .null
        }
        let essence = headers.value(.contentType).flatMap { MediaType($0)?.essence }
        guard let schema = rule.content.first(where: { $0.type == essence })?.schema else {
            throw unsupported("The field Content-Type is missing; the operation takes \(rule.types).", rule)
        }
        let tree: JSON
        do {
            tree = try buffer.withUnsafeReadableBytes { bytes in try JSON(parsing: bytes) }
        } catch let error as JSONSyntaxError {
            throw Problem(.malformedBody, "Line \(error.line), column \(error.column): \(error.reason).")
        }
        var errors = SchemaCheck.errors(in: tree, schema)
        guard errors.isEmpty else {
            let known = Set(errors.map(\.place))
            // The body of an action is no patch of what it acts on.
            if operation.method == .patch, let find = target?.readOnlyErrors {
                errors += try await find(tree).filter { !known.contains($0.place) }
            }
            throw Problem.invalid(errors)
        }
        return tree
    }
}

extension Problem {
    /// What the transport refuses, as a problem.
    init(_ refusal: TransportRefusal) {
        let code: ProblemCode =
            switch refusal {
            case .malformedRequest: .malformedRequest
            case .requestTimeout: .requestTimeout
            case .contentTooLarge: .contentTooLarge
            case .uriTooLong: .uriTooLong
            case .expectationFailed: .expectationFailed
            case .headersTooLarge: .headersTooLarge
            case .unsupportedTransferCoding: .notImplemented
            case .unsupportedVersion: .versionNotSupported
            }
        self.init(code, refusal.detail)
    }
}

extension HTTPField.Name {
    static let acceptPatch = HTTPField.Name("Accept-Patch")!
    static let acceptPost = HTTPField.Name("Accept-Post")!
    static let dryRun = HTTPField.Name("Dry-Run")!
    static let link = HTTPField.Name("Link")!
}
