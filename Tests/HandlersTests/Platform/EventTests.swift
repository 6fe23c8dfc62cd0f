import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

struct EventTests {
    private func items(_ answer: TestAnswer) -> [JSON] { answer.json["items"]?.arrayValue ?? [] }

    @Test("A place to go on from that is no number is refused, not taken for none", arguments: ["1e3", "x", "-1", "5.0"])
    func lastEventID(text: String) async throws {
        let client = try await TestClient()
        #expect(try await client.get("/v1/events/stream", headers: ["Last-Event-ID": text]).places == ["Last-Event-ID"])
    }

    @Test("Each change is an event with its place, who did it, what it led to and where that is found")
    func events() async throws {
        let client = try await TestClient()
        let seq = try #require(try await client.get("/v1/schools").json["seq"]?.integerValue)
        let school = try await client.addSchool(urn: "100025").id
        let patched = try await client.patch("/v1/schools/\(school)", ["vision": "V"])
        let page = try await client.get("/v1/events?after=\(seq)")
        #expect(page.json["next"] == page.json["seq"])
        let event = try #require(items(page).last)
        #expect(event["type"] == "school.updated" && event["seq"] == .integer(seq + 2))
        #expect(event["resource"] == ["type": "school", "id": .string(school), "etag": "\"2\"", "href": .string("/v1/schools/\(school)")])
        #expect(event["changedMembers"] == ["vision"] && event["requestId"] == .string(patched.requestId))
        #expect(event["actor"]?["name"] == event["actor"]?["id"] && event["actor"]?["personId"] == .null)
        #expect(try await client.get(event["resource"]?["href"]?.stringValue ?? "").etag == "\"2\"")
        #expect(try await client.get("/v1/events?after=\(seq)", headers: ["If-None-Match": page.etag ?? ""]).status == 304)
    }

    @Test("Types and a resource narrow it down, and the place to go on is given all the same")
    func filters() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.addPerson()
        _ = try await client.patch("/v1/people/\(person)", token: client.integration, ["jobTitle": "Head"])
        func types(_ query: String) async throws -> [String] {
            let page = try await client.get("/v1/events?" + query)
            #expect(page.json["next"] == page.json["seq"])
            return items(page).compactMap { $0["type"]?.stringValue }
        }
        #expect(try await types("type=person.updated") == ["person.updated"])
        #expect(try await types("type=school.created,person.created") == ["school.created", "person.created"])
        #expect(try await types("resource=\(person)") == ["person.created", "person.updated"])
        #expect(try await types("resource=\(school)&type=person.created") == [])
        let first = try await client.get("/v1/events?limit=1")
        #expect(items(first).count == 1 && first.json["next"] == items(first)[0]["seq"])
    }

    @Test(
        "What can't be meant is refused, by page and by stream",
        arguments: [
            ("type=school.exploded", 400, "type"), ("type=", 400, "type"), ("type=school.created,", 400, "type"),
            ("resource=nothing", 400, "resource"), ("after=-1", 400, "after"), ("after=x", 400, "after"), ("limit=201", 400, "limit"),
            ("after=999999", 409, ""),
        ])
    func refusals(query: String, status: Int, place: String) async throws {
        let client = try await TestClient()
        let page = try await client.get("/v1/events?" + query)
        #expect(page.status == status && page.places == (place.isEmpty ? [] : [place]), "\(page.text)")
        if status == 409 { #expect(page.code == "events-ahead") }
        #expect(try await client.get("/v1/events/stream?" + query).status == status)
    }

    @Test("Who was away for longer than events are kept is told so, also by a stream and a list, and what else is kept")
    func expired() async throws {
        let client = try await TestClient()
        client.clock.set("2027-01-01T12:00:00Z")
        let seq = try #require(try await client.get("/v1/people").json["seq"]?.integerValue)
        let person = try await client.addPerson()
        _ = try await client.delete("/v1/people/\(person)", token: client.integration)
        client.clock.set("2027-06-30T11:00:00Z")
        try await client.services.events.removeExpired()
        #expect(try await client.get("/v1/events?after=\(seq)").status == 200)
        client.clock.set("2027-07-01T12:00:00Z")
        _ = try await client.addPerson()
        try await client.services.events.removeExpired()
        let gone = try await client.get("/v1/events?after=\(seq)")
        let oldest = try #require(gone.json["oldestSeq"]?.integerValue)
        #expect(gone.status == 410 && gone.code == "events-expired")
        #expect(try await client.get("/v1/events/stream?after=0").json["oldestSeq"] == .integer(oldest))
        #expect(try await client.get("/v1/events/stream", headers: ["Last-Event-ID": "0"]).status == 410)
        #expect(items(try await client.get("/v1/events")).first?["seq"] == .integer(oldest))
        #expect(try await client.get("/v1/events?after=\(oldest - 1)").status == 200)
        #expect(try await client.get("/v1/people?updatedSince=2027-01-01T00:00:00Z&includeDeleted=true").status == 410)
        #expect(try await client.get("/v1/people?updatedSince=2027-01-01T00:00:00Z").status == 200)
        #expect(try await client.get("/v1/people?updatedSince=2027-07-01T00:00:00Z&includeDeleted=true").status == 200)
    }

    @Test("A list with what was deleted since has it beside the rest; what makes no sense with it is refused")
    func deleted() async throws {
        let client = try await TestClient()
        let person = try await client.addPerson("Ada Palmer")
        let gone = try await client.addPerson("Bea Quill")
        _ = try await client.delete("/v1/people/\(gone)", token: client.integration)
        let since = "updatedSince=2020-01-01T00:00:00Z"
        let list = try await client.get("/v1/people?\(since)&includeDeleted=true")
        #expect(items(list).compactMap { $0["id"]?.stringValue } == [person])
        let left = try #require(list.json["deleted"]?.arrayValue?.first?.objectValue)
        #expect(left["id"] == .string(gone) && left["etag"] == "\"2\"" && left.keys.elements == ["id", "etag", "deletedAt"])
        #expect(try await client.get("/v1/people?\(since)").json["deleted"] == nil)
        for other in ["sort=name", "name=Ada", "q=ada", "count=exact", "fields=id"] {
            let refused = try await client.get("/v1/people?\(since)&includeDeleted=true&\(other)")
            #expect(refused.status == 400 && refused.places == ["includeDeleted"], "\(other)")
        }
        #expect(try await client.get("/v1/people?includeDeleted=true").places == ["includeDeleted"])
        let export = try await client.get("/v1/people?\(since)&includeDeleted=true", headers: ["Accept": "text/csv"])
        #expect(export.status == 400 && export.places == ["includeDeleted"])
    }
}
