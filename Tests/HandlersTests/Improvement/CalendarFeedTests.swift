import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

@Suite("Calendar feeds") struct CalendarFeedTests {
    private func client() async throws -> TestClient {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        try await client.addYear()
        return client
    }

    /// The path of a new feed, with its key.
    private func feed(_ client: TestClient, _ subject: JSON.Object, token: String? = nil) async throws -> String {
        var body: JSON.Object = ["title": "Our year"]
        for (name, value) in subject { body[name] = value }
        let answer = try await client.post("/v1/calendar-feeds", token: token ?? client.integration, .object(body))
        #expect(answer.status == 201, "\(answer.text)")
        let url = answer.json.text("url")
        #expect(url.hasPrefix("https://localhost/v1/calendar-feeds/cfd_"))
        return String(url.dropFirst("https://localhost".count))
    }

    private func events(_ path: String, _ client: TestClient) async throws -> [[String: String]] {
        let answer = try await client.get(path, token: nil)
        #expect(answer.status == 200 && answer.headers[.contentType] == "text/calendar; charset=utf-8", "\(answer.text)")
        return answer.text.replacing("\r\n ", with: "").split(separator: "BEGIN:VEVENT").dropFirst().map { event in
            var members: [String: String] = [:]
            for line in event.split(separator: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { members[String(parts[0])] = String(parts[1]) }
            }
            return members
        }
    }

    @Test("A school's calendar has its activities under ids that stay; a cancelled one stays with a higher sequence")
    func school() async throws {
        let client = try await client()
        let (a, b) = (try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"))
        let cycle = try await client.activeCycle(client.addFramework([.review, .peerReview]))
        let path = try await feed(client, ["subjectId": .string(a)])
        let before = try await events(path, client)
        // One review, three visits received, three made.
        #expect(before.count == 7 && before.allSatisfy { $0["STATUS"] == "TENTATIVE" && $0["SEQUENCE"] == "0" })
        let mine = try #require(try await client.activities(cycle, "&schoolId=\(a)").first).text("id")
        #expect(try await client.post("/v1/activities/\(mine)/waive", ["reason": "Flood, and more"]).status == 200)
        let after = try await events(path, client)
        #expect(after.map { $0["UID"] } == before.map { $0["UID"] })
        let waived = try #require(after.first { $0["UID"] == "\(mine)@partnership" })
        #expect(
            waived["STATUS"] == "CANCELLED" && waived["SEQUENCE"] == "1"
                && waived["DESCRIPTION"]?.hasSuffix(#"waived.\nFlood\, and more"#) == true)
        #expect(try await events(feed(client, ["subjectId": .string(b)]), client).count == 7)
        #expect(try await events(feed(client, ["subjectId": .string(cycle)]), client).count == 8)
    }

    @Test("A person's calendar is what they lead, and what the schools they lead do")
    func person() async throws {
        let client = try await client()
        let (a, _) = (try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"))
        let head = try await client.appoint(.headteacher, at: a)
        let adviser = try await client.addPerson("Bea Lark")
        let cycle = try await client.activeCycle(client.addFramework())
        let activity = try #require(try await client.activities(cycle, "&schoolId=\(a)").first).text("id")
        #expect(try await client.patch("/v1/activities/\(activity)", ["leaderId": .string(adviser)]).status == 200)
        #expect(try await events(feed(client, ["subjectId": .string(head)]), client).count == 1)
        #expect(try await events(feed(client, ["subjectId": .string(adviser)]), client).map { $0["UID"] } == ["\(activity)@partnership"])
    }

    @Test("It shows what its token may see now: nothing beyond, and nothing once the token ends or the link is revoked")
    func sight() async throws {
        let client = try await client()
        let (a, b) = (try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"))
        let governor = try await client.appoint(.governor, at: b)
        let token = try await client.token(of: governor)
        _ = try await client.activeCycle(client.addFramework())
        let own = try await feed(client, ["subjectId": .string(b)], token: token)
        let other = try await feed(client, ["subjectId": .string(a)], token: token)
        #expect(try await events(own, client).count == 1)
        #expect(try await events(other, client).isEmpty)
        let id = String(own.split(separator: "/")[2])
        for wrong in [own + "x", "/v1/calendar-feeds/\(id)/activities.ics?key=x", other.replacing("cfd_", with: "cfd_0")] {
            #expect(try await client.get(wrong, token: nil).status == 404)
        }
        #expect(try await client.get("/v1/calendar-feeds/\(id)/activities.ics", token: nil).status == 400)
        #expect(try await client.delete("/v1/calendar-feeds/\(id)", token: token).status == 204)
        #expect(try await client.get(own, token: nil).status == 404)
        let mine = try await client.get("/v1/tokens", token: token).json["items"]?.arrayValue?.first?.text("id") ?? ""
        #expect(try await client.post("/v1/tokens/\(mine)/revoke").status == 200)
        #expect(try await client.get(other, token: nil).status == 404)
    }

    @Test("The link is shown once, is somebody's own, and of exactly one thing")
    func links() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        let (head, other) = (
            try await client.token(of: client.appoint(.headteacher, at: school)),
            try await client.token(of: client.appoint(.teacher, at: school, name: "Bo Ash"))
        )
        let body: JSON = ["title": "Ours", "subjectId": .string(school)]
        let key = ["Idempotency-Key": "\"once\""]
        let first = try await client.send(.post, "/v1/calendar-feeds", token: head, json: body, headers: key)
        let again = try await client.send(.post, "/v1/calendar-feeds", token: head, json: body, headers: key)
        #expect(first.json["url"] != .null && again.json["url"] == .null && again.json["id"] == first.json["id"])
        let path = "/v1/calendar-feeds/\(first.json.text("id"))"
        let read = try await client.get(path, token: head)
        #expect(read.status == 200 && !read.text.contains("key="))
        #expect(try await client.get(path, token: other).status == 404)
        for subject in ["per_01h455vb4pex5vsknk084sn02q", "tok_01h455vb4pex5vsknk084sn02q", "nothing"] {
            let answer = try await client.post("/v1/calendar-feeds", token: head, ["title": "Ours", "subjectId": .string(subject)])
            #expect(answer.status == 422 && answer.places == ["/subjectId"], "\(answer.text)")
        }
        let calendar = String(first.json.text("url").dropFirst("https://localhost".count))
        let tag = try #require(try await client.get(calendar, token: nil).headers[.eTag])
        #expect(try await client.get(calendar, token: nil, headers: ["If-None-Match": tag]).status == 304)
    }
}
