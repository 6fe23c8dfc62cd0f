import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

/// Requests sent again under the same `Idempotency-Key`.
struct RepeatedRequestTests {
    private static let replayed = HTTPField.Name("Idempotency-Replayed")!

    private func post(
        _ path: String, _ json: JSON?, key: String, _ client: TestClient, token: String? = nil
    ) async throws -> TestAnswer {
        try await client.send(.post, path, token: token ?? client.integration, json: json, headers: ["Idempotency-Key": key])
    }

    private func count(_ path: String, _ client: TestClient) async throws -> JSON? {
        try await client.get(path + "?count=exact", token: client.integration).json["total"]
    }

    /// Sending a delivery once more takes one that was made; its own test makes it. A file that is sent again is another file with the same bytes.
    static let writes = OperationTests.all.filter {
        [.post, .patch].contains($0.method) && !["resendWebhookDelivery", "uploadFile"].contains($0.id)
    }

    /// Bodies of what is neither made as ``OperationTests/body(of:_:_:_:)`` says nor patched with nothing. nil for none.
    private static let bodies: [String: (type: String, text: String)?] = [
        "createPerson": ("application/json", #"{"name":"Eve Moss"}"#),
        "createToken": ("application/json", #"{"name":"New","scopes":["schools:read"]}"#),
        "pauseWebhookEndpoint": nil, "resumeWebhookEndpoint": nil, "rotateWebhookSecret": nil, "pingWebhookEndpoint": nil,
        "replayWebhookEndpoint": ("application/json", #"{"fromSeq":1}"#),
        "rotateToken": ("application/json", "{}"), "revokeToken": nil,
        "lookupSchools": ("application/json", #"{"identifiers":["urn:100025"]}"#),
        "importPeople": ("text/csv", "name,workEmail\nAda Palmer,ada@b.example\n"),
        "importCatalogue": ("application/yaml", "services: [{name: Letters, area: hr, team: People}]"),
        "importIndicators": ("text/csv", "school,measure,period,value,source\nurn:100025,attendance,2024-25,94.5,DfE\n"),
        "importTermDates": ("application/json", CalendarFixture.termDates().bytes.text),
        "importBankHolidays": ("application/json", CalendarFixture.bankHolidays().bytes.text),
        "purgePersonalData": nil, "completeSubjectAccessDraft": nil,
        "createRedaction": ("application/json", #"{"resourceId":"HEAD","members":["jobTitle"],"reason":"Named somebody"}"#),
        "erasePerson": ("application/json", #"{"reason":"They asked"}"#),
        // Refused without its files, and so never kept.
        "startImport": nil,
    ]

    /// Where the operation is asked for: at something that lets it be carried out.
    private func path(_ operation: OperationTests.Operation, _ client: TestClient) async throws -> String {
        switch operation.id {
        case "rotateToken", "revokeToken":
            let id = try await client.add("/v1/tokens", ["name": "Theirs", "scopes": ["schools:read"]])
            return operation.path.replacing("{id}", with: id)
        case "erasePerson":
            let id = try await client.addPerson()
            client.clock.set("2099-01-01T00:00:00Z")
            return operation.path.replacing("{id}", with: id)
        default: return try await OperationTests().present(operation, client)
        }
    }

    private func body(
        _ operation: OperationTests.Operation, at path: String, _ client: TestClient
    ) async throws -> (type: String, bytes: [UInt8])? {
        if let body = try await client.prepareAction(operation, at: path) { return body.map { ("application/json", $0.bytes) } }
        if let sample = Self.bodies[operation.id] {
            let head = try await client.addPerson()
            return sample.map { ($0.type, Array($0.text.replacing("HEAD", with: head).utf8)) }
        }
        if operation.method == .patch { return ("application/merge-patch+json", Array("{}".utf8)) }
        if operation.path.hasSuffix("/bulk") {
            return ("application/x-ndjson", try await client.bulkLine(for: String(operation.path.dropLast("/bulk".count))).bytes)
        }
        let school = try await client.addSchool(urn: "100099").id
        let head = try await client.appoint(.headteacher, at: school)
        return try await ("application/json", OperationTests.body(of: operation.path, school, head, client).bytes)
    }

    @Test("Each POST and PATCH sent again answers as before, and is carried out once", arguments: writes)
    func again(operation: OperationTests.Operation) async throws {
        let client = try await TestClient()
        if operation.id == "importIndicators" { try await client.addSchool(urn: "100025") }
        let path = try await path(operation, client)
        let body = try await body(operation, at: path, client)
        let caller = try await client.caller(of: operation)
        var headers = ["Idempotency-Key": "\"once\""]
        headers["Content-Type"] = body?.type
        if operation.method == .patch { headers["If-Match"] = "*" }

        func send() async throws -> TestAnswer {
            try await client.send(operation.method, path, token: caller, body: body?.bytes, headers: headers)
        }
        let first = try await send()
        guard operation.id != "startImport" else {
            #expect(first.status == 409)
            #expect(try await send().headers[Self.replayed] == nil)
            return
        }
        #expect((200...299).contains(first.status) && first.headers[Self.replayed] == nil, "\(first.text)")
        guard operation.id != "lookupSchools" else {
            // Writes nothing, so there is nothing to be done twice.
            #expect(try await send().headers[Self.replayed] == nil)
            return
        }
        let seq = try await client.store.read { try $0.lastSeq() }
        let second = try await send()
        #expect(second.status == first.status && second.headers[Self.replayed] == "true", "\(second.text)")
        #expect(second.headers[.eTag] == first.headers[.eTag] && second.headers[.location] == first.headers[.location])
        #expect(
            second.headers[.contentType] == first.headers[.contentType] && second.headers[.cacheControl] == first.headers[.cacheControl])
        if operation.id == "createToken" || operation.id == "rotateToken" {
            #expect(first.json["token"]?.stringValue?.hasPrefix("ptn_") == true && second.json["token"] == .null)
        } else if operation.id == "createWebhookEndpoint" || operation.id == "rotateWebhookSecret" {
            #expect(first.json["secret"]?.stringValue?.hasPrefix("whsec_") == true && second.json["secret"] == .null)
        } else if operation.id == "createCalendarFeed" {
            #expect(first.json.text("url").contains("key=") && second.json["url"] == .null)
        } else {
            #expect(second.text == first.text)
        }
        #expect(try await client.store.read { try $0.lastSeq() } == seq)
    }

    @Test("The same key with another body or query is refused; by somebody else or elsewhere it is another key")
    func scope() async throws {
        let client = try await TestClient()
        let first = try await post("/v1/people", ["name": "Ada"], key: "k", client)
        #expect(first.status == 201)
        for refused in [
            try await post("/v1/people", ["name": "Eve"], key: "k", client),
            try await post("/v1/people?dryRun=false", ["name": "Ada"], key: "k", client),
            try await post("/v1/people", ["nonsense": 1], key: "k", client),
        ] {
            #expect(refused.status == 422 && refused.code == "idempotency-key-reused", "\(refused.text)")
        }
        #expect(try await post("/v1/people", ["name": "Ada"], key: "\"k\"", client).headers[Self.replayed] == "true")
        #expect(try await post("/v1/people", ["name": "Eve"], key: "k", client, token: client.admin).status == 201)
        #expect(try await post("/v1/code-items", ["list": "subjects", "code": "latin", "label": "L"], key: "k", client).status == 201)
        #expect(try await count("/v1/people", client) == 2)
    }

    @Test("A malformed key is refused by name; where a key means nothing it is ignored")
    func malformed() async throws {
        let client = try await TestClient()
        let refused = try await post("/v1/people", ["name": "Ada"], key: "a b", client)
        #expect(refused.status == 400 && refused.places == ["Idempotency-Key"], "\(refused.text)")
        #expect(try await client.get("/v1/me", headers: ["Idempotency-Key": "a b"]).status == 200)
    }

    @Test("A refusal is not kept: mended, the same key works")
    func refusals() async throws {
        let client = try await TestClient()
        #expect(try await post("/v1/people", ["name": ""], key: "k", client).status == 422)
        #expect(try await post("/v1/people", ["name": "Ada"], key: "k", client).status == 201)
    }

    @Test("A dry run neither finds a kept answer nor leaves one")
    func dryRun() async throws {
        let client = try await TestClient()
        let dry = try await post("/v1/people?dryRun=true", ["name": "Ada"], key: "k", client)
        #expect(dry.status == 201 && dry.headers[HTTPField.Name("Dry-Run")!] == "true")
        #expect(try await post("/v1/people", ["name": "Eve"], key: "k", client).status == 201)
        #expect(try await post("/v1/people?dryRun=true", ["name": "Ada"], key: "k", client).headers[Self.replayed] == nil)
        #expect(try await count("/v1/people", client) == 1)
    }

    @Test("A change made once is answered as before even when the tag it was based on is stale by then")
    func staleTag() async throws {
        let client = try await TestClient()
        let id = try await client.addPerson()
        let headers = ["Idempotency-Key": "k", "If-Match": "\"1\""]
        let path = "/v1/people/\(id)"
        let body: JSON = ["jobTitle": "Head"]
        #expect(try await client.send(.patch, path, json: body, headers: headers).etag == "\"2\"")
        #expect(try await client.patch(path, ["jobTitle": "Teacher"]).status == 200)
        let again = try await client.send(.patch, path, json: body, headers: headers)
        #expect(again.status == 200 && again.etag == "\"2\"" && again.json["jobTitle"] == "Head", "\(again.text)")
        #expect(try await client.get(path).json["jobTitle"] == "Teacher")
    }

    @Test("Fifty at once with one key make one row, and all are answered alike")
    func together() async throws {
        let client = try await TestClient()
        let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
            for _ in 0..<50 { group.addTask { try await post("/v1/people", ["name": "Ada"], key: "k", client) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 201 })
        #expect(Set(answers.map(\.text)).count == 1)
        #expect(answers.count { $0.headers[Self.replayed] == nil } == 1)
        #expect(try await count("/v1/people", client) == 1)
    }

    @Test("After 72 hours a key is new again, and what was kept is removed")
    func expiry() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-01T00:00:00Z")
        #expect(try await post("/v1/people", ["name": "Ada"], key: "k", client).status == 201)
        client.clock.set("2026-11-03T23:59:59Z")
        #expect(try await post("/v1/people", ["name": "Ada"], key: "k", client).headers[Self.replayed] == "true")
        client.clock.set("2026-11-04T00:00:01Z")
        try await client.services.keptAnswers.removeExpired()
        let fresh = try await post("/v1/people", ["name": "Eve"], key: "k", client)
        #expect(fresh.status == 201 && fresh.headers[Self.replayed] == nil, "\(fresh.text)")
        client.clock.set("2026-12-01T00:00:00Z")
        #expect(try await post("/v1/people", ["name": "Ada"], key: "k", client).headers[Self.replayed] == nil)
    }

    @Test("Once anything is redacted or erased, no kept answer says anything but that it was done, and where")
    func erased() async throws {
        let client = try await TestClient()
        let body: JSON = ["name": "Ada Palmer", "jobTitle": "Spy"]
        let id = try #require(try await post("/v1/people", body, key: "k", client).json["id"]?.stringValue)
        let officer = try await client.officer()
        let redaction: JSON = ["resourceId": .string(id), "members": ["jobTitle"], "reason": "Wrong"]
        #expect(try await client.post("/v1/redactions", token: officer, redaction).status == 201)
        func isEmptied(_ status: Int) async throws {
            let again = try await post("/v1/people", body, key: "k", client)
            #expect(again.status == status && again.bytes.isEmpty && again.headers[.location] == "/v1/people/\(id)")
            #expect(again.headers[HTTPField.Name("Repr-Digest")!] == nil && again.headers[.contentType] == nil)
        }
        try await isEmptied(201)
        let other = try await post("/v1/people", ["name": "Eve"], key: "l", client)
        client.clock.set("2099-01-01T00:00:00Z")
        #expect(try await post("/v1/people", ["name": "Eve"], key: "m", client).status == 201)
        #expect(try await client.send(.post, "/v1/people/\(id)/erase", token: officer, json: ["reason": "They asked"]).status == 200)
        let replayed = try await post("/v1/people", ["name": "Eve"], key: "m", client)
        #expect(replayed.status == 201 && replayed.bytes.isEmpty)
        #expect(other.status == 201)
    }

    @Test("An answer over the limit is replayed as status, place and digest")
    func long() {
        let body = [UInt8](repeating: 0x61, count: KeptAnswer.maximumBody + 1)
        let answer = KeptAnswer(status: 200, etag: nil, location: nil, contentType: "text/plain", body: body)
        #expect(answer.body == nil && answer.reprDigest?.hasPrefix("sha-256=:") == true)
        #expect(KeptAnswer(status: 200, etag: nil, location: nil, contentType: "text/plain", body: body.dropLast()).body?.count == 1 << 20)
    }

    @Test("Who may no longer see what was answered learns that it was done, and no more")
    func noLongerVisible() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let head = try await client.appoint(.headteacher, at: school)
        let token = try await client.token(of: head)
        let absent: JSON = ["personId": .string(head), "schoolId": .string(school), "startsOn": "2026-01-01"]
        let first = try await post("/v1/absences", absent, key: "k", client, token: token)
        #expect(first.status == 201, "\(first.text)")
        #expect(try await post("/v1/absences", absent, key: "k", client, token: token).text == first.text)
        let appointment =
            try await client.get("/v1/appointments?personId=\(head)").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.patch("/v1/appointments/\(appointment)", ["role": "teacher", "isLead": false]).status == 200)
        let again = try await post("/v1/absences", absent, key: "k", client, token: token)
        #expect(again.bytes.isEmpty || again.status == 403, "\(again.text)")
    }

    @Test("The same change based on another version is another request")
    func otherTag() async throws {
        let client = try await TestClient()
        let path = "/v1/people/\(try await client.addPerson())"
        func change(_ tag: String) async throws -> TestAnswer {
            try await client.send(.patch, path, json: ["jobTitle": "Head"], headers: ["Idempotency-Key": "k", "If-Match": tag])
        }
        #expect(try await change("\"1\"").status == 200)
        #expect(try await change("\"2\"").code == "idempotency-key-reused")
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
