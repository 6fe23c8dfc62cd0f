import Core
import Domain
import Foundation
import HTTPTypes
import OrderedCollections
import Repositories
import Routing
import Testing

@Suite("Bulk")
struct BulkTests {
    private func person(_ name: String) -> JSON { ["op": "create", "data": ["name": .string(name)]] }
    private func upsert(_ id: String, _ data: JSON) -> JSON {
        ["op": "upsert", "ref": ["system": "payroll", "id": .string(id)], "data": data]
    }

    /// Rows, audit entries, events and the last seq, for what must have left nothing.
    private func state(_ client: TestClient) async throws -> [String: [String]] { try DatabaseDump(client.directory).tables }

    @Test("Every collection that something is created in has a bulk, but those that issue secrets, run jobs or take personal data in hand")
    func everyCollection() throws {
        let reasons = [
            "/v1/tokens": "a secret is shown once, to whoever asked for it", "/v1/imports": "each is a job with files of its own",
            "/v1/webhook-endpoints": "a secret is shown once, to whoever asked for it",
            "/v1/files": "each is a body of its own", "/v1/calendar-feeds": "a secret is shown once, to whoever asked for it",
            "/v1/redactions": "each removes text for good, in every place", "/v1/subject-access-drafts": "each gathers all of one person",
            "/v1/request-messages": "what was said stays, and is said one at a time",
        ]
        let paths = try #require(JSON(parsing: Contract().json)["paths"]?.objectValue)
        let collections = paths.filter { $1["post"] != nil && paths[$0 + "/{id}"] != nil || paths[$0 + "/{id}"]?["patch"] != nil }.map(
            \.key)
        #expect(collections.count > 15)
        for collection in collections {
            let hasBulk = paths[collection + "/bulk"] != nil
            #expect(hasBulk == (reasons[collection] == nil), "\(collection)")
        }
    }

    @Test("Lines of all kinds are taken in their order, each seeing what those before it did")
    func mixed() async throws {
        let client = try await TestClient()
        let ada = try await client.addPerson("Ada Palmer")
        let tom = try await client.addPerson("Tom Wren")
        let answer = try await client.bulk(
            "/v1/people",
            [
                person("Nell Ash"), ["op": "update", "id": .string(ada), "ifMatch": "\"1\"", "data": ["jobTitle": "Head"]],
                ["op": "update", "id": .string(ada), "ifMatch": "\"2\"", "data": ["jobTitle": "Principal"]],
                ["op": "delete", "id": .string(tom), "ifMatch": "*"], upsert("1", ["name": "Ines Okafor"]),
                ["op": "update", "ref": ["system": "payroll", "id": "1"], "ifMatch": "\"1\"", "data": ["name": "Ines Okafor-Reed"]],
            ])
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.headers[.contentType] == "application/x-ndjson")
        #expect(answer.statuses == [201, 200, 200, 204, 201, 200])
        #expect(answer.lines.map { $0["line"]?.integerValue } == [1, 2, 3, 4, 5, 6])
        #expect(answer.lines.map { $0["etag"]?.stringValue } == ["\"1\"", "\"2\"", "\"3\"", nil, "\"1\"", "\"2\""])
        #expect(answer.id(4) == answer.id(5))
        let href = try #require(answer.lines.first?["href"]?.stringValue)
        #expect(try await client.get(href).json["name"] == "Nell Ash")
        #expect(try await client.get("/v1/people/\(ada)").json["jobTitle"] == "Principal")
        #expect(try await client.get("/v1/people/\(tom)").status == 404)
    }

    @Test("One bad line keeps everything from being applied, and every bad line is named")
    func atomic() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let before = try await state(client)
        let term: JSON = ["schoolId": .string(school), "stage": "repair", "startsOn": "2026-02-01", "endsOn": "2026-01-01"]
        let answer = try await client.bulk(
            "/v1/stages",
            [
                ["op": "create", "data": ["schoolId": .string(school), "stage": "repair", "startsOn": "2026-01-01"]],
                ["op": "create", "data": term],
                ["op": "create", "data": ["schoolId": .string(school), "stage": "nonsense", "startsOn": "2026-02-30", "a": 1]],
                ["op": "update", "id": "stg_01h455vb4pex5vsknk084sn02q", "ifMatch": "*", "data": ["rationale": "Why"]],
            ])
        #expect(answer.status == 422 && answer.code == "bulk-failed", "\(answer.text)")
        #expect(Set(answer.places) == ["/lines/2/data/endsOn", "/lines/3/data/startsOn", "/lines/3/data/a", "/lines/4"], "\(answer.text)")
        #expect(answer.json["detail"]?.stringValue?.hasPrefix("3 of 4 lines") == true)
        #expect(try await state(client) == before)
    }

    @Test("With mode=partial what is good is kept, and every line is told of, with the problem it would have had by itself")
    func partial() async throws {
        let client = try await TestClient()
        let ada = try await client.addPerson("Ada Palmer")
        let text = """
            {"op":"create","data":{"name":"One"}}
            {"op":"create","data":{"name":"Two","name":"Two"}}
            nonsense
            {"op":"replace","data":{}}
            {"op":"update","data":{"name":"X"}}
            {"op":"update","id":"\(ada)","data":{"name":"X"}}
            {"op":"update","id":"\(ada)","ifMatch":"\\"7\\"","data":{"name":"X"}}
            {"op":"update","id":"per_01h455vb4pex5vsknk084sn02q","ifMatch":"*","data":{"name":"X"}}
            {"op":"update","id":"\(ada)","ifMatch":"*","data":{"erasedAt":"2026-01-01T00:00:00.000Z","name":1}}
            {"op":"delete","id":"\(ada)","ifMatch":"*","data":{}}
            {"op":"create","id":"\(ada)","ifMatch":"*","data":{"name":"X"}}
            {"op":"upsert","data":{"name":"X"}}
            {"op":"delete","id":"\(ada)","ref":"\(ada)","ifMatch":"*"}
            [1]
            {"op":"create","data":{"name":"Last"}}
            """
        let answer = try await client.bulk("/v1/people", text: text, mode: "partial")
        #expect(answer.status == 207, "\(answer.text)")
        #expect(answer.statuses == [201, 400, 400, 422, 422, 428, 412, 404, 422, 422, 422, 422, 422, 422, 201], "\(answer.text)")
        let places = answer.lines.map { ($0["problem"]?["errors"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue } }
        #expect(places[3] == ["/op"] && places[4] == ["/id"] && places[8] == ["/data/name", "/data/erasedAt"], "\(places)")
        #expect(places[9] == ["/data"] && places[10] == ["/id", "/ifMatch"] && places[11] == ["/ref"] && places[12] == ["/ref"])
        #expect(answer.lines[6]["problem"]?["currentEtag"] == "\"1\"")
        #expect(answer.lines[6]["problem"]?["type"]?.stringValue == "https://localhost/problems/precondition-failed")
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 3)
        #expect(try await client.get("/v1/people/\(ada)").json["name"] == "Ada Palmer")
    }

    @Test("A file of upserts can be sent again and again: the same resources, and no new versions")
    func repeated() async throws {
        let client = try await TestClient()
        let lines = (1...20).map { upsert("\($0)", ["name": .string("Person \($0)"), "jobTitle": "Teacher"]) }
        let first = try await client.bulk("/v1/people", lines)
        #expect(first.statuses == Array(repeating: 201, count: 20), "\(first.text)")
        let before = try await state(client)
        let second = try await client.bulk("/v1/people", lines)
        #expect(second.statuses == Array(repeating: 200, count: 20), "\(second.text)")
        #expect(
            second.lines.map { $0["etag"] } == first.lines.map { $0["etag"] }
                && second.lines.map { $0["id"] } == first.lines.map { $0["id"] })
        #expect(try await state(client) == before)
        let third = try await client.bulk("/v1/people", [upsert("3", ["jobTitle": "Head", "externalRefs": []])])
        #expect(third.id(0) == first.id(2) && third.lines.first?["etag"] == "\"2\"")
        let stored = try await client.get("/v1/people/\(third.id(0).stringValue ?? "")").json
        #expect(stored["externalRefs"] == [["system": "payroll", "id": "3"]] && stored["name"] == "Person 3")
    }

    @Test("An upsert by natural key makes what isn't there, and refuses data that say otherwise")
    func naturalKey() async throws {
        let client = try await TestClient()
        let latin: JSON = ["op": "upsert", "ref": "subjects:latin", "data": ["list": "subjects", "code": "latin", "label": "Latin"]]
        #expect(try await client.bulk("/v1/code-items", [latin, latin]).statuses == [201, 200])
        let other: JSON = ["op": "upsert", "ref": "subjects:greek", "data": ["list": "subjects", "code": "attic", "label": "Greek"]]
        let refused = try await client.bulk("/v1/code-items", [other])
        #expect(refused.status == 422 && refused.places == ["/lines/1/ref"], "\(refused.text)")
        let byReference = try await client.bulk("/v1/code-items", [upsert("1", ["list": "subjects", "code": "greek", "label": "Greek"])])
        #expect(byReference.status == 422 && byReference.places == ["/lines/1/ref"], "\(byReference.text)")
        let gone = try await client.bulk(
            "/v1/code-items",
            [["op": "delete", "id": "subjects:latin", "ifMatch": "*"], ["op": "delete", "ref": "subjects:latin", "ifMatch": "*"]],
            mode: "partial")
        #expect(gone.statuses == [204, 404], "\(gone.text)")
    }

    @Test("An upsert with ifMatch changes only what is there and as it is named")
    func conditionalUpsert() async throws {
        let client = try await TestClient()
        func line(_ tag: String) -> JSON {
            ["op": "upsert", "ref": ["system": "payroll", "id": "1"], "ifMatch": .string(tag), "data": ["name": "Ada"]]
        }
        #expect(try await client.bulk("/v1/people", [line("*")], mode: "partial").statuses == [404])
        _ = try await client.bulk("/v1/people", [upsert("1", ["name": "Ada Palmer"])])
        #expect(
            try await client.bulk("/v1/people", [line("\"9\""), line("W/\"1\""), line("\"1\"")], mode: "partial").statuses == [
                412, 412, 200,
            ])
    }

    @Test("Schools are changed by their URN and never made or deleted")
    func schools() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let answer = try await client.bulk(
            "/v1/schools",
            [
                ["op": "upsert", "ref": "urn:100025", "data": ["vision": "Care"]],
                ["op": "update", "ref": "urn:100025", "ifMatch": "\"2\"", "data": ["shortName": "Acorn"]],
                ["op": "upsert", "ref": "urn:100026", "data": ["vision": "Care"]], ["op": "create", "data": ["vision": "Care"]],
                ["op": "delete", "id": .string(school), "ifMatch": "*"],
                ["op": "update", "id": .string(school), "ifMatch": "*", "data": ["name": "Mine"]],
                upsert("12", ["vision": "Care"]),
            ], mode: "partial")
        #expect(answer.statuses == [200, 200, 404, 422, 422, 422, 404], "\(answer.text)")
        #expect(answer.id(0) == .string(school))
    }

    @Test("Each line needs the right the single operation needs, and tells nobody of what they may not see")
    func rights() async throws {
        let client = try await TestClient()
        let (mine, others) = (try await client.addSchool(urn: "100025").id, try await client.addSchool(urn: "100026").id)
        func day(_ school: String) -> JSON {
            ["op": "create", "data": ["schoolId": .string(school), "kind": "inset", "startsOn": "2026-09-01", "endsOn": "2026-09-01"]]
        }
        let token = try await client.token(scopes: ["calendars:read", "calendars:write"], schoolIds: [mine])
        let answer = try await client.bulk("/v1/calendar-days", [day(mine), day(others)], mode: "partial", token: token)
        #expect(answer.statuses == [201, 403], "\(answer.text)")
        #expect(try await client.bulk("/v1/people", [person("X")], token: token).status == 403)

        // Who governs one school writes absences there, and doesn't see those of another.
        let head = try await client.appoint(.headteacher, at: others)
        let absence = try await client.add(
            "/v1/absences", ["schoolId": .string(others), "personId": .string(head), "startsOn": "2026-01-01"])
        let chair = try await client.token(of: client.appoint(.chairOfGovernors, at: mine))
        let hidden = try await client.bulk(
            "/v1/absences",
            [
                ["op": "update", "id": .string(absence), "ifMatch": "*", "data": ["nonsense": 1]],
                ["op": "delete", "id": .string(absence), "ifMatch": "\"9\""],
            ], mode: "partial", token: chair)
        #expect(hidden.statuses == [404, 404], "\(hidden.text)")
    }

    @Test("What belongs to a school that has left stays as it is")
    func left() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let stage = try await client.add("/v1/stages", ["schoolId": .string(school), "stage": "repair", "startsOn": "2020-01-01"])
        _ = try await client.add("/v1/memberships", ["schoolId": .string(school), "startsOn": "2019-01-01", "endsOn": "2021-01-01"])
        let answer = try await client.bulk(
            "/v1/stages",
            [
                ["op": "update", "id": .string(stage), "ifMatch": "*", "data": ["rationale": "Late"]],
                ["op": "delete", "id": .string(stage), "ifMatch": "*"],
                ["op": "create", "data": ["schoolId": .string(school), "stage": "improve", "startsOn": "2020-06-01"]],
            ], mode: "partial")
        #expect(answer.problemCodes == ["conflict", "conflict", "conflict"], "\(answer.text)")
    }

    @Test("A dry run answers the same and leaves nothing, in both modes")
    func dryRun() async throws {
        let client = try await TestClient()
        let before = try await state(client)
        for mode in ["atomic", "partial"] {
            let lines = [upsert("1", ["name": "Ada"]), upsert("1", ["name": "Ada Palmer"])] + (mode == "partial" ? [person("")] : [])
            let answer = try await client.bulk("/v1/people", lines, mode: mode, dryRun: true)
            #expect(answer.statuses == [201, 200] + (mode == "partial" ? [422] : []), "\(answer.text)")
            #expect(answer.headers[HTTPField.Name("Dry-Run")!] == "true")
        }
        #expect(try await client.bulk("/v1/people", [person("")], dryRun: true).status == 422)
        #expect(try await state(client) == before)
    }

    @Test("Too many lines, too long a one and too much altogether are 413 before anything is written, and leave no file")
    func bounds() async throws {
        let client = try await TestClient()
        let before = try await state(client)
        let files = try FileManager.default.contentsOfDirectory(atPath: client.directory.path).sorted()
        let line = "{\"op\":\"create\",\"data\":{\"name\":\"A\"}}\n"
        let long = line + "{\"op\":\"create\",\"data\":{\"name\":\"" + String(repeating: "x", count: 1 << 20) + "\"}}"
        let much = String(repeating: line + String(repeating: " ", count: 500_000) + "\n", count: 68)
        for text in [String(repeating: line, count: 10_001), String(repeating: "\n", count: 10_001), long, much] {
            #expect(try await client.bulk("/v1/people", text: text).status == 413)
        }
        for text in ["", "\n\r\n  \n"] { #expect(try await client.bulk("/v1/people", text: text).status == 400) }
        #expect(try await state(client) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: client.directory.path).sorted() == files)
    }

    @Test("Blank lines are counted and left out; CRLF and a last line without end are good")
    func lineEnds() async throws {
        let client = try await TestClient()
        let text = "\n{\"op\":\"create\",\"data\":{\"name\":\"A\"}}\r\n\r\n   \n{\"op\":\"create\",\"data\":{\"name\":\"B\"}}"
        let answer = try await client.bulk("/v1/people", text: text)
        #expect(answer.lines.map { $0["line"]?.integerValue } == [2, 5], "\(answer.text)")
    }

    @Test("If-Match of the request is about none of the lines")
    func requestPrecondition() async throws {
        let client = try await TestClient()
        let ada = try await client.addPerson()
        let line: JSON = ["op": "update", "id": .string(ada), "ifMatch": "\"1\"", "data": ["name": "Ada"]]
        let answer = try await client.send(
            .post, "/v1/people/bulk", body: line.bytes, headers: ["Content-Type": "application/x-ndjson", "If-Match": "\"9\""])
        #expect(answer.statuses == [200], "\(answer.text)")
    }

    @Test("Errors are listed up to a bound, of one line and of all")
    func manyErrors() async throws {
        let client = try await TestClient()
        let members = (0..<100).map { "\"m\($0)\":1" }.joined(separator: ",")
        let line = "{\"op\":\"create\",\"data\":{\(members)}}"
        let answer = try await client.bulk("/v1/people", text: Array(repeating: line, count: 100).joined(separator: "\n"))
        #expect(answer.places.count == 1_000 && answer.places.last?.hasPrefix("/lines/50/") == true)
        #expect(answer.json["detail"]?.stringValue?.hasPrefix("100 of 100 lines") == true)
    }

    @Test("Sent again with its Idempotency-Key it is answered as before, and done once")
    func repeatedKey() async throws {
        let client = try await TestClient()
        let line = person("Ada Palmer").bytes
        var answers: [TestAnswer] = []
        for _ in 1...2 {
            answers.append(
                try await client.send(
                    .post, "/v1/people/bulk?mode=partial", body: line + Array("\n[1]".utf8),
                    headers: ["Content-Type": "application/x-ndjson", "Idempotency-Key": "one"]))
        }
        #expect(answers[0].status == 207 && answers[1].status == 207)
        #expect(answers[0].bytes == answers[1].bytes && answers[1].headers[.contentType] == "application/x-ndjson")
        #expect(answers[1].headers[HTTPField.Name("Idempotency-Replayed")!] == "true")
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 1)
    }
}
