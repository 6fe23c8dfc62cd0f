import Core
import HTTPTypes
import Testing

@testable import Routing

@Suite("Preconditions")
struct PreconditionTests {
    @Test(
        "If-Match on a change",
        arguments: [
            (nil, 428), ("*", 200), ("\"7\"", 200), ("\"6\"", 412), ("\"6\", \"7\"", 200), ("\"6\" , W/\"7\"", 412), ("W/\"7\"", 412),
            ("W/\"7.abc\"", 412), ("\"7-gz\"", 200), ("7", 412), ("", 412), ("\"7", 412), ("\"07\"", 412), ("junk, \"7\"", 412),
            (" * ", 200),
            (",,\"7\"", 200),
        ] as [(String?, Int)])
    func change(field: String?, status: Int) async throws {
        var headers = HTTPFields.json
        headers[.ifMatch] = field
        let service = try TestService()
        let reply = await service.send(.patch, "/things/x", headers, body: #"{"name":"b"}"#)
        #expect(reply.status == status, "\(field ?? "none")")
        if status != 200 { #expect(service.handledCount == 0) }
    }

    @Test("412 tells the tag to use and what changed since")
    func stale() async throws {
        let service = try TestService()
        let reply = await service.send(.patch, "/things/x", [.contentType: "application/json", .ifMatch: "\"6\""], body: "{}")
        #expect(reply.code == "precondition-failed")
        #expect(reply.json["currentEtag"] == "\"7\"")
        #expect(reply.json["changedMembers"] == ["name"])
        let weak = await service.send(.patch, "/things/x", [.contentType: "application/json", .ifMatch: "W/\"6\""], body: "{}")
        #expect(weak.json["currentEtag"] == "\"7\"")
        #expect(weak.json["changedMembers"] == nil)
    }

    @Test("DELETE needs If-Match, an action only honours it, and what has no tag needs none")
    func others() async throws {
        let service = try TestService()
        #expect(await service.send(.delete, "/things/x").status == 428)
        #expect(await service.send(.delete, "/things/x", [.ifMatch: "\"7\""]).status == 204)
        #expect(await service.send(.post, "/things/x/polish").status == 200)
        #expect(await service.send(.post, "/things/x/polish", [.ifMatch: "\"6\""]).status == 412)
        #expect(await service.send(.delete, "/things/untagged").status == 204)
        #expect(await service.send(.put, "/things/x/plan", [.contentType: "text/csv", .ifNoneMatch: "*"], body: "a").status == 412)
    }

    @Test(
        "If-None-Match on a read",
        arguments: [
            (nil, 200), ("*", 304), ("\"7\"", 304), ("W/\"7\"", 304), ("\"6\", \"7-gz\"", 304), ("\"6\"", 200), ("7", 200),
            ("\"\", \"7\"", 304),
        ] as [(String?, Int)])
    func read(field: String?, status: Int) async throws {
        var headers = HTTPFields()
        headers[.ifNoneMatch] = field
        let service = try TestService()
        for method in [HTTPRequest.Method.get, .head] {
            let reply = await service.send(method, "/things/x", headers)
            #expect(reply.status == status, "\(field ?? "none")")
            #expect(reply.headers[.eTag] == "\"7\"")
            #expect(reply.headers[.cacheControl] == "private, no-cache")
            #expect(reply.headers[.vary] == "Authorization, Accept, Accept-Encoding")
            if status == 304 { #expect(reply.bytes.isEmpty && reply.headers[.contentType] == nil) }
        }
    }

    @Test("If-Match holds for reads too")
    func readMatch() async throws {
        let service = try TestService()
        #expect(await service.send(.get, "/things/x", [.ifMatch: "\"7\""]).status == 200)
        #expect(await service.send(.get, "/things/x", [.ifMatch: "\"6\""]).status == 412)
        #expect(await service.send(.get, "/things", [.ifMatch: "\"6\""]).status == 412)
    }

    @Test("A list has a weak tag of its content")
    func list() async throws {
        let service = try TestService()
        let first = await service.send(.get, "/things")
        let tag = try #require(first.headers[.eTag])
        #expect(tag.hasPrefix("W/\""))
        #expect(await service.send(.get, "/things", [.ifNoneMatch: tag]).status == 304)
        #expect(await service.send(.get, "/things?count=exact", [.ifNoneMatch: tag]).status == 200)
    }

    @Test("A stale tag with an invalid body is 412; a wrong media type is found before both")
    func order() async throws {
        let service = try TestService()
        let stale: HTTPFields = [.contentType: "application/json", .ifMatch: "\"6\""]
        #expect(await service.send(.patch, "/things/x", stale, body: "{").status == 412)
        #expect(await service.send(.patch, "/things/x", [.contentType: "text/plain", .ifMatch: "\"6\""], body: "{").status == 415)
        #expect(await service.send(.patch, "/things/x", .json, body: "{").status == 428)
    }

    @Test("Hashes tell documents apart in every byte and in length")
    func hashes() {
        var seen: Set<UInt64> = []
        for length in 0..<40 {
            let zeros = [UInt8](repeating: 0, count: length)
            #expect(seen.insert(ContentHash.of(zeros)).inserted)
            for position in 0..<length {
                var changed = zeros
                changed[position] = 1
                #expect(seen.insert(ContentHash.of(changed)).inserted)
            }
        }
        #expect(EntityTag.weak(VersionTag(number: 7), of: []).description.hasPrefix("W/\"7."))
    }
}
