import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Testing

struct SchoolTests {
    @Test("A school is found by id, URN, UKPRN and local authority number, and answers with a strong tag")
    func read() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025") {
            $0.ukprn = "10078058"
            $0.laEstab = "2022775"
        }
        for key in [school.id, "urn:100025", "ukprn:10078058", "laestab:2022775", "laestab:202%2F2775"] {
            let answer = try await client.get("/v1/schools/\(key)")
            #expect(answer.status == 200)
            #expect(answer.json["id"] == .string(school.id))
            #expect(answer.etag == "\"1\"" && answer.json["etag"] == "\"1\"")
        }
    }

    @Test("Of several schools with one number the one in session answers", arguments: [School.Status.open, .openButProposedToClose])
    func sharedNumber(status: School.Status) async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100001") {
            $0.laEstab = "2022775"
            $0.status = .closed
        }
        let open = try await client.addSchool(urn: "100002") {
            $0.laEstab = "2022775"
            $0.status = status
        }
        #expect(try await client.get("/v1/schools/laestab:2022775").json["id"] == .string(open.id))
    }

    @Test(
        "What names no school is 404",
        arguments: [
            "urn:999999", "urn:12345", "urn:1234567", "URN:100025", "foo:100025", "100025", "sch_01h455vb4pex5vsknk084sn02q",
            "tok_01h455vb4pex5vsknk084sn02q", "SCH_01H455VB4PEX5VSKNK084SN02Q", "urn:100025%00", "urn:100025/", "%2e%2e",
        ])
    func absent(key: String) async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        #expect([400, 404].contains(try await client.get("/v1/schools/\(key)").status))
        #expect(try await client.get("/v1/schools/urn:100025").status == 200)
    }

    @Test("An unchanged school is 304, for its tag, for a list with it and for *")
    func notModified() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        for tags in ["\"1\"", "\"9\", \"1\"", "W/\"1\"", "*"] {
            let answer = try await client.get("/v1/schools/urn:100025", headers: ["If-None-Match": tags])
            #expect(answer.status == 304 && answer.bytes.isEmpty && answer.etag == "\"1\"")
        }
        #expect(try await client.get("/v1/schools/urn:100025", headers: ["If-None-Match": "\"2\""]).status == 200)
    }

    @Test("A patch changes what the school says of itself and counts the version up")
    func patch() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        let words: JSON = [
            "shortName": "Oak", "vision": "Every child.", "values": ["kind", "curious"], "context": "Inner city.",
            "distinctiveStrengths": ["music"], "externalRefs": [["system": "mis", "id": "42"]],
        ]
        let answer = try await client.patch("/v1/schools/urn:100025", words, ifMatch: "\"1\"")
        #expect(answer.status == 200 && answer.etag == "\"2\"")
        for (name, value) in words.objectValue ?? [:] { #expect(answer.json[name] == value) }
        let cleared = try await client.patch("/v1/schools/urn:100025", ["vision": .null, "values": .null, "externalRefs": .null])
        #expect(cleared.json["vision"] == .null && cleared.json["values"] == [] && cleared.json["externalRefs"] == [])
        #expect(cleared.json["context"] == "Inner city.")
    }

    @Test("A patch that changes nothing keeps the tag")
    func unchanged() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        _ = try await client.patch("/v1/schools/urn:100025", ["vision": "v"])
        let again = try await client.patch("/v1/schools/urn:100025", ["vision": "v"])
        #expect(again.status == 200 && again.etag == "\"2\"")
    }

    @Test("Without If-Match 428; stale 412 with the current tag and what changed since; weak never matches")
    func preconditions() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        _ = try await client.patch("/v1/schools/urn:100025", ["vision": "v", "context": "c"])
        #expect(try await client.patch("/v1/schools/urn:100025", ["vision": "w"], ifMatch: nil).status == 428)
        let stale = try await client.patch("/v1/schools/urn:100025", ["vision": "w"], ifMatch: "\"1\"")
        #expect(stale.status == 412 && stale.json["currentEtag"] == "\"2\"")
        #expect(Set(stale.json["changedMembers"]?.arrayValue ?? []) == ["vision", "context"])
        #expect(try await client.patch("/v1/schools/urn:100025", ["vision": "w"], ifMatch: "W/\"2\"").status == 412)
        #expect(try await client.get("/v1/schools/urn:100025").json["vision"] == "v")
    }

    @Test("The precondition is told before the body: a stale tag with an invalid body is 412, also with a broken one")
    func order() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        #expect(try await client.patch("/v1/schools/urn:100025", ["vision": 5], ifMatch: "\"9\"").status == 412)
        #expect(
            try await client.send(.patch, "/v1/schools/urn:100025", body: Array("{".utf8), headers: ["If-Match": "\"9\""]).status == 412)
        #expect(try await client.patch("/v1/schools/urn:999999", ["vision": 5], ifMatch: "\"9\"").status == 404)
        let type = ["If-Match": "\"9\"", "Content-Type": "text/plain"]
        #expect(try await client.send(.patch, "/v1/schools/urn:100025", body: [1], headers: type).status == 415)
    }

    @Test("Members of the register are refused by name when they differ, accepted when repeated")
    func readOnly() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let refused = try await client.patch("/v1/schools/urn:100025", ["name": "Other", "pupils": 5, "vision": "v", "id": "sch_x"])
        #expect(refused.status == 422 && refused.code == "validation-failed")
        #expect(Set(refused.places) == ["/name", "/pupils", "/id"])
        #expect(refused.json["errors"]?.arrayValue?.allSatisfy { $0["code"] == "read-only" } == true)
        let repeated = try await client.patch("/v1/schools/urn:100025", ["name": .string(school.name), "pupils": .null, "vision": "v"])
        #expect(repeated.status == 200)
    }

    @Test("All errors of a body come at once, each with its pointer")
    func allErrors() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        let answer = try await client.patch(
            "/v1/schools/urn:100025",
            ["vision": 5, "values": ["", "ok", 7], "nonsense": 1, "externalRefs": [["system": "a"]], "shortName": "a\u{0}b"])
        #expect(answer.status == 422)
        #expect(Set(answer.places) == ["/vision", "/values/0", "/values/2", "/nonsense", "/externalRefs/0/id", "/shortName"])
    }

    @Test(
        "What isn't JSON as we take it is 400 with line and column",
        arguments: [
            "", "{", "{\"vision\":1,\"vision\":2}", "{\"vision\":NaN}", "{} {}", "{\"vision\":\"\\ud800\"}",
            String(repeating: "[", count: 65),
        ])
    func malformed(body: String) async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        let answer = try await client.send(.patch, "/v1/schools/urn:100025", body: Array(body.utf8), headers: ["If-Match": "*"])
        #expect(answer.status == 400, "\(answer.text)")
    }

    @Test("An external reference belongs to one school")
    func externalRefs() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        try await client.addSchool(urn: "100026")
        let reference: JSON = ["externalRefs": [["system": "mis", "id": "42"]]]
        #expect(try await client.patch("/v1/schools/urn:100025", reference).status == 200)
        let taken = try await client.patch("/v1/schools/urn:100026", reference)
        #expect(taken.status == 409 && taken.code == "duplicate")
        #expect(try await client.patch("/v1/schools/urn:100025", ["externalRefs": []]).status == 200)
        #expect(try await client.patch("/v1/schools/urn:100026", reference).status == 200)
    }

    @Test("A dry run answers the same and leaves nothing")
    func dryRun() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        let before = try await client.store.read { try $0.lastSeq() }
        let answer = try await client.patch("/v1/schools/urn:100025?dryRun=true", ["vision": "v"], ifMatch: "\"1\"")
        #expect(answer.status == 200 && answer.json["vision"] == "v" && answer.json["etag"] == "\"2\"")
        #expect(answer.headers[HTTPField.Name("Dry-Run")!] == "true")
        #expect(try await client.get("/v1/schools/urn:100025").json["vision"] == .null)
        #expect(try await client.store.read { try $0.lastSeq() } == before)
        #expect(try await client.patch("/v1/schools/urn:100025?dryRun=true", ["vision": 5]).status == 422)
    }

    @Test("A token bound to another school finds it nowhere, one without the scope may not")
    func authority() async throws {
        let client = try await TestClient()
        let own = try await client.addSchool(urn: "100025")
        try await client.addSchool(urn: "100026")
        let bound = try await client.token(scopes: ["schools:read", "schools:write"], schoolIds: [own.id])
        #expect(try await client.patch("/v1/schools/urn:100025", token: bound, ["vision": "v"]).status == 200)
        #expect(try await client.get("/v1/schools/urn:100026", token: bound).status == 404)
        #expect(try await client.patch("/v1/schools/urn:100026", token: bound, ["vision": "v"]).status == 404)
        let reader = try await client.token(scopes: ["schools:read"])
        #expect(try await client.patch("/v1/schools/urn:100025", token: reader, ["vision": "v"]).status == 403)
        let other = try await client.token(scopes: ["trust:read"])
        #expect(try await client.get("/v1/schools/urn:100025", token: other).status == 403)
        #expect(try await client.get("/v1/schools", token: other).status == 403)
    }

    @Test("Fifty changes with the same tag: one wins, the others are 412")
    func race() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await client.patch("/v1/schools/urn:100025", ["vision": .string("\(number)")], ifMatch: "\"1\"").status
                }
            }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(statuses == [200: 1, 412: 49])
        #expect(try await client.get("/v1/schools/urn:100025").etag == "\"2\"")
    }

    @Test("A look-up answers each identifier in order, with null for what isn't there and the others of a shared number")
    func lookup() async throws {
        let client = try await TestClient()
        let closed = try await client.addSchool(urn: "100001") {
            $0.laEstab = "2022775"
            $0.status = .closed
        }
        let open = try await client.addSchool(urn: "100002") { $0.laEstab = "2022775" }
        let answer = try await client.post(
            "/v1/schools/lookup", ["identifiers": ["laestab:202/2775", "urn:999999", .string(closed.id), "nonsense"]])
        let items = answer.json["items"]?.arrayValue ?? []
        #expect(items.map { $0["school"]?["id"] } == [.string(open.id), nil, .string(closed.id), nil])
        #expect(items[0]["alternatives"] == [.string(closed.id)])
        #expect(items.map { $0["identifier"] } == ["laestab:202/2775", "urn:999999", .string(closed.id), "nonsense"])
        let many = JSON.array((0..<501).map { .string("urn:\(100000 + $0)") })
        #expect(try await client.post("/v1/schools/lookup", ["identifiers": many]).status == 422)
        #expect(try await client.post("/v1/schools/lookup", ["identifiers": []]).status == 422)
    }

    @Test("Members that aren't the caller's to change are named together with what breaks the schema")
    func readOnlyToo() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let answer = try await client.patch("/v1/schools/\(school.id)", ["vision": 1, "name": "Other", "urn": "100025", "zz": 1])
        #expect(answer.status == 422 && Set(answer.places) == ["/vision", "/name", "/zz"], "\(answer.text)")
        let trust = try await client.patch("/v1/trust", ["name": "", "createdAt": "2001-01-01T00:00:00Z"])
        #expect(trust.status == 422 && Set(trust.places) == ["/name", "/createdAt"], "\(trust.text)")
        let person = try await client.addPerson()
        let plain = try await client.patch("/v1/people/\(person)", token: client.integration, ["name": 1, "id": "per_x"])
        #expect(plain.status == 422 && Set(plain.places) == ["/name", "/id"], "\(plain.text)")
    }
}
