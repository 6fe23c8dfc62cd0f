import Core
import Domain
import Foundation
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

struct ErasureTests {
    /// Somebody whose appointment ended on a day, with a token.
    private func leaver(_ client: TestClient, endsOn: JSON = "2020-08-31") async throws -> (id: String, token: String, appointment: String)
    {
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.add(
            "/v1/people",
            [
                "name": "Quillon Featherstonehaugh", "workEmail": "quillon@fenmarch.example", "jobTitle": "Quillonologist",
                "externalRefs": [["system": "hr", "id": "quillon-77"]],
            ])
        let appointment = try await client.add(
            "/v1/appointments",
            ["personId": .string(person), "schoolId": .string(school), "role": "teacher", "startsOn": "2019-09-01", "endsOn": endsOn])
        let token = try await client.tokens.create(
            .init(name: "Quillon's phone", personId: person), Call(actor: .system, requestId: "test")
        ).secret
        return (person, token, appointment)
    }

    @Test("Erased, a person is a placeholder everywhere, their tokens end, and no byte of the files holds what was known of them")
    func erase() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-24T12:00:00Z")
        let (person, token, _) = try await leaver(client)
        _ = try await client.patch("/v1/people/\(person)", ["jobTitle": "Former quillonologist"])
        let officer = try await client.officer()
        let answer = try await client.post("/v1/people/\(person)/erase", token: officer, ["reason": "Asked for on 3 November"])
        #expect(answer.status == 200 && answer.json["name"] == .string("Erased person \(person.suffix(8))"))
        #expect(answer.json["workEmail"] == .null && answer.json["erasedAt"] == "2026-11-24T12:00:00.000Z" && answer.etag == "\"3\"")
        #expect(try await client.get("/v1/me", token: token).status == 401)
        #expect(try await client.get("/v1/people?q=quillon").json["items"] == [])
        #expect(
            try await client.get("/v1/appointments?expand=person&personId=\(person)").json["items"]?.arrayValue?.first?["person"]?["name"]
                == answer.json["name"])
        let trace = try await client.get("/v1/redactions?resourceId=\(person)", token: officer).json["items"]?.arrayValue?.first
        #expect(trace?["kind"] == "erasure" && trace?["reason"] == "Asked for on 3 November")
        #expect(try client.store.readNow { try $0.verifyChain() } == [])
        for suffix in ["", "-wal"] {
            let bytes = FileManager.default.contents(atPath: client.directory.path + "/partnership.db" + suffix) ?? Data()
            for word in ["Quillon", "quillon", "Featherstonehaugh", "featherstonehaugh"] {
                #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word) in \(suffix)")
            }
        }
        let again = try await client.post("/v1/people/\(person)/erase", token: officer, ["reason": "again"])
        #expect(again.status == 409)
    }

    @Test("Nothing is recorded any more of somebody who was erased")
    func afterwards() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-24T12:00:00Z")
        let (person, _, appointment) = try await leaver(client, endsOn: "2021-08-31")
        let school = try await client.get("/v1/appointments/\(appointment)").json["schoolId"] ?? .null
        #expect(try await client.post("/v1/people/\(person)/erase", token: client.officer(), ["reason": "r"]).status == 409)
        _ = try await client.patch("/v1/retention-rules/person", token: client.integration, ["months": 60])
        #expect(try await client.post("/v1/people/\(person)/erase", token: client.officer(), ["reason": "r"]).status == 200)
        #expect(try await client.patch("/v1/people/\(person)", ["name": "Back"]).status == 409)
        let body: JSON = ["personId": .string(person), "schoolId": school, "role": "teacher", "startsOn": "2026-09-01"]
        let refused = try await client.post("/v1/appointments", body)
        #expect(refused.status == 422 && refused.places == ["/personId"])
        #expect(try await client.post("/v1/tokens", ["name": "t", "personId": .string(person)]).places == ["/personId"])
    }

    @Test("While a rule holds it is refused, and says which record, which rule and until when")
    func held() async throws {
        let client = try await TestClient()
        client.clock.set("2026-08-31T12:00:00Z")
        let (person, _, appointment) = try await leaver(client)
        let officer = try await client.officer()
        func erase() async throws -> TestAnswer { try await client.post("/v1/people/\(person)/erase", token: officer, ["reason": "r"]) }
        let held = try await erase()
        #expect(held.status == 409 && held.json["detail"]?.stringValue?.contains("until 2026-08-31") == true, "\(held.text)")
        #expect(held.json["detail"]?.stringValue?.contains(appointment) == true)
        client.clock.set("2026-09-01T12:00:00Z")
        _ = try await client.patch("/v1/appointments/\(appointment)", ["endsOn": .null])
        #expect(try await erase().json["detail"]?.stringValue?.contains("no last day") == true)
        _ = try await client.patch("/v1/appointments/\(appointment)", ["endsOn": "2020-08-31"])
        #expect(try await erase().status == 200)
    }

    @Test("A dry run, a stale tag and a body without a reason change nothing")
    func refused() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-24T12:00:00Z")
        let (person, token, _) = try await leaver(client)
        let officer = try await client.officer()
        let path = "/v1/people/\(person)/erase"
        #expect(try await client.post(path + "?dryRun=true", token: officer, ["reason": "r"]).json["erasedAt"] != .null)
        let stale = try await client.send(.post, path, token: officer, json: ["reason": "r"], headers: ["If-Match": "\"7\""])
        #expect(stale.status == 412)
        for body: JSON in [[:], ["reason": ""], ["reason": .null], ["reason": "r", "force": true]] {
            #expect(try await client.post(path, token: officer, body).status == 422, "\(body)")
        }
        #expect(try await client.get("/v1/people/\(person)").json["name"] == "Quillon Featherstonehaugh")
        #expect(try await client.get("/v1/me", token: token).status == 200)
        #expect(try await client.get("/v1/redactions", token: officer).json["items"] == [])
    }

    @Test("Who a token is shows the person's name, which is not in what the token's writes leave behind")
    func actorName() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let head = try await client.appoint(.headteacher, at: school, name: "Quillon Head")
        let token = try await client.token(of: head)
        #expect(try await client.get("/v1/me", token: token).json["name"] == "Quillon Head")
        #expect(try await client.patch("/v1/schools/\(school)", token: token, ["vision": "v"]).status == 200)
        let events = try await client.store.read { try $0.events(after: 0, limit: 200, of: [.school], visibleTo: .everything) }
        #expect(events.last?.actor["name"] == .string(head) && events.last?.actor["personId"] == .string(head))
    }
}
