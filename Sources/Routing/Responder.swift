package import Core
import HTTPTypes
package import Logging

/// The one way from a request to its answer, in the order of checks the contract promises: route, method, authentication and its rate,
/// permission, parameters and `Accept`, visibility, media type and size, precondition, body, and only then the handler.
package struct Responder: HTTPResponder {
    package struct Settings: Sendable {
        /// Unknown tokens an address may send in a minute.
        package var failedAuthenticationsPerMinute = 20
        /// Requests an account may send in a minute; 0 is any number.
        package var requestsPerMinute = Settings.usualRequestsPerMinute
        /// A hundred a second: more than a front end or a nightly synchronisation needs, less than what takes the service from the others.
        package static let usualRequestsPerMinute = 6_000
        /// Bytes of a body that is streamed.
        package var streamedBodySize = 1 << 30
        /// Exports at once; each holds a snapshot of the database.
        package var concurrentExports = 4
        /// Of them, of one account: nobody takes them all.
        package var exportsPerAccount = Settings.usualExportsPerAccount
        package static let usualExportsPerAccount = 2
        /// How long one may take.
        package var exportDuration = Duration.seconds(600)
        /// Where the service is reached; nil for where each client says it is.
        package var publicOrigin: PublicOrigin?

        package init() {}
    }

    private let contract: Contract
    /// In the order of the contract's operations.
    private let bindings: [Binding]
    private let settings: Settings
    private let logger: Logger
    private let authentication: BearerAuthentication
    private let isAllowed: @Sendable (Actor, String) -> Bool
    private let problem: @Sendable (any Error) -> Problem?
    private let exports: ExportSlots
    private let rates: RateLimiter
    private let idempotency: Idempotency

    /// - Parameters:
    ///   - bindings: exactly one for each operation of the contract.
    ///   - authenticate: the actor behind a bearer token; nil when it is no good.
    ///   - isGuess: whether one that is no good is a guess, not one that has ended or a text that could never be one.
    ///   - isAllowed: whether an actor holds a permission of the contract's `security`.
    ///   - findKeptAnswer: finds the answer to an earlier request with the same `Idempotency-Key`.
    ///   - problem: what an error of a handler means to the caller; nil makes it an internal error.
    /// Throws ``ContractError`` naming what is missing or too much.
    package init(
        contract: Contract, bindings: [Binding], settings: Settings = Settings(), logger: Logger,
        authenticate: @escaping @Sendable (_ token: String) throws -> Actor?,
        isGuess: @escaping @Sendable (_ token: String) throws -> Bool = { _ in true },
        isAllowed: @escaping @Sendable (_ actor: Actor, _ permission: String) -> Bool,
        findKeptAnswer: @escaping FindKeptAnswer, problem: @escaping @Sendable (any Error) -> Problem?
    ) throws {
        self.contract = contract
        self.bindings = try Self.match(bindings, contract)
        self.settings = settings
        self.logger = logger
        authentication = BearerAuthentication(
            authenticate: authenticate, isGuess: isGuess, attempts: AttemptLimiter(limit: settings.failedAuthenticationsPerMinute))
        self.isAllowed = isAllowed
        self.problem = problem
        exports = ExportSlots(settings.concurrentExports, perAccount: settings.exportsPerAccount)
        rates = RateLimiter(limit: settings.requestsPerMinute)
        idempotency = Idempotency(findKeptAnswer)
    }

    private static func match(_ bindings: [Binding], _ contract: Contract) throws -> [Binding] {
        var byName: [String: Binding] = [:]
        for binding in bindings {
            guard byName.updateValue(binding, forKey: binding.operationId) == nil else {
                throw ContractError("The operation \(binding.operationId) is bound twice.")
            }
        }
        let matched = try contract.operations.map { operation in
            guard let binding = byName.removeValue(forKey: operation.operationId) else {
                throw ContractError("The operation \(operation.operationId) of openapi.yaml is bound to no handler.")
            }
            guard (binding.export != nil) == operation.exports else {
                throw ContractError(
                    operation.exports
                        ? "The operation \(operation.operationId) offers CSV or NDJSON, but its binding has no export."
                        : "The binding of \(operation.operationId) has an export, but the contract offers neither CSV nor NDJSON.")
            }
            return binding
        }
        if let extra = byName.keys.min() { throw ContractError("A handler is bound to \(extra), which is no operation of openapi.yaml.") }
        return matched
    }

    package func respond(to request: HTTPServerRequest) async -> Response {
        let cost = RequestCost()
        var charged: (account: String, share: RateLimiter.Share)?
        var response: Response
        do {
            response = try await answer(request, cost, &charged)
        } catch {
            response = failure(error, of: request)
        }
        if let (account, taken) = charged {
            // Whether it came to anything or not.
            var share = rates.charge(cost.requests, to: account, taken)
            if response.status == .notModified { share = rates.giveBack(share, account) }
            share.apply(to: &response.headers)
        }
        return response
    }

    package func failure(_ error: any Error, of request: HTTPServerRequest) -> Response {
        translate(error, request).response(requestId: request.requestId, origin: settings.publicOrigin.origin(of: request.head.authority))
    }

    package func refusal(_ refusal: TransportRefusal, requestId: String) -> Response {
        Problem(refusal).response(requestId: requestId, origin: settings.publicOrigin.origin(of: nil))
    }

    private func translate(_ error: any Error, _ request: HTTPServerRequest) -> Problem {
        switch error {
        case let known as Problem: return known
        case let body as RequestBodyError: return Problem(body.refusal)
        // The client is gone or the service stops; whoever still listens may try again.
        case is CancellationError: return .unavailable(retryAfter: 1)
        default: break
        }
        if let known = problem(error) { return known }
        logger.error(
            "request failed",
            metadata: [
                "error": "\(String(reflecting: error))", "requestId": "\(request.requestId)",
                "operation": "\(request.record.operation ?? "-")",
            ])
        return .internalError
    }

    // MARK: The order of checks

    private func answer(
        _ request: HTTPServerRequest, _ cost: RequestCost, _ charged: inout (account: String, share: RateLimiter.Share)?
    ) async throws -> Response {
        guard let target = RequestPath(request.head.path ?? "*") else { return try wholeServer(request.head.method) }
        let index: Int
        let values: [String]
        switch target.match(contract.router) {
        case .malformed(let reason): throw Problem(.malformedRequest, reason)
        case .none: throw Problem(.notFound, "There is nothing at this path.")
        case .found(let resource, let found):
            let resource = contract.router.resources[resource]
            guard let operation = resource.operation(for: request.head.method) else {
                if request.head.method == .options { return options(resource) }
                throw Problem(
                    .methodNotAllowed, "The method \(request.head.method.rawValue) doesn't apply here; \(resource.allow) do.",
                    headers: [.allow: resource.allow])
            }
            index = operation
            values = found
        }
        let operation = contract.operations[index]
        let binding = bindings[index]
        request.record.operation = operation.operationId
        let headers = request.head.headerFields

        var actor = Actor.anonymous
        if let permission = operation.permission {
            actor = try authentication.actor(for: headers, from: request.remoteAddress)
            request.record.principal = actor.id
            if let (left, isAllowed) = rates.take(actor.account) {
                charged = (actor.account, left)
                guard isAllowed else {
                    let whose = actor.personId == nil ? "The token has" : "The tokens of this person have"
                    throw Problem(
                        .tooManyRequests, "\(whose) sent what counts as the \(left.limit) requests of a minute.",
                        headers: [.retryAfter: String(left.seconds)])
                }
            }
            guard isAllowed(actor, permission) else { throw BearerAuthentication.insufficient(permission) }
        }

        guard let query = target.query() else { throw Problem(.malformedRequest, "The query isn't properly percent-encoded UTF-8.") }
        var parameters = RequestCheck(operation)
        parameters.check(path: values, query: query, headers: headers)
        guard parameters.errors.isEmpty else { throw Problem.invalidParameters(parameters.errors) }
        let preconditions = Preconditions(headers)
        var exchange = Exchange(
            operationId: operation.operationId,
            call: Call(
                actor: actor, requestId: request.requestId, precondition: preconditions.forStore,
                dryRun: parameters.query.boolean("dryRun") ?? false, cost: cost),
            query: parameters.query, list: parameters.list, body: .null,
            stream: (operation.streamsBody ? request.body.limited(to: settings.streamedBodySize) : request.body)
                .observed(BodyObserver { cost.count(bytes: $0.count) }),
            target: nil,
            headers: headers,
            isSecure: request.isSecure, accepts: "", origin: settings.publicOrigin.origin(of: request.head.authority),
            base: settings.publicOrigin?.text ?? "", bulk: operation.body?.bulk,
            pathNames: operation.pathNames, pathValues: values)
        if operation.body?.bulk != nil { exchange.problem = { translate($0, request) } }
        // Every other answer is over before that could change.
        if operation.permission != nil, operation.produces.contains(Answer.eventStreamType) {
            exchange.isSameCaller = { [authentication, actor] in authentication.gives(actor, for: headers) }
        }
        // Of any type: what it is, is what it was when it came, and nothing is converted.
        if !operation.produces.isEmpty, operation.produces != [MediaType.any] {
            guard let type = Accept.choose(operation.produces, header: headers.value(.accept)) else {
                throw Problem(.notAcceptable, "The operation answers as \(operation.produces.joined(separator: ", ")).")
            }
            exchange.accepts = type
        }

        let assembly = ResponseAssembly(
            operation: operation, method: request.head.method, exchange: exchange, preconditions: preconditions, path: target, query: query)
        guard let key = try idempotency.key(of: exchange, operation.method, path: target.path) else {
            return try await carryOut(binding, operation, exchange, assembly, method: request.head.method)
        }
        return try await idempotency.once(key, query: String(target.queryText ?? ""), exchange) {
            let isVisible = await isVisible($0, binding, exchange)
            return try assembly.response(Answer(isVisible ? $0 : $0.withoutBody))
        } perform: {
            try await carryOut(binding, operation, $0, assembly, method: request.head.method)
        }
    }

    /// The checks that need the store or the body, and then the handler.
    private func carryOut(
        _ binding: Binding, _ operation: Operation, _ exchange: Exchange, _ assembly: ResponseAssembly, method: HTTPRequest.Method
    ) async throws -> Response {
        var exchange = exchange
        let preconditions = assembly.preconditions
        if let find = binding.target {
            guard let found = try await find(exchange) else { throw Problem(.notFound, "There is no such resource.") }
            exchange.target = found
        }
        let bodyRules = RequestBodyRules(operation: operation)
        try bodyRules.checkHead(exchange.headers, exchange.stream)
        if let found = exchange.target, !preconditions.hold(for: found, operation.method) {
            throw try await preconditions.refusal(for: found, operation.method)
        }
        if operation.body != nil, !operation.streamsBody {
            exchange.body = try await bodyRules.read(exchange.headers, exchange.stream, of: exchange.target)
        }

        var assembly = assembly
        assembly.exchange = exchange
        if let export = binding.export, let format = ListExport.Format(rawValue: exchange.accepts) {
            guard exchange.list.expand.isEmpty else {
                throw Problem.invalidParameters([
                    FieldError(parameter: "expand", code: "not-exported", detail: "is only for JSON; export the related list as well")
                ])
            }
            guard !exchange.list.countsFacets else {
                throw Problem.invalidParameters([
                    FieldError(parameter: "facets", code: "not-exported", detail: "is only for JSON; an export has items and no counts")
                ])
            }
            guard !exchange.list.includesDeleted else {
                throw Problem.invalidParameters([
                    FieldError(parameter: "includeDeleted", code: "not-exported", detail: "is only for JSON; an export has what is there")
                ])
            }
            return try assembly.response(try await self.export(export, format, operation, exchange))
        }
        return try assembly.response(try await binding.handle(exchange))
    }

    /// Whether the caller may still see what an earlier answer to it says: the target of the request, or what is where it points to.
    private func isVisible(_ answer: KeptAnswer, _ binding: Binding, _ exchange: Exchange) async -> Bool {
        if let find = binding.target { return (try? await find(exchange)) ?? nil != nil }
        guard let location = answer.location, case .found(let resource, let values) = RequestPath(location)?.match(contract.router),
            let index = contract.router.resources[resource].operation(for: .get), let find = bindings[index].target
        else { return true }
        let operation = contract.operations[index]
        guard operation.permission.map({ isAllowed(exchange.call.actor, $0) }) ?? true else { return false }
        var read = exchange
        (read.pathNames, read.pathValues) = (operation.pathNames, values)
        return (try? await find(read)) ?? nil != nil
    }

    /// Whatever can be refused is refused here, to HEAD as well: what is handed out later has its status already.
    private func export(
        _ export: Binding.Export, _ format: ListExport.Format, _ operation: Operation, _ exchange: Exchange
    ) async throws -> Answer {
        let slot: ExportSlots.Slot
        do {
            slot = try exports.take(for: exchange.call.actor.account)
        } catch {
            switch error {
            case .allAreTaken: throw Problem.unavailable("As many exports as may run at once are running.", retryAfter: 10)
            case .accountHasItsShare:
                throw Problem(
                    .tooManyRequests,
                    "As many exports as one person or token may have at once, \(settings.exportsPerAccount), are running.",
                    headers: [.retryAfter: "10"])
            }
        }
        exchange.call.cost.countExport()
        var exchange = exchange
        // An export is the whole list, wherever a page would end.
        exchange.list.cursor = nil
        let fields = exchange.list.fields
        let list = ListExport(
            format: format, members: fields ?? operation.exported, projects: fields != nil, duration: settings.exportDuration)
        let write = list.body(try await export(exchange), slot: slot)
        return .stream(contentType: format.contentType) { [logger, exchange] writer in
            do {
                try await write(&writer)
            } catch {
                // The status is long sent: only the log can tell why the answer is not whole.
                logger.notice(
                    "export broke off",
                    metadata: ["error": "\(error)", "requestId": "\(exchange.call.requestId)", "operation": "\(exchange.operationId)"])
                throw error
            }
        }
    }

    /// `OPTIONS *` asks about the server; nothing else has no path.
    private func wholeServer(_ method: HTTPRequest.Method) throws -> Response {
        let allow = contract.router.allMethods
        guard method == .options else {
            throw Problem(.methodNotAllowed, "The method \(method.rawValue) is not offered; \(allow) are.", headers: [.allow: allow])
        }
        return Response(status: .noContent, headers: [.allow: allow])
    }

    private func options(_ resource: Router.Resource) -> Response {
        var headers: HTTPFields = [.allow: resource.allow]
        for (method, index) in resource.operations {
            guard let body = contract.operations[index].body, method == .patch || method == .post else { continue }
            headers[RequestBodyRules.acceptField(method)] = body.types
        }
        return Response(status: .noContent, headers: headers)
    }
}
