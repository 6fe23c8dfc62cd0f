import Core
import HTTPTypes
import Logging
import Testing

@testable import Routing

@Suite("Problems")
struct ProblemTests {
    @Test("A problem document has every member, and its type is a page of this host")
    func document() async throws {
        let reply = try await TestService().send(.get, "/things?x=1")
        #expect(reply.headers[.contentType] == "application/problem+json")
        #expect(reply.headers[.cacheControl] == "no-store")
        #expect(reply.json["type"] == "https://trust.example:8443/problems/invalid-parameter")
        #expect(reply.json["title"]?.stringValue?.isEmpty == false)
        #expect(reply.json["status"] == 400)
        #expect(reply.json["code"] == "invalid-parameter")
        #expect(reply.json["instance"] == "urn:request:r1")
        #expect(reply.json["requestId"] == "r1")
        #expect(reply.json["errors"]?.arrayValue?.count == 1)
        #expect(reply.json["currentEtag"] == nil)
    }

    @Test(
        "An authority that isn't fit to be repeated isn't",
        arguments: [nil, "", "a/b", "a\"b", "<x>", "a b", String(repeating: "a", count: 300)])
    func authority(text: String?) throws {
        let origin = PublicOrigin?.none.origin(of: text)
        let tree = try JSON(parsing: Problem(.notFound).document(requestId: "r", origin: origin))
        #expect(tree["type"] == "/problems/not-found")
    }

    @Test("A status has its standard phrase", arguments: ProblemCode.allCases)
    func phrase(code: ProblemCode) {
        let status = Problem(code).response(requestId: "r", origin: "").status
        #expect(status.code == code.status && !status.reasonPhrase.isEmpty)
    }

    @Test("A problem is never anything but problem+json, whatever is accepted")
    func accept() async throws {
        let reply = try await TestService().send(.get, "/nothing", .accepting("text/html"))
        #expect(reply.headers[.contentType] == "application/problem+json")
    }

    @Test(
        "The transport's refusals are problems too",
        arguments: [
            (TransportRefusal.malformedRequest(reason: "x"), "malformed-request"), (.requestTimeout, "request-timeout"),
            (.contentTooLarge(limit: 1), "content-too-large"), (.uriTooLong(limit: 1), "uri-too-long"),
            (.expectationFailed, "expectation-failed"),
            (.headersTooLarge(reason: "x"), "headers-too-large"), (.unsupportedTransferCoding, "not-implemented"),
            (.unsupportedVersion, "version-not-supported"),
        ])
    func refusals(refusal: TransportRefusal, code: String) throws {
        let response = try TestService().responder.refusal(refusal, requestId: "r")
        #expect(response.status == refusal.status)
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(Problem(refusal).code.rawValue == code)
        #expect(Problem(refusal).code.status == refusal.status.code)
    }

    @Test("Codes are kebab-case, errors all, and explained", arguments: ProblemCode.allCases)
    func codes(code: ProblemCode) throws {
        #expect(try Pattern("^[a-z]+(-[a-z]+)*$").matches(code.rawValue))
        #expect((400...599).contains(code.status))
        #expect(code.explanation.hasSuffix(".") && code.explanation.count > 40)
        #expect(!code.title.hasSuffix("."))
        #expect(code.explanation.count { $0 == "`" }.isMultiple(of: 2))
    }

    private func responder() throws -> Responder {
        let contract = try Contract()
        let own = ContractBindings(contract).bindings
        let others = contract.operations.filter { operation in !own.contains { $0.operationId == operation.operationId } }
        return try Responder(
            contract: contract, bindings: own + others.map(Binding.stub),
            logger: Logger(label: "test"), authenticate: { _ in nil }, isAllowed: { _, _ in false }, findKeptAnswer: { _ in nil },
            problem: { _ in nil })
    }

    private func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> (status: Int, headers: HTTPFields, length: Int?) {
        let head = HTTPRequest(method: .get, scheme: "https", authority: "a", path: path, headerFields: headers)
        let response = try await responder().respond(to: HTTPServerRequest(head: head))
        return (response.status.code, response.headers, response.body.contentLength)
    }

    @Test("Every problem has its page, for people and for programs")
    func pages() async throws {
        for code in ProblemCode.allCases {
            let page = try await get("/problems/\(code.rawValue)")
            #expect(page.status == 200)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.cacheControl] == "max-age=300")
            #expect(page.headers[.vary] == "Accept")
            #expect(page.headers[.eTag] != nil)
        }
        #expect(try await get("/problems/validation-failed", .accepting("application/json")).headers[.contentType] == "application/json")
        #expect(try await get("/problems/nonsense").status == 404)
        let html = String(decoding: ProblemPage.html(.unauthenticated), as: UTF8.self)
        #expect(html.contains("<code>Authorization: Bearer …</code>"))
        #expect(try JSON(parsing: ProblemPage.json(.notFound))["status"] == 404)
    }

    @Test("The contract is served byte for byte, and as JSON, with a tag")
    func contract() async throws {
        let yaml = try await get("/openapi.yaml")
        #expect(yaml.headers[.contentType] == "application/yaml")
        #expect(yaml.length == Contract.document.count)
        let tag = try #require(yaml.headers[.eTag])
        #expect(try await get("/openapi.yaml", [.ifNoneMatch: tag]).status == 304)
        #expect(try await get("/openapi.json").headers[.contentType] == "application/json")
    }
}
