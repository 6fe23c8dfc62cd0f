import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

@testable import Repositories

struct AuditTests {
    private func items(_ answer: TestAnswer) -> [JSON] { answer.json["items"]?.arrayValue ?? [] }

    /// What an entry says of a member.
    private func change(_ entry: JSON?, _ member: String) -> JSON? {
        entry?["changes"]?.arrayValue?.first { $0["member"] == .string(member) }
    }

    @Test("The trail is in its own order, also within one millisecond, and each entry has the hash that a verification names")
    func order() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-24T12:00:00Z")
        for number in 1...30 { _ = try await client.addPerson("Person \(number)") }
        var (seqs, path): ([Int64], String?) = ([], "/v1/audit?limit=7")
        var last: JSON = .null
        while let page = path {
            let answer = try await client.get(page)
            seqs += items(answer).compactMap { $0["seq"]?.integerValue }
            last = items(answer).last?["hash"] ?? last
            path = answer.json["next"]?.stringValue.map { "/v1/audit?limit=7&cursor=\($0)" }
        }
        #expect(seqs.count > 30 && seqs == seqs.sorted() && Set(seqs).count == seqs.count)
        #expect(try await client.get("/v1/audit/verification").json["head"] == last)
    }

    @Test("An entry has who, what, when, by which request, and each member before and after")
    func entries() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let patched = try await client.patch("/v1/schools/\(school)", ["vision": "Words"])
        let entry = try #require(items(try await client.get("/v1/audit?resourceId=\(school)&sort=-seq")).first)
        #expect(entry["operation"] == "updated" && entry["resourceType"] == "school" && entry["etag"] == "\"2\"")
        #expect(entry["requestId"] == .string(patched.requestId) && entry["actorName"] == entry["actorId"])
        #expect(change(entry, "vision") == ["member": "vision", "value": "shown", "before": .null, "after": "Words"])
    }

    @Test("Filters, sort, pages, count and exports are those of every list")
    func lists() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.addPerson()
        let head = try await client.appoint(.headteacher, at: school)
        let token = try await client.token(of: head)
        let actor = try #require(try client.tokens.authenticate(token)?.id)
        _ = try await client.patch("/v1/schools/\(school)", token: token, ["vision": "V"])
        func operations(_ query: String) async throws -> [String] {
            items(try await client.get("/v1/audit?" + query)).compactMap { $0["operation"]?.stringValue }
        }
        #expect(try await operations("resourceId=\(school)") == ["created", "updated"])
        #expect(try await operations("resourceId=\(person),\(school)").count == 3)
        #expect(try await operations("resourceId=nothing") == [])
        #expect(try await operations("resourceType=school&operation=updated") == ["updated"])
        #expect(try await operations("actorPersonId=\(head)") == ["updated"])
        #expect(try await operations("actorId=\(actor)") == ["updated"])
        #expect(try await operations("at.lt=2020-01-01T00:00:00Z") == [])
        let all = try await client.get("/v1/audit?count=exact&at.gte=2020-01-01T00:00:00Z&sort=seq&limit=200")
        let total = try #require(all.json["total"]?.integerValue)
        #expect(items(all).map { $0["seq"] } == (1...total).map { .integer($0) })
        var seen: [JSON] = []
        var query = "?limit=3"
        while true {
            let page = try await client.get("/v1/audit" + query)
            seen += items(page)
            guard let next = page.json["next"]?.stringValue else { break }
            query = "?limit=3&cursor=\(next)"
        }
        #expect(seen.count == Int(total) && Set(seen.map { $0["id"] }).count == Int(total))
        let lines = try await client.get("/v1/audit", headers: ["Accept": "application/x-ndjson"])
        #expect(try lines.text.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) } == seen)
        let table = try await client.get("/v1/audit?operation=updated", headers: ["Accept": "text/csv"])
        #expect(table.text.split(separator: "\r\n").count == 2 && table.text.hasPrefix("id,seq,at,"))
        for query in ["sort=actorName", "actorName=x", "q=x", "cursor=x"] {
            #expect(try await client.get("/v1/audit?" + query).status == 400, "\(query)")
        }
    }

    @Test("Values are shown to whoever may read the resource: as it is, or as it was when it was deleted; others see which members")
    func visibility() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let stages = try await [true, false].asyncMap { isDeleted in
            let stage = try await client.add(
                "/v1/stages",
                ["schoolId": .string(school), "stage": "repair", "tier": "intensive", "startsOn": isDeleted ? "2026-02-01" : "2026-01-01"])
            if isDeleted { _ = try await client.delete("/v1/stages/\(stage)", token: client.integration) }
            return stage
        }
        // The officer reads the trail, but leaders' affairs are none of theirs.
        let officer = try await client.officer()
        for stage in stages {
            let hidden = try await client.get("/v1/audit?resourceId=\(stage)", token: officer)
            #expect(change(items(hidden).first, "tier") == ["member": "tier", "value": "hidden", "before": .null, "after": .null])
            #expect(!hidden.text.contains("intensive"))
            let export = try await client.get("/v1/audit", token: officer, headers: ["Accept": "application/x-ndjson"])
            #expect(export.text.contains(stage) && !export.text.contains("intensive"))
            #expect(change(items(try await client.get("/v1/audit?resourceId=\(stage)")).first, "tier")?["after"] == "intensive")
        }
        // Who could see it is forgotten with the deletion: then only who sees everything.
        client.clock.set("2099-01-01T00:00:00Z")
        try await client.services.events.removeExpired()
        #expect(change(items(try await client.get("/v1/audit?resourceId=\(stages[0])")).first, "tier")?["value"] == "hidden")
        let all = try await client.get("/v1/audit?resourceId=\(stages[0])", token: client.integration)
        #expect(change(items(all).first, "tier")?["value"] == "shown")
    }

    @Test("Of what was erased, the member stays and the trail is whole; what was tampered with is found")
    func verification() async throws {
        let client = try await TestClient()
        let person = try await client.addPerson("Ada Palmer")
        _ = try await client.post("/v1/people/\(person)/erase", token: client.integration, ["reason": "Asked for it"])
        let entry = items(try await client.get("/v1/audit?resourceId=\(person)", token: client.integration)).first
        #expect(change(entry, "name") == ["member": "name", "value": "erased", "before": .null, "after": .null])
        let whole = try await client.get("/v1/audit/verification")
        let entries = try #require(whole.json["entries"]?.integerValue)
        #expect(whole.json["intact"] == true && whole.json["faults"] == [] && whole.json["head"]?.stringValue?.count == 64)
        #expect(try await client.get("/v1/audit?count=exact").json["total"] == .integer(entries))
        try await client.store.bookkeeping {
            try $0.connection.database.cached("UPDATE audit SET actorName = 'Nobody' WHERE seq = 2").run()
        }
        let broken = try await client.get("/v1/audit/verification")
        #expect(broken.json["intact"] == false && broken.json["faults"]?.arrayValue?.isEmpty == false)
        #expect(broken.json["head"] == whole.json["head"])
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
