import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

/// What is a school's is written by those of the school, walked with the tokens of people.
@Suite("Schools' own records") struct SchoolsOwnRecordsTests {
    private struct Setting {
        let client: TestClient
        let school: String
        /// Tokens by who they are of.
        var callers: [String: String] = [:]
        /// Persons by who they are.
        var people: [String: String] = [:]
    }

    private func setting() async throws -> Setting {
        let client = try await TestClient()
        client.clock.set("2026-10-02T09:00:00Z")
        let (school, other) = (try await client.addMember(urn: "100031"), try await client.addMember(urn: "100032"))
        var setting = Setting(client: client, school: school)
        for role in [Role.headteacher, .deputyHeadteacher, .seniorLeader, .middleLeader, .teacher, .schoolOffice, .governor] {
            setting.people[role.rawValue] = try await client.appoint(role, at: school, name: role.rawValue)
        }
        setting.people["other head"] = try await client.appoint(.headteacher, at: other, name: "Other head")
        for role in [Role.improvementLead, .chiefExecutive, .trustee] {
            setting.people[role.rawValue] = try await client.appoint(role, name: role.rawValue)
        }
        for name in ["finance", "another"] {
            let person = try await client.addPerson(name)
            setting.people[name] = person
            _ = try await client.add(
                "/v1/appointments",
                ["personId": .string(person), "role": "specialist", "areas": ["finance"], "startsOn": "2020-01-01"])
        }
        let head = try await client.token(of: try #require(setting.people["headteacher"]))
        for chapter in [Chapter.education, .collaboration] {
            let person = try await client.addPerson("Delegate of \(chapter.rawValue)")
            setting.people[chapter.rawValue] = person
            let answer = try await client.post(
                "/v1/delegations", token: head,
                [
                    "schoolId": .string(school), "personId": .string(person), "chapter": .string(chapter.rawValue),
                    "startsOn": "2026-09-01",
                ])
            try #require(answer.status == 201, "\(answer.text)")
        }
        for (name, person) in setting.people { setting.callers[name] = try await client.token(of: person) }
        return setting
    }

    /// Who of them may do it: nobody else gets through.
    private func may(
        _ setting: Setting, _ allowed: Set<String>, _ what: String, _ attempt: (_ token: String) async throws -> TestAnswer
    ) async throws {
        for (caller, token) in setting.callers.sorted(by: { $0.key < $1.key }) {
            let answer = try await attempt(token)
            let isRefused = answer.status == 403 || answer.status == 404
            #expect(isRefused != allowed.contains(caller), "\(caller): \(what): \(answer.status) \(answer.text)")
        }
    }

    private func offer(_ members: JSON.Object) -> JSON {
        var body: JSON.Object = ["title": "Reading", "subject": "english", "daysPerTerm": 3, "startsOn": "2026-09-01"]
        body.merge(members) { $1 }
        return .object(body)
    }

    /// Everything that can be done to one offer, without a trace.
    private func walk(_ setting: Setting, _ body: JSON, _ allowed: Set<String>) async throws {
        let client = setting.client
        try await may(setting, allowed, "create") { try await client.post("/v1/offers?dryRun=true", token: $0, body) }
        let id = try await client.add("/v1/offers", body)
        let path = "/v1/offers/\(id)"
        try await may(setting, allowed, "update") { try await client.patch(path + "?dryRun=true", token: $0, ["title": "Books"]) }
        try await may(setting, allowed, "delete") { try await client.delete(path + "?dryRun=true", token: $0) }
        for action in ["pause", "withdraw"] {
            try await may(setting, allowed, action) {
                try await client.post("\(path)/\(action)?dryRun=true", token: $0, ["reason": "Full"])
            }
        }
        _ = try await client.post(path + "/pause", token: client.integration, ["reason": "Full"])
        try await may(setting, allowed, "resume") { try await client.post(path + "/resume?dryRun=true", token: $0) }
        for line in [
            ["op": "create", "data": body], ["op": "update", "id": .string(id), "ifMatch": "*", "data": ["title": "Books"]],
            ["op": "delete", "id": .string(id), "ifMatch": "*"],
        ] as [JSON] {
            for (caller, token) in setting.callers {
                let answer = try await client.bulk("/v1/offers", [line], mode: "partial", dryRun: true, token: token)
                // Whoever holds the permission nowhere is refused the whole of it.
                let isRefused = answer.status == 403 || answer.problemCodes == ["forbidden"]
                #expect(isRefused != allowed.contains(caller), "\(caller): \(line): \(answer.status) \(answer.text)")
            }
        }
    }

    @Test("An offer of a school is its lead's, whom they delegate education to, and of those who run improvement; no specialist's")
    func schoolsOffer() async throws {
        let setting = try await setting()
        let allowed: Set = ["headteacher", "education", "improvementLead", "chiefExecutive"]
        try await walk(setting, offer(["schoolId": .string(setting.school)]), allowed)
        // Named in it or not, a specialist doesn't write for a school.
        let named = offer(["schoolId": .string(setting.school), "personId": .string(setting.people["finance"] ?? "")])
        try await walk(setting, named, allowed)
    }

    @Test("A specialist writes their own offers and hands them to nobody; those of another are another's")
    func ownOffer() async throws {
        let setting = try await setting()
        let own = offer(["personId": .string(setting.people["finance"] ?? "")])
        try await walk(setting, own, ["finance", "improvementLead", "chiefExecutive"])
        let specialist = try #require(setting.callers["finance"])
        let made = try await setting.client.post("/v1/offers", token: specialist, own)
        try #require(made.status == 201, "\(made.text)")
        let path = "/v1/offers/\(made.json["id"]?.stringValue ?? "")"
        for other in ["another", "headteacher"] {
            let given = try await setting.client.patch(path, token: specialist, ["personId": .string(setting.people[other] ?? "")])
            #expect(given.status == 403, "\(given.text)")
        }
        #expect(try await setting.client.delete(path, token: specialist).status == 204)
    }

    @Test(
        "What a school adopts is its lead's to record, and whom they delegate collaboration to; nobody else's at the school or of the trust"
    )
    func adoptions() async throws {
        let setting = try await setting()
        let client = setting.client
        let allowed: Set = ["headteacher", "collaboration"]
        let body = try await OperationTests.body(of: "/v1/adoptions", setting.school, "", client)
        try await may(setting, allowed, "create") { try await client.post("/v1/adoptions?dryRun=true", token: $0, body) }
        let path = "/v1/adoptions/" + (try await client.add("/v1/adoptions", body))
        try await may(setting, allowed, "update") { try await client.patch(path + "?dryRun=true", token: $0, ["adaptation": "Shorter"]) }
        try await may(setting, allowed, "delete") { try await client.delete(path + "?dryRun=true", token: $0) }
    }

    /// What everybody with an appointment does in their own name, and what a specialist does for the business area.
    private static let theirs: Set<String> = [
        "self:read", "tokens:write", "files:write", "calendarFeeds:write", "comments:write", "supportRequests:write", "catalogue:write",
        "supportRequests:serve",
    ]

    /// Schools may hand the appointing of people to the central team, which so records somebody who works nowhere yet; what is of a school is refused row
    /// by row, see the tests of these imports.
    private static let ofNoSchool: Set<String> = ["createPerson", "bulkPeople", "importPeople", "importIndicators"]

    /// Refused since it names something that isn't there for the caller.
    private func namesWhatIsNotSeen(_ problem: JSON?) -> Bool {
        let codes = (problem?["errors"]?.arrayValue ?? []).compactMap { $0["code"]?.stringValue }
        return problem?["status"] == 422 && !codes.isEmpty && codes.allSatisfy { $0 == "not-found" }
    }

    private static let writing = OperationTests.guarded.filter { operation in
        guard ![.get, .head].contains(operation.method), let permission = operation.permission, !permission.hasSuffix(":read") else {
            return false
        }
        return !theirs.contains(permission) && !ofNoSchool.contains(operation.id)
    }

    @Test("Most operations write what is a school's")
    func most() { #expect(Self.writing.count > 100) }

    @Test("A finance specialist writes nothing of a school, by no operation of the contract", arguments: writing)
    func specialist(operation: OperationTests.Operation) async throws {
        let client = try await TestClient()
        let person = try await client.addPerson("finance")
        _ = try await client.add(
            "/v1/appointments",
            ["personId": .string(person), "role": "specialist", "areas": ["finance"], "startsOn": "2020-01-01"])
        let token = try await client.token(of: person)
        let path = try await OperationTests().present(operation, client)
        if operation.path.hasSuffix("/bulk") {
            let collection = String(path.dropLast("/bulk".count))
            let line = try await client.bulkLine(for: collection)
            let answer = try await client.bulk(collection, [line], mode: "partial", dryRun: true, token: token)
            #expect(
                answer.status == 403 || answer.problemCodes == ["forbidden"] || namesWhatIsNotSeen(answer.lines.first?["problem"]),
                "\(answer.text)")
            return
        }
        let isCreation = operation.method == .post && OperationTests.all.contains { $0.path == operation.path + "/{id}" }
        let school = try await client.addSchool(urn: "100033").id
        let head = try await client.appoint(.headteacher, at: school)
        let body: JSON? =
            isCreation ? try await OperationTests.body(of: operation.path, school, head, client) : operation.hasJSONBody ? [:] : nil
        let answer = try await client.send(operation.method, path, token: token, json: body, headers: ["If-Match": "*"], isChecked: false)
        #expect([403, 404].contains(answer.status) || namesWhatIsNotSeen(answer.json), "\(answer.status) \(answer.text)")
    }
}
