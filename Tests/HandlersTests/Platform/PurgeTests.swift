import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

struct PurgeTests {
    private func item(_ answer: TestAnswer, _ type: String) -> JSON? {
        answer.json["items"]?.arrayValue?.first { $0["recordType"] == .string(type) }
    }

    private func ids(_ answer: TestAnswer, _ type: String) -> [String] {
        item(answer, type)?["ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private func appoint(_ person: String, _ school: String, _ starts: String, _ ends: JSON, _ client: TestClient) async throws -> String {
        try await client.add(
            "/v1/appointments",
            ["personId": .string(person), "schoolId": .string(school), "role": "teacher", "startsOn": .string(starts), "endsOn": ends])
    }

    @Test("A dry run says what is past its period and leaves nothing at all; the purge then removes exactly that; a second finds nothing")
    func purge() async throws {
        let client = try await TestClient(startingAt: "2013-01-01T12:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let (leaver, stayer) = (try await client.addPerson("Quillon"), try await client.addPerson("Bo"))
        let longAgo = try await appoint(leaver, school, "2013-01-01", "2015-08-31", client)
        let before = try await appoint(stayer, school, "2013-01-01", "2015-08-31", client)
        let now = try await appoint(stayer, school, "2015-09-01", .null, client)
        let absence = try await client.add(
            "/v1/absences",
            [
                "personId": .string(try await client.appoint(.headteacher, at: school, name: "Head")), "schoolId": .string(school),
                "startsOn": "2020-02-03", "endsOn": "2020-02-07",
            ])
        let token = try await client.post("/v1/tokens", ["name": "x", "scopes": ["schools:read"]]).json["id"]?.stringValue ?? ""
        _ = try await client.post("/v1/tokens/\(token)/revoke")
        client.clock.set("2026-11-24T12:00:00Z")
        let officer = try await client.officer()

        let seq = try await client.get("/v1/people").json["seq"]
        let dry = try await client.post("/v1/personal-data/purge?dryRun=true", token: officer)
        #expect(dry.status == 200 && dry.json["day"] == "2026-11-24")
        #expect(dry.headers[try #require(HTTPField.Name("Dry-Run"))] == "true")
        #expect(ids(dry, "person") == [leaver])
        #expect(Set(ids(dry, "appointment")) == [longAgo, before])
        #expect(ids(dry, "absence") == [absence] && ids(dry, "apiToken") == [token])
        #expect(item(dry, "appointment")?["endedOnOrBefore"] == "2020-11-23")
        #expect(item(dry, "school") == nil)
        #expect(try await client.get("/v1/people").json["seq"] == seq)

        let real = try await client.post("/v1/personal-data/purge", token: officer)
        for type in ["person", "appointment", "absence", "apiToken", "importJob", "stage", "subjectAccessDraft"] {
            #expect(item(real, type) == item(dry, type), "\(type)")
        }
        #expect(try await client.get("/v1/people/\(leaver)").json["erasedAt"] != .null)
        #expect(try await client.get("/v1/people/\(stayer)").json["name"] == "Bo")
        for id in [longAgo, before] { #expect(try await client.get("/v1/appointments/\(id)").status == 404) }
        #expect(try await client.get("/v1/appointments/\(now)").status == 200)
        #expect(try await client.get("/v1/tokens/\(token)").status == 404)

        let again = try await client.post("/v1/personal-data/purge", token: officer)
        #expect(again.json["items"]?.arrayValue?.allSatisfy { $0["count"] == 0 } == true, "\(again.text)")
        #expect(try client.store.readNow { try $0.verifyChain() } == [])
    }

    @Test("A person's last appointment stays as long as the person, however short its own period is")
    func lastAppointment() async throws {
        let client = try await TestClient(startingAt: "2020-01-01T12:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.addPerson()
        let first = try await appoint(person, school, "2013-01-01", "2015-08-31", client)
        let last = try await appoint(person, school, "2015-09-01", "2022-08-31", client)
        client.clock.set("2026-11-24T12:00:00Z")
        _ = try await client.patch("/v1/retention-rules/appointment", token: client.integration, ["months": 12])
        let purged = try await client.post("/v1/personal-data/purge", token: client.integration)
        #expect(ids(purged, "appointment") == [first] && ids(purged, "person") == [])
        #expect(try await client.get("/v1/appointments/\(last)").status == 200)
        client.clock.set("2028-09-01T12:00:00Z")
        let later = try await client.post("/v1/personal-data/purge", token: client.integration)
        #expect(ids(later, "appointment") == [last] && ids(later, "person") == [person])
    }

    @Test("Somebody who was never appointed counts from the last change")
    func neverAppointed() async throws {
        let client = try await TestClient(startingAt: "2020-01-01T12:00:00Z")
        let person = try await client.addPerson()
        client.clock.set("2026-01-01T12:00:00Z")
        #expect(ids(try await client.post("/v1/personal-data/purge?dryRun=true", token: client.integration), "person") == [])
        client.clock.set("2026-01-02T12:00:00Z")
        #expect(ids(try await client.post("/v1/personal-data/purge?dryRun=true", token: client.integration), "person") == [person])
    }

    @Test("Old values of the audit trail go, newer ones stay, and that they went is recorded")
    func auditValues() async throws {
        let client = try await TestClient(startingAt: "2013-01-01T12:00:00Z")
        // What the first start wrote is out of the way.
        client.clock.set("2019-06-01T12:00:00Z")
        _ = try await client.post("/v1/personal-data/purge", token: client.integration)
        let rule = try await client.get("/v1/retention-rules/auditValue", token: client.integration).etag
        client.clock.set("2020-01-01T12:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        _ = try await client.patch("/v1/schools/\(school)", ["vision": "Old words"])
        client.clock.set("2026-01-02T12:00:00Z")
        _ = try await client.patch("/v1/schools/\(school)", ["vision": "New words"])
        let purged = try await client.post("/v1/personal-data/purge", token: client.integration)
        #expect(item(purged, "auditValue")?["count"] == 2)
        let values = try await client.store.read { transaction in
            try transaction.auditEntries(of: .school, id: school).map { try transaction.auditEntry(id: $0)?["values"] ?? .null }
        }
        #expect(values[0] == [:] && values[1] == [:])
        #expect(values[2]["vision"]?["after"] == "New words")
        #expect(try client.store.readNow { try $0.verifyChain() } == [])
        let after = try await client.get("/v1/retention-rules/auditValue", token: client.integration).etag
        #expect(after != nil && after != rule)
    }

    @Test("More than a chunk is removed whole, and listed up to a hundred")
    func chunks() async throws {
        let client = try await TestClient(startingAt: "2020-01-01T12:00:00Z")
        for _ in 0..<3 {
            try await client.store.write(Call(actor: .system, requestId: "test")) { transaction in
                for _ in 0..<150 {
                    let now = JSON.string(transaction.now.description)
                    let person: JSON = [
                        "id": .string(ResourceType.person.makeID(at: transaction.now)), "name": "Quillon", "externalRefs": [],
                        "createdAt": now, "updatedAt": now, "etag": "\"1\"",
                    ]
                    try transaction.insert(JSONCodec.decode(Person.self, from: person))
                }
            }
        }
        client.clock.set("2026-11-24T12:00:00Z")
        let purged = try await client.post("/v1/personal-data/purge", token: client.integration)
        #expect(item(purged, "person")?["count"] == 450 && ids(purged, "person").count == PurgeReport.listLimit)
        #expect(try await client.get("/v1/people?name=Quillon&count=exact").json["total"] == 0)
    }

    @Test("What others still refer to waits for the purge after theirs")
    func referrers() async throws {
        let client = try await TestClient(startingAt: "2013-01-01T12:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let body: JSON = [
            "schoolId": .string(school), "kind": "areaForDevelopment", "area": "Reading", "narrative": "Few books.",
            "foundOn": "2012-10-01",
        ]
        let finding = try await client.add("/v1/findings", body)
        let need = try await client.post("/v1/findings/\(finding)/raise-need", ["title": "Help"]).json.text("id")
        client.clock.set("2026-11-24T12:00:00Z")
        let officer = try await client.officer()
        let first = try await client.post("/v1/personal-data/purge", token: officer)
        #expect(first.status == 200 && ids(first, "finding") == [] && ids(first, "need") == [need], "\(first.text)")
        let second = try await client.post("/v1/personal-data/purge", token: officer)
        #expect(ids(second, "finding") == [finding] && ids(second, "need") == [])
    }
}
