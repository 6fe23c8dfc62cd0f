import Core
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import Routing

@Suite("Exports")
struct ListExportTests {
    private func row(_ json: String, _ members: [String] = ["a"]) throws -> String {
        var bytes: [UInt8] = []
        try CSVRow.row(Array(json.utf8), members, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "A cell is what it was, and never a formula",
        arguments: [
            (#""x""#, "x"), (#""a,b""#, "\"a,b\""), (#""a\"b""#, "\"a\"\"b\""), (#""a\nb""#, "\"a\nb\""), (#""""#, "\"\""), ("null", ""),
            ("true", "true"), ("-5", "-5"), ("1.5", "1.5"), (#""-5""#, "'-5"), (#""=1+1""#, "'=1+1"), (#""+x""#, "'+x"), (#""@x""#, "'@x"),
            (#""\tx""#, "'\tx"), (#""＝1""#, "'＝1"), (#""=a,b""#, "\"'=a,b\""), (#"["x",1]"#, "\"[\"\"x\"\",1]\""),
            (#"{"b":null}"#, "\"{\"\"b\"\":null}\""),
        ])
    func cells(value: String, cell: String) throws {
        #expect(try row("{\"a\":\(value)}") == cell + "\r\n")
    }

    @Test("CSV has the members in the order of the schema, or of fields")
    func csv() async throws {
        let service = try TestService()
        let reply = await service.send(.get, "/things", .accepting("text/csv"))
        #expect(reply.headers[.contentType] == "text/csv; charset=utf-8; header=present")
        #expect(reply.headers[.eTag] == nil)
        let lines = reply.text.split(separator: "\r\n" as Character, omittingEmptySubsequences: false)
        #expect(lines.count == 5)
        #expect(lines[0] == "id,name,size,kind,madeOn,changedAt,tags,etag")
        #expect(lines[1].hasPrefix("thi_1,'=1+1,1,round,2026-01-01,"))
        #expect(lines[2].hasPrefix("thi_2,\"a,b\",2,"))
        let narrow = await service.send(.get, "/things?fields=size,id&limit=1", .accepting("text/csv"))
        #expect(narrow.text == "size,id\r\n1,thi_1\r\n2,thi_2\r\n3,thi_3\r\n")
    }

    @Test("NDJSON is one item a line")
    func lines() async throws {
        let service = try TestService()
        let reply = await service.send(.get, "/things", .accepting("application/x-ndjson"))
        #expect(reply.headers[.contentType] == "application/x-ndjson")
        #expect(reply.bytes.split(separator: 0x0A).count == 3)
        let narrow = await service.send(.get, "/things?fields=id", .accepting("application/x-ndjson"))
        #expect(narrow.text == "{\"id\":\"thi_1\"}\n{\"id\":\"thi_2\"}\n{\"id\":\"thi_3\"}\n")
    }

    @Test(
        "What an export refuses is a problem with its status, for GET and HEAD, and leaves no place taken",
        arguments: ["text/csv", "application/x-ndjson"])
    func refused(type: String) async throws {
        var settings = Responder.Settings()
        settings.concurrentExports = 1
        let service = try TestService(settings: settings)
        #expect(await service.send(.head, "/things", .accepting(type)).status == 200)
        #expect(await service.send(.head, "/things?colour=1", .accepting(type)).status == 400)
        for method in [HTTPRequest.Method.get, .head, .get] {
            let reply = await service.send(method, "/things?q=refused", .accepting(type))
            #expect(reply.status == 409)
            #expect(reply.headers[.contentType] == "application/problem+json")
        }
    }

    @Test("At most so many at once; an answer that is never sent gives its place back")
    func slots() async throws {
        var settings = Responder.Settings()
        settings.concurrentExports = 1
        let service = try TestService(settings: settings)
        let head = HTTPRequest(
            method: .get, scheme: "https", authority: "a", path: "/things",
            headerFields: [.accept: "text/csv", .authorization: "Bearer all"])
        do {
            let held = await service.responder.respond(to: HTTPServerRequest(head: head))
            #expect(held.status == .ok)
            let refused = await service.send(.get, "/things", .accepting("text/csv"))
            #expect(refused.status == 503)
            #expect(refused.headers[.retryAfter] == "10")
            _ = held
        }
        #expect(await service.send(.get, "/things", .accepting("text/csv")).status == 200)
        #expect(await service.send(.get, "/things", .accepting("text/csv")).status == 200)
    }

    @Test("One account has its share of them and no more")
    func share() throws {
        let slots = ExportSlots(4, perAccount: 2)
        var held = [try slots.take(for: "a"), try slots.take(for: "a")]
        #expect(throws: ExportSlots.Refusal.accountHasItsShare) { try slots.take(for: "a") }
        held += [try slots.take(for: "b"), try slots.take(for: "c")]
        #expect(throws: ExportSlots.Refusal.allAreTaken) { try slots.take(for: "d") }
        held.removeFirst()
        held.append(try slots.take(for: "a"))
        #expect(throws: ExportSlots.Refusal.accountHasItsShare) { try slots.take(for: "a") }
        held = []
        #expect(throws: Never.self) { for account in ["a", "a", "b", "b"] { held.append(try slots.take(for: account)) } }
    }

    @Test("An export past its deadline breaks off instead of looking whole")
    func deadline() async throws {
        var settings = Responder.Settings()
        settings.exportDuration = .zero
        let service = try TestService(settings: settings)
        let reply = await service.send(.get, "/things", .accepting("application/x-ndjson"))
        #expect(reply.bytes.isEmpty)
    }
}
