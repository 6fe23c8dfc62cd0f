import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle

@testable import Routing

/// Answers by closure; refusals as the real responder's, in short.
struct TestResponder: HTTPResponder {
    var answer: @Sendable (HTTPServerRequest) async -> Response

    func respond(to request: HTTPServerRequest) async -> Response { await answer(request) }

    func failure(_ error: any Error, of request: HTTPServerRequest) -> Response { .text("failed", status: .internalServerError) }

    func refusal(_ refusal: TransportRefusal, requestId: String) -> Response {
        Response(
            status: refusal.status, headers: [.contentType: "application/problem+json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "{\"detail\":\"\(refusal.detail)\",\"requestId\":\"\(requestId)\"}")))
    }
}

extension Response {
    static func text(_ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// A server on a free loopback port for the length of `body`, then drained.
struct TestServer: Sendable {
    let port: Int
    let server: HTTPServer
    let shutDown: @Sendable () async -> Void

    @discardableResult
    static func run<Result: Sendable>(
        _ answer: @escaping @Sendable (HTTPServerRequest) async -> Response = TestServer.standard,
        configure: (inout HTTPServer.Configuration) -> Void = { _ in }, _ body: @Sendable (TestServer) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPServer.Configuration(host: "127.0.0.1", port: 0)
        configure(&configuration)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(configuration: configuration, responder: TestResponder(answer: answer), logger: logger) { address in
            continuation.yield(address.port!)
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
        async let running: Void = group.run()
        let port = await ports.first { _ in true }!
        let result: Result
        do {
            result = try await body(TestServer(port: port, server: server) { await group.triggerGracefulShutdown() })
        } catch {
            await group.triggerGracefulShutdown()
            try await running
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running
        return result
    }

    /// `/echo` gives the body back, `/ignore` doesn't read it, anything else says what was asked.
    static let standard: @Sendable (HTTPServerRequest) async -> Response = { request in
        switch request.head.path {
        case "/echo":
            do throws(RequestBodyError) {
                return .text(String(buffer: try await request.body.collect()))
            } catch {
                return .text("failed: \(error)", status: error.refusal.status)
            }
        case "/ignore": return .text("ignored", status: .contentTooLarge)
        default:
            let head = request.head
            return .text("\(head.method.rawValue) \(head.path ?? "-") \(head.authority ?? "-") \(request.version.rawValue)")
        }
    }
}
