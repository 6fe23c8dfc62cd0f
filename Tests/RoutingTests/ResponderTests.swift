import Core
import HTTPTypes
import NIOCore
import Testing

@testable import Routing

@Suite("The order of checks")
struct ResponderTests {
    @Test("Each check answers before the next one looks")
    func order() async throws {
        let service = try TestService()
        let bad: HTTPFields = [.contentType: "text/plain", .accept: "image/png"]
        // Everything is wrong; one thing is put right with each step.
        #expect(await service.send(.patch, "/nothing?x", bad, body: "{", token: nil).status == 404)
        #expect(await service.send(.put, "/things/none?x", bad, body: "{", token: nil).status == 405)
        #expect(await service.send(.patch, "/things/none?x", bad, body: "{", token: nil).status == 401)
        #expect(await service.send(.patch, "/things/none?x", bad, body: "{", token: "reader").status == 403)
        #expect(await service.send(.patch, "/things/none?x", bad, body: "{").status == 400)
        #expect(await service.send(.patch, "/things/none", bad, body: "{").status == 406)
        let accepting: HTTPFields = [.contentType: "text/plain"]
        #expect(await service.send(.patch, "/things/none", accepting, body: "{").status == 404)
        #expect(await service.send(.patch, "/things/hidden", accepting, body: "{").status == 403)
        #expect(await service.send(.patch, "/things/x", accepting, body: "{").status == 415)
        #expect(await service.send(.patch, "/things/x", .json, body: "{").status == 428)
        let matching: HTTPFields = [.contentType: "application/json", .ifMatch: "*"]
        #expect(await service.send(.patch, "/things/x", matching, body: "{").status == 400)
        #expect(await service.send(.patch, "/things/x", matching, body: #"{"name":""}"#).status == 422)
        #expect(service.handledCount == 0)
        #expect(await service.send(.patch, "/things/x", matching, body: #"{"name":"b"}"#).status == 200)
        #expect(service.handledCount == 1)
    }

    @Test(
        "401 says how to authenticate",
        arguments: [
            (nil, "Bearer realm=\"partnership\""), ("Basic dTpw", "Bearer realm=\"partnership\""), ("Bearer", "invalid_request"),
            ("Bearer a b", "invalid_request"), ("Bearer all, Bearer all", "invalid_request"), ("Bearer nope", "invalid_token"),
            ("", "realm"),
        ] as [(String?, String)])
    func unauthenticated(field: String?, challenge: String) async throws {
        var headers = HTTPFields()
        headers[.authorization] = field
        let reply = try await TestService().send(.get, "/things", headers, token: nil)
        #expect(reply.status == 401)
        #expect(reply.headers[.wwwAuthenticate]?.contains(challenge) == true)
        #expect(reply.headers[.cacheControl] == "no-store")
    }

    @Test("The scheme is case-insensitive; a token in the address is not taken")
    func scheme() async throws {
        let service = try TestService()
        #expect(await service.send(.get, "/things", [.authorization: "bEARER  all"], token: nil).status == 200)
        #expect(await service.send(.get, "/things?access_token=all", token: nil).status == 401)
    }

    @Test("403 names the permission that is missing")
    func forbidden() async throws {
        let reply = try await TestService().send(.post, "/things", .json, body: "{}", token: "reader")
        #expect(reply.status == 403)
        #expect(reply.json["detail"]?.stringValue?.contains("things:write") == true)
        #expect(reply.headers[.wwwAuthenticate]?.contains("scope=\"things:write\"") == true)
    }

    @Test("Unknown tokens are slowed down by address; good ones from beside them are let in, also those never seen before")
    func slowDown() async throws {
        var settings = Responder.Settings()
        settings.failedAuthenticationsPerMinute = 3
        let service = try TestService(settings: settings)
        var statuses: [Int] = []
        for number in 0..<8 { statuses.append(await service.send(.get, "/things", token: "bad\(number)").status) }
        // A minute may turn in between, once.
        #expect(statuses.contains(429) && statuses.first == 401)
        let last = await service.send(.get, "/things", token: "bad")
        if last.status == 429 { #expect((1...60).contains(Int(last.headers[.retryAfter] ?? "") ?? 0)) }
        #expect(await service.send(.get, "/things", token: "reader").status == 200)
        #expect(await service.send(.get, "/things", token: "bad", address: "192.0.2.2").status == 401)
    }

    @Test("A token that has ended is 401 however often it comes, and doesn't count against its address")
    func ended() async throws {
        var settings = Responder.Settings()
        settings.failedAuthenticationsPerMinute = 3
        let service = try TestService(settings: settings)
        for _ in 0..<8 { #expect(await service.send(.get, "/things", token: "ended").status == 401) }
        #expect(await service.send(.get, "/things", token: "bad").status == 401)
    }

    @Test("An operation open to everyone doesn't look at tokens")
    func open() async throws {
        let service = try TestService()
        #expect(await service.send(.get, "/open", token: "bad").status == 200)
        let reply = await service.send(.get, "/open", token: nil)
        #expect(reply.headers[.cacheControl] == "no-cache")
        #expect(reply.headers[.vary] == "Accept")
        #expect(service.lastExchange?.call.actor.id == "anonymous")
    }

    @Test(
        "The media types of a body",
        arguments: [
            ("application/json", 201), ("application/json; charset=UTF-8", 201), ("Application/JSON;charset=\"utf-8\"", 201),
            ("application/json; charset=latin1", 415), ("text/json", 415), ("application/merge-patch+json", 415), ("json", 415), (nil, 415),
        ] as [(String?, Int)])
    func mediaTypes(type: String?, status: Int) async throws {
        var headers = HTTPFields()
        headers[.contentType] = type
        let reply = try await TestService().send(.post, "/things", headers, body: #"{"name":"a"}"#)
        #expect(reply.status == status, "\(type ?? "none")")
        if status == 415 { #expect(reply.headers[.acceptPost] == "application/json") }
    }

    @Test("PATCH takes both names of JSON; a refused one learns of them")
    func patchTypes() async throws {
        let service = try TestService()
        for type in ["application/json", "application/merge-patch+json"] {
            #expect(await service.send(.patch, "/things/x", [.contentType: type, .ifMatch: "*"], body: "{}").status == 200)
        }
        let refused = await service.send(.patch, "/things/x", [.contentType: "application/json-patch+json", .ifMatch: "*"], body: "[]")
        #expect(refused.headers[.acceptPatch] == "application/merge-patch+json, application/json")
    }

    @Test("A coded body, a body where none is taken, and one too large are refused unread")
    func unwantedBodies() async throws {
        let service = try TestService()
        let coded = await service.send(.post, "/things", [.contentType: "application/json", .contentEncoding: "gzip"], body: "{}")
        #expect(coded.status == 415)
        #expect(coded.headers[.acceptEncoding] == "identity")
        #expect(await service.send(.post, "/things/x/polish", .json, body: "{}").status == 415)
        #expect(await service.send(.post, "/things/x/polish", .json, body: "{}", isChunked: true).status == 415)
        #expect(await service.send(.delete, "/things/x", [.ifMatch: "*"], body: "{}", isChunked: true).status == 415)
        #expect(await service.send(.get, "/things/x", .json, body: "{}", isChunked: true).status == 200)
        #expect(await service.send(.post, "/things/x/polish").status == 200)
        let large = await service.send(.post, "/things", .json, body: String(repeating: " ", count: 1 << 20) + "{}")
        #expect(large.status == 413)
        #expect(large.code == "content-too-large")
    }

    @Test("A body that isn't JSON is 400 with line and column, a missing one too")
    func malformed() async throws {
        let service = try TestService()
        let reply = await service.send(.post, "/things", .json, body: "{\n \"name\": nope}")
        #expect(reply.code == "malformed-body")
        #expect(reply.json["detail"]?.stringValue?.hasPrefix("Line 2, column 1") == true)
        for body in [#"{"name":"a","name":"b"}"#, #"{"name":"\ud800"}"#, "{} {}", String(repeating: "[", count: 65), #"{"size":NaN}"#] {
            #expect(await service.send(.post, "/things", .json, body: body).code == "malformed-body", "\(body)")
        }
        #expect(await service.send(.post, "/things", .json).code == "malformed-body")
        #expect(await service.send(.post, "/things").code == "malformed-body")
    }

    @Test("All errors of a body come at once")
    func allErrors() async throws {
        let reply = try await TestService().send(
            .post, "/things", .json, body: #"{"name":"too long","size":-1,"kind":"oval","tags":["a","a",""],"colour":"red"}"#)
        #expect(reply.status == 422)
        #expect(
            Set(reply.errors) == [
                "/name: too-long", "/size: too-small", "/kind: enum", "/tags/1: not-unique", "/tags/2: too-short",
                "/colour: unknown-member",
            ])
        #expect(try await TestService().send(.post, "/things", .json, body: "[]").errors == [": type"])
    }

    @Test("A dry run reaches the call and shows in the answer")
    func dryRun() async throws {
        let service = try TestService()
        let reply = await service.send(.post, "/things?dryRun=true", .json, body: #"{"name":"a"}"#)
        #expect(reply.status == 201)
        #expect(reply.headers[.dryRun] == "true")
        #expect(service.lastExchange?.call.dryRun == true)
        let real = await service.send(.post, "/things", .json, body: #"{"name":"a"}"#)
        #expect(real.headers[.dryRun] == nil)
        #expect(service.lastExchange?.call.dryRun == false)
        #expect(real.headers[.location] == "/things/thi_8")
        #expect(real.headers[.cacheControl] == "no-store")
    }

    @Test("A streamed body goes to the handler unread")
    func streamed() async throws {
        var settings = Responder.Settings()
        settings.streamedBodySize = 10
        let service = try TestService(settings: settings)
        #expect(await service.send(.put, "/things/x/photo", [.contentType: "application/octet-stream"], body: "12345").json["bytes"] == 5)
        #expect(await service.send(.put, "/things/x/photo", [.contentType: "text/csv"], body: "12345678901").status == 413)
        #expect(await service.send(.put, "/things/x/photo", .json, body: "1").status == 415)
        #expect(await service.send(.put, "/things/x/else", [.contentType: "text/csv"], body: "1").errors == ["file: enum"])
    }

    @Test("An error nobody knows is 500 with nothing but the request id; known ones go through the table")
    func errors() async throws {
        let service = try TestService()
        let unknown = await service.send(.get, "/things/broken")
        #expect(unknown.status == 500)
        #expect(unknown.text.contains("Stale") == false)
        #expect(unknown.json["requestId"] == "r1")
        let cancelled = await service.send(.get, "/things/known")
        #expect(cancelled.status == 503)
        #expect(cancelled.headers[.retryAfter] == "1")
    }

    @Test("fields narrows one item too")
    func fields() async throws {
        let service = try TestService()
        #expect(await service.send(.get, "/things/x?fields=size,id").text == #"{"size":7,"id":"thi_7"}"#)
        #expect(await service.send(.get, "/things/x?fields=size,colour").errors == ["fields: unknown-member"])
    }

    @Test(
        "Accept chooses among what is offered",
        arguments: [
            (nil, "application/json"), ("*/*", "application/json"), ("text/html", "text/html"), ("text/*", "text/html"),
            ("application/json;q=0.5, text/html", "text/html"), ("text/html;q=0, */*", "application/json"),
            ("text/html;q=0.1,application/*;q=0.2", "application/json"), ("image/png, */*;q=0.1", "application/json"),
            ("nonsense", "application/json"), ("TEXT/HTML", "text/html"), ("image/png", nil), ("application/json;q=0", nil),
        ] as [(String?, String?)])
    func accept(header: String?, chosen: String?) {
        #expect(Accept.choose(["application/json", "text/html"], header: header) == chosen)
    }

    @Test(
        "A weight is read by its grammar and nothing else",
        arguments: [
            ("1", 1000), ("1.", 1000), ("1.000", 1000), ("0", 0), ("0.", 0), ("0.5", 500), ("0.05", 50), ("0.123", 123),
            ("", nil), ("nan", nil), ("NaN", nil), ("inf", nil), ("-0", nil), ("+1", nil), ("1e9", nil), ("0.1234", nil), ("1.001", nil),
            ("2", nil), (".5", nil), ("0,5", nil), ("0.5x", nil), ("0x1", nil), ("0.\u{665}", nil),
        ] as [(String, Int?)])
    func weights(text: String, thousandths: Int?) {
        #expect(QualityValue.parse(text) == thousandths)
    }

    @Test(
        "A hostile weight is as good as none: the request is answered",
        arguments: ["nan", "inf", "-inf", "-0", "1e9", "0.1234", "", "\"nan\""])
    func hostileWeights(weight: String) async throws {
        let service = try TestService()
        _ = await service.send(.get, "/open", .accepting("application/json;q=\(weight), text/html;q=0.1"))
        #expect(service.lastExchange?.accepts == "text/html")
        #expect(await service.send(.get, "/open", .accepting("application/json;q=\(weight)")).status == 406)
        #expect(Compression.accepted("gzip;q=\(weight)") == .init(gzip: false, identity: true))
    }
}
