import HTTPTypes
import Testing

@testable import Routing

@Suite("Routes")
struct RouterTests {
    @Test(
        "Paths are exact",
        arguments: [
            ("/things", 200), ("/things/", 404), ("//things", 404), ("/Things", 404), ("/thing", 404), ("/", 404), ("/%74hings", 404),
            ("/things/a", 200), ("/things//", 404), ("/things/a/", 404), ("/things/a/b/c", 404), ("/things/a%2Fb", 200),
            ("/things/%C3%A9", 200),
            ("/things/a%2", 400), ("/things/%zz", 400), ("/things/%FF", 400), ("/things/..", 400), ("/things/.", 400),
            ("/things/%2e%2E", 400),
            ("/../things", 400), ("/things/...", 200), ("things", 400), ("", 400), ("/things?", 200), ("/things/a?fields=%zz", 400),
        ])
    func exact(path: String, status: Int) async throws {
        #expect(try await TestService().send(.get, path).status == status, "\(path)")
    }

    @Test("An encoded slash stays data")
    func encodedSlash() async throws {
        let service = try TestService()
        _ = await service.send(.get, "/things/a%2Fb%20c+d")
        #expect(service.lastExchange?.path("id") == "a/b c+d")
    }

    @Test("The literal segment wins over the parameter, whatever the method")
    func literalFirst() async throws {
        let service = try TestService()
        #expect(await service.send(.post, "/things/a/polish").status == 200)
        let wrong = await service.send(.put, "/things/a/polish", [.contentType: "text/csv"], body: "x")
        #expect(wrong.status == 405)
        #expect(wrong.headers[.allow] == "POST, OPTIONS")
        #expect(await service.send(.put, "/things/a/photo", [.contentType: "text/csv"], body: "x").status == 200)
    }

    @Test("405 lists what applies, with HEAD and OPTIONS", arguments: ["TRACE", "PUT", "BREW", "get"])
    func methodNotAllowed(method: String) async throws {
        let reply = try await TestService().send(#require(HTTPRequest.Method(method)), "/things", token: nil)
        #expect(reply.status == 405)
        #expect(reply.code == "method-not-allowed")
        #expect(reply.headers[.allow] == "GET, HEAD, POST, OPTIONS")
    }

    @Test("OPTIONS answers without a token, with what a body may be")
    func options() async throws {
        let service = try TestService()
        let reply = await service.send(.options, "/things/x", token: nil)
        #expect(reply.status == 204)
        #expect(
            reply.headers[.allow] == "GET, HEAD, PATCH, DELETE, OPTIONS" || reply.headers[.allow] == "GET, HEAD, DELETE, PATCH, OPTIONS")
        #expect(reply.headers[.acceptPatch] == "application/merge-patch+json, application/json")
        #expect(await service.send(.options, "/things", token: nil).headers[.acceptPost] == "application/json")
        #expect(await service.send(.options, "*", token: nil).status == 204)
        #expect(await service.send(.get, "*", token: nil).status == 405)
        #expect(await service.send(.options, "/nothing", token: nil).status == 404)
        #expect(await service.send(.connect, nil, token: nil).status == 405)
    }

    @Test("HEAD runs the checks and the handler of GET")
    func head() async throws {
        let service = try TestService()
        let reply = await service.send(.head, "/things/x")
        #expect(reply.status == 200)
        #expect(reply.headers[.eTag] == "\"7\"")
        #expect(reply.headers[.contentLength] == "\(TestService.item(7).count)")
        #expect(await service.send(.head, "/things/none").status == 404)
    }
}
