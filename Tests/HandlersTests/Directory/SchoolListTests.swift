import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct SchoolListTests {
    /// Ten schools: pupils 100…900 and one unknown, phases alternating.
    func filled() async throws -> TestClient {
        let client = try await TestClient()
        for number in 0..<10 {
            try await client.addSchool(urn: "10000\(number)") {
                $0.name = ["Oak", "Ash", "Elm", "Béech", "Yew", "Fir", "Pine", "Oak", "Lime, Tree", "=SUM(A1)"][number] + " School"
                $0.pupils = number == 9 ? nil : (number + 1) * 100
                $0.phase = number.isMultiple(of: 2) ? .primary : .secondary
                $0.localAuthorityCode = number < 5 ? "202" : "203"
                $0.town = number == 3 ? "St John's Wood" : nil
            }
        }
        return client
    }

    func urns(_ client: TestClient, _ query: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String] {
        let answer = try await client.get("/v1/schools?" + query, sourceLocation: sourceLocation)
        #expect(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        return (answer.json["items"]?.arrayValue ?? []).compactMap { $0["urn"]?.stringValue.map { String($0.suffix(1)) } }
    }

    @Test(
        "Filters compare as declared, and all of them must hold",
        arguments: [
            ("phase=primary", "02468"), ("phase=primary,secondary&localAuthorityCode=203", "56789"), ("phase.ne=primary", "13579"),
            ("pupils.gte=300&pupils.lt=500", "23"), ("pupils.gt=800", "8"), ("pupils.isNull=true", "9"),
            ("pupils.isNull=false&pupils.lte=200", "01"),
            ("name=Lime%5C,%20Tree%20School", "8"), ("name.startsWith=Oak", "07"), ("name.contains=school&town=St%20John's%20Wood", "3"),
            ("urn=100001,100002", "12"), ("q=oak", "07"), ("q=beech", "3"), ("q=bee", "3"), ("q=nothing", ""),
        ])
    func filters(query: String, expected: String) async throws {
        #expect(Set(try await urns(filled(), query + "&sort=urn").joined()) == Set(expected))
    }

    @Test("Sorting is by the members named, nulls last both ways, id last of all")
    func sorting() async throws {
        let client = try await filled()
        #expect(try await urns(client, "sort=pupils").joined() == "0123456789")
        #expect(try await urns(client, "sort=-pupils").joined() == "8765432109")
        #expect(try await urns(client, "sort=-phase,-urn").joined() == "9753186420")
    }

    @Test("Following next visits every row once, whatever the sort", arguments: ["", "sort=-pupils&", "sort=name&", "sort=phase,-pupils&"])
    func paging(sort: String) async throws {
        let client = try await filled()
        var seen: [String] = []
        var path = "/v1/schools?\(sort)limit=3&count=exact"
        while true {
            let answer = try await client.get(path)
            #expect(answer.json["total"] == 10)
            seen += (answer.json["items"]?.arrayValue ?? []).compactMap { $0["urn"]?.stringValue }
            guard let next = answer.json["next"]?.stringValue else { break }
            let link = try #require(answer.headers[HTTPField.Name("Link")!])
            #expect(link.contains("rel=\"next\"") && link.contains(next))
            path = "/v1/schools?\(sort)limit=3&count=exact&cursor=\(next)"
        }
        #expect(seen.count == 10 && Set(seen).count == 10)
        #expect(seen == (try await urns(client, sort)).map { "10000\($0)" })
    }

    @Test("A cursor belongs to its filters and sort")
    func foreignCursor() async throws {
        let client = try await filled()
        let next = try #require(try await client.get("/v1/schools?limit=3").json["next"]?.stringValue)
        for query in ["limit=3&sort=name&cursor=\(next)", "limit=3&phase=primary&cursor=\(next)", "cursor=nonsense", "cursor=\(next)x"] {
            let answer = try await client.get("/v1/schools?" + query)
            #expect(answer.status == 400 && answer.places == ["cursor"], "\(query)")
        }
        #expect(try await client.get("/v1/schools?limit=5&cursor=\(next)").status == 200)
    }

    @Test(
        "A parameter that is unknown, repeated or wrong is 400 with its name",
        arguments: [
            ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("nonsense=1", "nonsense"),
            ("phase=primary&phase=secondary", "phase"),
            ("pupils.gte=many", "pupils.gte"), ("phase=nowhere", "phase"), ("pupils.contains=1", "pupils.contains"),
            ("sort=vision", "sort"),
            ("sort=", "sort"), ("fields=name,nonsense", "fields"), ("count=maybe", "count"), ("openedOn.gte=2026-02-30", "openedOn.gte"),
            ("pupils.isNull=perhaps", "pupils.isNull"), ("updatedSince=yesterday", "updatedSince"), ("access_token=x", "access_token"),
        ])
    func badParameters(query: String, name: String) async throws {
        let answer = try await filled().get("/v1/schools?" + query)
        #expect(answer.status == 400 && answer.code == "invalid-parameter" && answer.places == [name], "\(answer.text)")
    }

    @Test("All wrong parameters are named at once")
    func allAtOnce() async throws {
        let answer = try await filled().get("/v1/schools?limit=0&nonsense=1&pupils.gte=x")
        #expect(Set(answer.places) == ["limit", "nonsense", "pupils.gte"])
    }

    @Test(
        "Hostile searches find nothing or something, never an error",
        arguments: ["%22", "a%22%20OR%20b", "*", "-oak", "NEAR(a%20b)", "name:oak", "(", "%25", "oak*%20AND"])
    func hostileSearch(text: String) async throws {
        #expect(try await filled().get("/v1/schools?q=\(text)").status == 200)
        #expect(try await filled().get("/v1/schools?name.contains=\(text)").status == 200)
    }

    @Test("fields leaves only the members asked for")
    func fields() async throws {
        let client = try await filled()
        let checked = try await client.get("/v1/schools/urn:100000?fields=id,name")
        #expect(checked.json.objectValue?.keys.elements == ["id", "name"])
    }

    @Test("A list has a weak tag and is 304 while nothing in it changed")
    func listTag() async throws {
        let client = try await filled()
        let tag = try #require(try await client.get("/v1/schools?limit=2").etag)
        #expect(tag.hasPrefix("W/"))
        #expect(try await client.get("/v1/schools?limit=2", headers: ["If-None-Match": tag]).status == 304)
        _ = try await client.patch("/v1/schools/urn:100000", ["vision": "v"])
        #expect(try await client.get("/v1/schools?limit=2", headers: ["If-None-Match": tag]).status == 200)
    }

    @Test("updatedSince returns what changed at that instant or later")
    func updatedSince() async throws {
        let client = try await filled()
        let changed = try await client.patch("/v1/schools/urn:100004", ["vision": "v"])
        let instant = try #require(changed.json["updatedAt"]?.stringValue)
        #expect(try await urns(client, "updatedSince=\(instant)").contains("4"))
        #expect(try await urns(client, "updatedSince=2999-01-01T00:00:00Z").isEmpty)
    }

    @Test("CSV streams the whole list, quoted as RFC 4180 says, safe against formulas")
    func csv() async throws {
        let client = try await filled()
        let answer = try await client.get("/v1/schools?sort=urn&fields=urn,name,pupils", headers: ["Accept": "text/csv"])
        #expect(answer.headers[.contentType]?.hasPrefix("text/csv") == true)
        let lines = answer.text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first == "urn,name,pupils" && lines.count == 12 && lines.last == "")
        #expect(lines[9] == "100008,\"Lime, Tree School\",900")
        #expect(lines[10] == "100009,'=SUM(A1) School,")
    }

    @Test("NDJSON streams one object per line")
    func ndjson() async throws {
        let answer = try await filled().get("/v1/schools?phase=primary", headers: ["Accept": "application/x-ndjson"])
        let lines = answer.text.split(separator: "\n")
        #expect(lines.count == 5)
        for line in lines { #expect(try JSON(parsing: Array(line.utf8))["phase"] == "primary") }
    }

    @Test("What can't be sent is 406")
    func notAcceptable() async throws {
        #expect(try await filled().get("/v1/schools", headers: ["Accept": "application/xml"]).status == 406)
        #expect(try await filled().get("/v1/schools", headers: ["Accept": "application/xml, application/*;q=0.1"]).status == 200)
    }

    @Test("HEAD is GET without a body")
    func head() async throws {
        let client = try await filled()
        for path in ["/v1/schools", "/v1/schools/urn:100000", "/v1/me", "/openapi.yaml", "/livez"] {
            let head = try await client.send(.head, path)
            let get = try await client.get(path)
            #expect(head.status == 200 && head.etag == get.etag && head.headers[.contentType] == get.headers[.contentType])
        }
    }
}
