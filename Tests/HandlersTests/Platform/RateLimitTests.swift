import Core
import Domain
import HTTPTypes
import Testing

struct RateLimitTests {
    private static let rate = HTTPField.Name("RateLimit")!

    @Test("Every answer to a token says what is left of its minute; the request after the last is refused")
    func limit() async throws {
        let client = try await TestClient(requestsPerMinute: 3)
        #expect(try await client.get("/v1/me").headers[Self.rate]?.hasPrefix("\"default\";r=2;t=") == true)
        #expect(try await client.get("/v1/schools/nothing").headers[Self.rate]?.hasPrefix("\"default\";r=1;t=") == true)
        #expect(try await client.get("/v1/me").headers[HTTPField.Name("RateLimit-Policy")!] == "\"default\";q=3;w=60")
        let refused = try await client.get("/v1/me")
        #expect(refused.status == 429 && refused.code == "too-many-requests" && refused.headers[.retryAfter] != nil)
        #expect(refused.headers[Self.rate]?.hasPrefix("\"default\";r=0;t=") == true)
        #expect(try await client.get("/v1/me", token: client.integration).status == 200)
        #expect(try await client.get("/livez", token: nil).headers[Self.rate] == nil)
        #expect(try await client.get("/v1/me", token: nil).status == 401)
    }

    @Test("All tokens of a person share one minute; a token of nobody has its own")
    func shared() async throws {
        let client = try await TestClient(requestsPerMinute: 60)
        let school = try await client.addSchool(urn: "100025").id
        let teacher = try await client.appoint(.teacher, at: school)
        let (one, two) = (try await client.token(of: teacher), try await client.token(of: teacher))
        let head = try await client.token(of: client.appoint(.headteacher, at: school))
        for round in 0..<30 {
            #expect(try await client.get("/v1/me", token: one).headers[Self.rate]?.hasPrefix("\"default\";r=\(59 - 2 * round);") == true)
            #expect(try await client.get("/v1/me", token: two).headers[Self.rate]?.hasPrefix("\"default\";r=\(58 - 2 * round);") == true)
        }
        for token in [one, two] {
            let refused = try await client.get("/v1/me", token: token)
            #expect(refused.status == 429 && refused.json.text("detail").contains("person"), "\(refused.text)")
        }
        #expect(try await client.get("/v1/me", token: head).status == 200)
    }

    @Test("Lines, bytes and exports cost what they take, also where they came to nothing, and the answer says so")
    func costs() async throws {
        let client = try await TestClient(requestsPerMinute: 1_000)
        let school = try await client.addSchool(urn: "100025").id
        let teacher = try await client.token(of: client.appoint(.teacher, at: school))
        func left(_ answer: TestAnswer) throws -> Int {
            let field = try #require(answer.headers[Self.rate])
            return try #require(Int(field.dropFirst("\"default\";r=".count).prefix { $0 != ";" }))
        }
        #expect(try left(try await client.get("/v1/me", token: teacher)) == 999)
        let export = try await client.get("/v1/schools", token: teacher, headers: ["Accept": "text/csv"])
        #expect(try left(export) == 978)
        let megabyte = try await client.send(
            .post, "/v1/files", token: teacher, body: Array(repeating: 65, count: 1 << 20),
            headers: ["Content-Type": "text/plain", "Content-Disposition": "attachment; filename=\"a.txt\""])
        #expect(megabyte.status == 201, "\(megabyte.text)")
        #expect(try left(megabyte) <= 973)
        let before = try left(try await client.get("/v1/me", token: teacher))
        let bad = try await client.bulk(
            "/v1/support-requests", Array(repeating: ["op": "create", "data": ["subject": ""]], count: 100), token: teacher)
        #expect(bad.status == 422, "\(bad.text)")
        #expect(try left(bad) <= before - 11)
    }

    @Test("An answer that the client has already costs nothing")
    func notModified() async throws {
        let client = try await TestClient(requestsPerMinute: 2)
        let tag = try #require(try await client.get("/v1/trust").etag)
        for _ in 0..<5 {
            let unchanged = try await client.get("/v1/trust", headers: ["If-None-Match": tag])
            #expect(unchanged.status == 304 && unchanged.headers[Self.rate]?.hasPrefix("\"default\";r=1;t=") == true)
        }
        #expect(try await client.get("/v1/trust").status == 200)
        #expect(try await client.get("/v1/trust").status == 429)
    }

    @Test("The limit is in the service's description; 0 is none")
    func described() async throws {
        #expect(try await TestClient(requestsPerMinute: 7).get("/v1/meta").json["limits"]?["requestsPerMinute"] == 7)
        let unlimited = try await TestClient(requestsPerMinute: 0).get("/v1/me")
        #expect(unlimited.status == 200 && unlimited.headers[Self.rate] == nil)
    }
}
