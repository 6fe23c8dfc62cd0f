import Core
import HTTPTypes
import Logging
import NIOCore
import Synchronization

@testable import Routing

/// A small contract with one of everything, bound to handlers that keep nothing; requests go straight into the responder.
final class TestService: Sendable {
    static let contract = """
        openapi: 3.1.0
        info: {title: Test, version: '1'}
        paths:
          /open:
            get:
              operationId: getOpen
              security: []
              responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}, text/html: {schema: {type: string}}}}}
          /things:
            get:
              operationId: listThings
              security: [{bearer: ['things:read']}]
              parameters:
                - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 200, default: 50}}
                - {name: cursor, in: query, schema: {type: string}}
                - {name: count, in: query, schema: {type: string, enum: [exact]}}
                - {name: fields, in: query, schema: {type: string}}
                - {name: q, in: query, schema: {type: string, minLength: 1}}
                - {name: updatedSince, in: query, schema: {type: string, format: date-time}}
                - {name: includeDeleted, in: query, schema: {type: boolean}}
                - {name: sort, in: query, schema: {type: string, pattern: '^-?(name|size)(,-?(name|size))*$'}}
                - {name: name, in: query, schema: {type: string}}
                - {name: name.startsWith, in: query, schema: {type: string}}
                - {name: size, in: query, schema: {type: string}}
                - {name: size.gte, in: query, schema: {type: integer}}
                - {name: size.nin, in: query, schema: {type: string}}
                - {name: size.isNull, in: query, schema: {type: boolean}}
                - {name: kind, in: query, schema: {type: string}, x-items: {enum: [round, square]}}
                - {name: kind.ne, in: query, schema: {type: string}, x-items: {enum: [round, square]}}
                - {name: madeOn.lte, in: query, schema: {type: string, format: date}}
                - {name: changedAt.gt, in: query, schema: {type: string, format: date-time}}
              responses:
                '200':
                  description: ok
                  content:
                    application/json: {schema: {$ref: '#/components/schemas/Page'}}
                    text/csv: {schema: {type: string}}
                    application/x-ndjson: {schema: {type: string}}
                default: {$ref: '#/components/responses/Problem'}
            post:
              operationId: createThing
              security: [{bearer: ['things:write']}]
              parameters: [{$ref: '#/components/parameters/DryRun'}]
              requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
              responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
          /things/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string, maxLength: 40}}]
            get:
              operationId: getThing
              security: [{bearer: ['things:read']}]
              parameters: [{name: fields, in: query, schema: {type: string}}]
              responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
            patch:
              operationId: updateThing
              security: [{bearer: ['things:write']}]
              parameters: [{$ref: '#/components/parameters/DryRun'}, {name: If-Match, in: header, schema: {type: string}}]
              requestBody: {required: true, content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/Patch'}}}}
              responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
            delete:
              operationId: deleteThing
              security: [{bearer: ['things:write']}]
              responses: {'204': {description: gone}}
          /things/{id}/polish:
            parameters: [{name: id, in: path, required: true, schema: {type: string, maxLength: 40}}]
            post:
              operationId: polishThing
              security: [{bearer: ['things:write']}]
              responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
          /things/{id}/{file}:
            parameters:
              - {name: id, in: path, required: true, schema: {type: string}}
              - {name: file, in: path, required: true, schema: {type: string, enum: [photo, plan]}}
            put:
              operationId: putFile
              security: [{bearer: ['things:write']}]
              x-stream-body: true
              requestBody: {required: true, content: {text/csv: {schema: {type: string}}, application/octet-stream: {schema: {type: string}}}}
              responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
        components:
          parameters:
            DryRun: {name: dryRun, in: query, schema: {type: boolean, default: false}}
          responses:
            Problem: {description: problem, content: {application/problem+json: {schema: {type: object}}}}
          schemas:
            Thing:
              type: object
              required: [id, name, size, kind, madeOn, changedAt, tags, etag]
              properties:
                id: {type: string}
                name: {type: string}
                size: {type: [integer, 'null']}
                kind: {type: string}
                madeOn: {type: string, format: date}
                changedAt: {type: string, format: date-time}
                tags: {type: array, items: {type: string}}
                etag: {type: string}
            Page:
              type: object
              required: [items, next, seq, total]
              properties:
                items: {type: array, items: {$ref: '#/components/schemas/Thing'}}
                next: {type: [string, 'null']}
                seq: {type: integer}
                total: {type: [integer, 'null']}
            New:
              type: object
              additionalProperties: false
              required: [name]
              properties:
                name: {type: string, minLength: 1, maxLength: 5}
                size: {type: [integer, 'null'], minimum: 0}
                kind: {type: string, enum: [round, square]}
                tags: {type: array, maxItems: 3, uniqueItems: true, items: {type: string, minLength: 1}}
            Patch:
              type: object
              additionalProperties: false
              properties:
                id: {readOnly: true}
                name: {type: string, minLength: 1, maxLength: 5}
        """

    static func item(_ number: Int, name: String = "a") -> [UInt8] {
        Array(
            """
            {"id":"thi_\(number)","name":"\(name)","size":\(number),"kind":"round","madeOn":"2026-01-01","changedAt":"2026-01-01T00:00:00.000Z","tags":["x"],"etag":"\\"7\\""}
            """.utf8)
    }

    struct Stale: Error {}

    let responder: Responder
    /// What handlers were called with.
    let handled = Mutex<[Exchange]>([])
    let exportsBegun = Mutex(0)

    init(settings: Responder.Settings = .init()) throws {
        let contract = try Contract(yaml: Array(Self.contract.utf8))
        let log = Log()
        let target: Binding.FindTarget = { exchange in
            switch exchange.path("id") {
            case "none": nil
            case "hidden": throw Problem(.forbidden, "Not yours.")
            case "untagged": Target(id: "untagged")
            default: Target(id: "thi_7", etag: VersionTag(number: 7)) { known in known.number == 6 ? ["name"] : ["name", "size"] }
            }
        }
        let item: Binding.Handle = { exchange in
            log.add(exchange)
            if exchange.path("id") == "broken" { throw Stale() }
            if exchange.path("id") == "known" { throw CancellationError() }
            return .item(Self.item(7), etag: EntityTag(VersionTag(number: 7)))
        }
        responder = try Responder(
            contract: contract,
            bindings: [
                Binding("getOpen") { exchange in
                    log.add(exchange)
                    return .item(Array("{}".utf8))
                },
                Binding(
                    "listThings",
                    export: { exchange in
                        log.add(exchange)
                        log.exports.withLock { $0 += 1 }
                        if exchange.list.text == "refused" { throw Problem(.conflict, "Refused before it begins.") }
                        return Rows((1...3).map { Self.item($0, name: $0 == 1 ? "=1+1" : "a,b") })
                    },
                    handle: { exchange in
                        log.add(exchange)
                        let values: [JSON] = exchange.list.sort.map { _ in "v" } + ["thi_1"]
                        let next = exchange.list.limit == 1 ? Cursor(fingerprint: "", values: values) : nil
                        return .list(Page(items: [Self.item(1)], next: next, seq: 12, total: exchange.list.countsTotal ? 1 : nil))
                    }),
                Binding("createThing") { exchange in
                    log.add(exchange)
                    return .item(Self.item(8), etag: EntityTag(VersionTag.first), status: .created, location: "/things/thi_8")
                },
                Binding("getThing", target: target, handle: item),
                Binding("updateThing", target: target, handle: item),
                Binding("deleteThing", target: target) { exchange in
                    log.add(exchange)
                    return .none
                },
                Binding("polishThing", target: target, handle: item),
                Binding("putFile", target: target) { exchange in
                    log.add(exchange)
                    var count = 0
                    for try await buffer in exchange.stream { count += buffer.readableBytes }
                    return .item(Array("{\"bytes\":\(count)}".utf8))
                },
            ],
            settings: settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            authenticate: { token in
                switch token {
                case "all": Actor(kind: .token, id: "tok_1", name: "All", scopes: ["things:read", "things:write"])
                case "reader": Actor(kind: .token, id: "tok_2", name: "Reader", scopes: ["things:read"])
                default: nil
                }
            },
            isGuess: { $0 != "ended" },
            isAllowed: { $0.scopes.contains($1) },
            findKeptAnswer: { _ in nil },
            problem: { $0 is Stale ? nil : Problem(.conflict, "Known to the table.") })
        log.service = self
    }

    /// Carries what handlers see to the service, which exists only after them.
    private final class Log: @unchecked Sendable {
        weak var service: TestService?
        let exports = Mutex(0)

        func add(_ exchange: Exchange) {
            service?.handled.withLock { $0.append(exchange) }
            service?.exportsBegun.withLock { $0 = exports.withLock { $0 } }
        }
    }

    struct Reply: Sendable {
        var status: Int
        var headers: HTTPFields
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
        var code: String { json["code"]?.stringValue ?? "" }
        /// `pointer or parameter: code` of each error.
        var errors: [String] {
            (json["errors"]?.arrayValue ?? []).map { error in
                (error["pointer"]?.stringValue ?? error["parameter"]?.stringValue ?? "?") + ": " + (error["code"]?.stringValue ?? "?")
            }
        }
    }

    /// - Parameter token: of the field Authorization; nil for none.
    func send(
        _ method: HTTPRequest.Method = .get, _ path: String?, _ headers: HTTPFields = [:], body: String? = nil, token: String? = "all",
        address: String = "192.0.2.1", reads: Bool = true, isChunked: Bool = false
    ) async -> Reply {
        var fields = headers
        if let token { fields[.authorization] = "Bearer " + token }
        let head = HTTPRequest(method: method, scheme: "https", authority: "trust.example:8443", path: path, headerFields: fields)
        let buffer = ByteBuffer(string: body ?? "")
        let request = HTTPServerRequest(
            head: head,
            body: isChunked
                ? HTTPRequestBody(backing: .buffer(buffer), declaredLength: nil, limit: ServerLimits.standard.bodySize)
                : HTTPRequestBody(buffer: buffer), remoteAddress: address, requestId: "r1")
        let response = await responder.respond(to: request)
        let sink = Sink()
        if reads, method != .head { try? await response.body.write(Writer(sink: sink)) }
        return Reply(status: response.status.code, headers: response.headers, bytes: sink.bytes)
    }

    private final class Sink: @unchecked Sendable {
        var bytes: [UInt8] = []
    }

    private struct Writer: ResponseBodyWriter {
        let sink: Sink
        mutating func write(_ buffer: ByteBuffer) async throws { sink.bytes += buffer.readableBytesView }
        consuming func finish() async throws {}
    }

    var lastExchange: Exchange? { handled.withLock { $0.last } }
    var handledCount: Int { handled.withLock { $0.count } }
}

extension HTTPFields {
    static let json: HTTPFields = [.contentType: "application/json"]

    static func accepting(_ type: String) -> HTTPFields { [.accept: type] }
}

extension Binding {
    /// Does nothing, but fits the operation.
    static func stub(_ operation: Routing.Operation) -> Binding {
        guard operation.exports else { return Binding(operation.operationId) { _ in .none } }
        return Binding(operation.operationId, export: { _ in Rows([]) }, handle: { _ in .none })
    }
}
