import Core
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
