import Core
import HTTPTypes
import Repositories
import Routing
import Services
import Testing

struct ServiceTests {
    @Test("The contract is served byte for byte, and as JSON with the same content")
    func contract() async throws {
        let client = try await TestClient()
        let yaml = try await client.get("/openapi.yaml", token: nil)
        #expect(yaml.status == 200 && yaml.bytes == Contract.document)
        let json = try await client.get("/openapi.json", token: nil)
        #expect(json.bytes == (try Contract().json))
        for answer in [yaml, json] {
            let tag = try #require(answer.etag)
            let path = answer.bytes == yaml.bytes ? "/openapi.yaml" : "/openapi.json"
            #expect(try await client.get(path, token: nil, headers: ["If-None-Match": tag]).status == 304)
        }
    }

    @Test("The type of every problem is a page")
    func problemPages() async throws {
        let client = try await TestClient()
        for code in ProblemCode.allCases {
            let page = try await client.get("/problems/\(code.rawValue)", token: nil, headers: ["Accept": "text/html"])
            #expect(page.status == 200 && page.text.contains(code.title))
            let json = try await client.get("/problems/\(code.rawValue)", token: nil, headers: ["Accept": "application/json"])
            #expect(json.json["status"] == .integer(Int64(code.status)))
        }
        #expect(try await client.get("/problems/nonsense", token: nil).status == 404)
        let problem = try await client.get("/v1/schools/nothing")
        #expect(problem.json["type"] == "https://localhost/problems/not-found")
        #expect(problem.json["requestId"] == .string(problem.requestId))
    }

    @Test("It lives, is ready, and says what it is and whom to tell of a weakness")
    func health() async throws {
        let client = try await TestClient()
        #expect(try await client.get("/livez", token: nil).json["status"] == "live")
        let ready = try await client.get("/readyz", token: nil)
        #expect(ready.json["status"] == "ready" && ready.headers[.cacheControl] == "no-store")
        let meta = try await client.get("/v1/meta", token: nil)
        #expect(meta.json["problemTypes"]?.arrayValue?.count == ProblemCode.allCases.count)
        #expect(meta.json["eventTypes"]?.arrayValue?.contains("school.updated") == true)
        #expect(
            try await client.get("/.well-known/security.txt", token: nil).text.hasPrefix("Contact: mailto:security@example.org\nExpires: "))
    }

    @Test("While it stops, and when its database can't be written, it isn't ready, says why and when to ask again")
    func notReady() async throws {
        let client = try await TestClient()
        client.services.health.drain()
        let draining = try await client.get("/readyz", token: nil)
        #expect(draining.status == 503 && draining.headers[.retryAfter] == "5" && draining.text.contains("accepting"), "\(draining.text)")
        #expect(try await client.get("/livez", token: nil).status == 200)
        let closed = try await TestClient()
        try closed.store.close()
        let broken = try await closed.get("/readyz", token: nil)
        #expect(broken.status == 503 && broken.text.contains("database"), "\(broken.text)")
    }
}
