import Core
import Domain
import Foundation
import HTTPTypes
import Handlers
import Logging
import NIOCore
import Repositories
import Routing
import Services
import Synchronization
import Testing

/// The whole service but for the sockets, on a database of its own. Every answer is held against openapi.yaml.
final class TestClient: Sendable {
    let store: Store
    let services: DomainServices
    var tokens: TokenService { services.tokens }
    var imports: ImportService { services.imports }
    /// Where webhooks go.
    let receiver = FakeReceiver()
    let directory: URL
    private let responder: Responder
    private let contract: Contract
    /// The secret of a token with role trustAdmin.
    let admin: String
    /// The secret of a token with every scope: an integration that may also make schools' own choices.
    let integration: String

    /// What the service takes for the time; the system's clock until it is set.
    let clock = TestClock()

    /// Read once: it is the same for all.
    private static let sharedContract = Result { try Contract() }
    /// A database as the first start leaves it, which each client starts from a copy of.
    private static let template = Task {
        let directory = FileManager.default.temporaryDirectory.appending(path: "partnership-template-\(UUID().uuidString)")
        let store = try Store(directory: directory.path)
        try await makeServices(store, directory.path, FakeReceiver()).ensureDefaults()
        try store.close()
        return directory
    }

    private static func makeServices(
        _ store: Store, _ directory: String, _ receiver: FakeReceiver, limits: AccountLimits = AccountLimits(), base: String = ""
    ) -> DomainServices {
        DomainServices(
            store: store, directory: directory, webhookTransport: receiver, maximumFileBytes: 1 << 20, limits: limits, base: base,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// - Parameter start: what time it is at first, before anything was written; later times are given to `clock`, which never goes back.
    init(
        startingAt start: String? = nil, requestsPerMinute: Int = Responder.Settings.usualRequestsPerMinute,
        publicOrigin: PublicOrigin? = nil,
        writerTimes: WriterTimes = WriterTimes(), accountLimits: AccountLimits = AccountLimits(),
        change: (inout Responder.Settings) -> Void = { _ in }
    ) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "partnership-\(UUID().uuidString)")
        if let start { clock.set(start) } else { try await FileManager.default.copyItem(at: Self.template.value, to: directory) }
        store = try Store(
            directory: directory.path, options: StoreOptions(role: .service, writerTimes: writerTimes, clock: { [clock] in clock.now }))
        services = Self.makeServices(store, directory.path, receiver, limits: accountLimits, base: publicOrigin?.text ?? "")
        if start != nil { try await services.ensureDefaults() }
        contract = try Self.sharedContract.get()
        let operations = Operations(
            contract: contract, services: services,
            service: ServiceHandlers(
                health: services.health, limits: .standard, requestsPerMinute: requestsPerMinute, eventRetention: 180,
                maximumFileBytes: 1 << 20, accountLimits: accountLimits, version: "test",
                securityContact: "mailto:security@example.org"))
        let tokens = services.tokens
        var settings = Responder.Settings()
        settings.requestsPerMinute = requestsPerMinute
        settings.publicOrigin = publicOrigin
        change(&settings)
        responder = try Responder(
            contract: contract, bindings: operations.bindings, settings: settings,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            authenticate: { try tokens.authenticate($0) },
            isGuess: { try tokens.isGuess($0) },
            isAllowed: { actor, permission in Permission(rawValue: permission)?.isHeld(by: actor) ?? false },
            findKeptAnswer: services.keptAnswers.find,
            problem: ProblemTable.problem)
        let call = Call(actor: .system, requestId: "test")
        admin = try await services.tokens.create(.init(name: "admin", role: .trustAdmin), call).secret
        let scopes = Permission.allCases.map(\.rawValue)
        integration = try await services.tokens.create(.init(name: "integration", scopes: scopes), call).secret
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: directory)
    }

    /// A token with these scopes; its secret.
    func token(scopes: [String], schoolIds: [String]? = nil, expiresAt: Instant? = nil) async throws -> String {
        try await tokens.create(
            .init(name: "test", scopes: scopes, schoolIds: schoolIds, expiresAt: expiresAt), Call(actor: .system, requestId: "test")
        ).secret
    }

    /// One request; what comes back is held against the contract, unless `isChecked` is false. `token` nil sends none, the empty one is the administrator's, or the integration's where a school's own words are changed; `json` sends a body of the content type of the method.
    func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = "", json: JSON? = nil, body: [UInt8]? = nil,
        headers: [String: String] = [:], isChecked: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        let (request, response) = try await respond(method, path, token: token, json: json, body: body, headers: headers)
        let collector = BodyCollector()
        // A stream of events has no end to wait for.
        // Nor is a body sent to HEAD.
        if response.headers[.contentType] != "text/event-stream", method != .head { try await response.body.write(collector) }
        let answer = TestAnswer(
            status: response.status.code, headers: response.headers, bytes: collector.bytes, requestId: request.requestId)
        if isChecked { check(answer, operation: request.record.operation, isSparse: path.contains("fields="), sourceLocation) }
        return answer
    }

    /// Opens a stream of events.
    func stream(_ path: String, token: String? = "", headers: [String: String] = [:]) async throws -> StreamReader {
        StreamReader(try await respond(.get, path, token: token, headers: headers).response)
    }

    private func respond(
        _ method: HTTPRequest.Method, _ path: String, token: String?, json: JSON? = nil, body: [UInt8]? = nil, headers: [String: String]
    ) async throws -> (request: HTTPServerRequest, response: Response) {
        var head = HTTPRequest(method: method, scheme: "https", authority: "localhost", path: path)
        if let token { head.headerFields[.authorization] = "Bearer " + (token.isEmpty ? usual(method, path) : token) }
        let bytes = body ?? json?.bytes
        if bytes != nil {
            head.headerFields[.contentType] = method == .patch ? "application/merge-patch+json" : "application/json"
        }
        for (name, value) in headers { head.headerFields[try #require(HTTPField.Name(name))] = value }
        let request = HTTPServerRequest(head: head, body: HTTPRequestBody(buffer: ByteBuffer(bytes: bytes ?? [])), isSecure: true)
        return (request, await responder.respond(to: request))
    }

    private func usual(_ method: HTTPRequest.Method, _ path: String) -> String {
        method == .patch && path.hasPrefix("/v1/schools/") ? integration : admin
    }

    /// Holds the answer against openapi.yaml. `isSparse`: the request asked for some members only, so the others may be missing.
    private func check(_ answer: TestAnswer, operation id: String?, isSparse: Bool, _ sourceLocation: SourceLocation) {
        #expect(answer.status < 500 || answer.status == 503, "\(answer.text)", sourceLocation: sourceLocation)
        let type = answer.headers[.contentType]
        // Without an operation (no such path, no such method) there is nothing declared but that refusals are problems.
        guard let id else {
            #expect(answer.status < 400 || type == "application/problem+json", sourceLocation: sourceLocation)
            return
        }
        // An answer whose body isn't kept any more.
        if answer.bytes.isEmpty, answer.headers[HTTPField.Name("Idempotency-Replayed")!] == "true" { return }
        let errors = contract.errors(inAnswerOf: id, status: answer.status, contentType: type, body: answer.bytes)
            .filter { !(isSparse && $0.code == "required") }
        #expect(errors.isEmpty, "\(id) answered \(answer.text)", sourceLocation: sourceLocation)
    }

    func get(
        _ path: String, token: String? = "", headers: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        try await send(.get, path, token: token, headers: headers, sourceLocation: sourceLocation)
    }

    func patch(
        _ path: String, token: String? = "", _ json: JSON, ifMatch: String? = "*", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        try await send(
            .patch, path, token: token, json: json, headers: ifMatch.map { ["If-Match": $0] } ?? [:], sourceLocation: sourceLocation)
    }

    func post(
        _ path: String, token: String? = "", _ json: JSON? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        try await send(.post, path, token: token, json: json, sourceLocation: sourceLocation)
    }

    func delete(
        _ path: String, token: String? = "", ifMatch: String? = "*", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        try await send(.delete, path, token: token, headers: ifMatch.map { ["If-Match": $0] } ?? [:], sourceLocation: sourceLocation)
    }

    /// Records something over HTTP, as the integration; its id.
    func add(_ path: String, _ json: JSON, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let answer = try await post(path, token: integration, json, sourceLocation: sourceLocation)
        #expect(answer.status == 201, "\(answer.text)", sourceLocation: sourceLocation)
        return answer.json["id"]?.stringValue ?? ""
    }

    func addPerson(_ name: String = "Ada Palmer") async throws -> String { try await add("/v1/people", ["name": .string(name)]) }

    /// Somebody new in a role from the beginning of 2020 on; the person's id.
    func appoint(_ role: Role, at school: String? = nil, name: String = "Ada Palmer") async throws -> String {
        let person = try await addPerson(name)
        _ = try await add(
            "/v1/appointments",
            [
                "personId": .string(person), "schoolId": school.map(JSON.string) ?? .null, "role": .string(role.rawValue),
                "startsOn": "2020-01-01",
            ])
        return person
    }

    /// The secret of a token of somebody who is data protection officer from the beginning of 2020 on.
    func officer() async throws -> String { try await token(of: appoint(.dataProtectionOfficer, name: "Dee Officer")) }

    /// A token that acts as the person; its secret.
    func token(of person: String, scopes: [String]? = nil) async throws -> String {
        try await tokens.create(.init(name: "theirs", personId: person, scopes: scopes), Call(actor: .system, requestId: "test")).secret
    }

    /// A school in the database, as the register would have brought it.
    @discardableResult
    func addSchool(urn: String, _ change: @escaping @Sendable (inout School) -> Void = { _ in }) async throws -> School {
        try await store.write(Call(actor: .system, requestId: "test")) { transaction in
            var school = School(
                id: ResourceType.school.makeID(at: transaction.now), urn: urn, name: "School \(urn)", phase: .primary,
                establishmentTypeCode: "01",
                establishmentType: "Community school", status: .open, createdAt: transaction.now)
            change(&school)
            return try transaction.insert(school)
        }
    }
}

/// A clock that stands where a test puts it.
final class TestClock: Sendable {
    private let fixed = Mutex<Instant?>(nil)

    var now: Instant { fixed.withLock { $0 } ?? .now() }

    /// `2026-09-01T10:00:00Z`
    func set(_ text: String) { fixed.withLock { $0 = Instant(text) } }
}

/// What came back.
struct TestAnswer {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]
    let requestId: String

    var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var code: String? { json["code"]?.stringValue }
    var etag: String? { headers[.eTag] }
    /// Where the errors of a problem point: pointers and parameter names.
    var places: [String] {
        (json["errors"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue ?? $0["parameter"]?.stringValue }
    }
}

private final class BodyCollector: ResponseBodyWriter {
    nonisolated(unsafe) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer: buffer) }
    consuming func finish() async throws {}
}
