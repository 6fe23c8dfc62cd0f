import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

struct TokenTests {
    @Test("A token is shown once with its secret, which then works; the database has only its digest")
    func create() async throws {
        let client = try await TestClient()
        let created = try await client.post("/v1/tokens", ["name": "Desk", "scopes": ["schools:read"]])
        #expect(created.status == 201)
        let secret = try #require(created.json["token"]?.stringValue)
        let id = try #require(created.json["id"]?.stringValue)
        #expect(secret.hasPrefix("ptn_") && secret.utf8.count == 53)
        #expect(created.headers[.location] == "/v1/tokens/\(id)")
        #expect(created.headers[.cacheControl] == "no-store")
        #expect(try await client.get("/v1/schools", token: secret).status == 200)
        #expect(try await client.get("/v1/tokens/\(id)").json["token"] == nil)
        #expect(!(try await client.get("/v1/tokens").text.contains(secret)))
        let me = try await client.get("/v1/me", token: secret)
        #expect(me.json["id"] == .string(id) && me.json["scopes"] == ["schools:read"])
    }

    @Test(
        "A token has either a role or scopes that exist, an expiry to come and schools that exist",
        arguments: [
            ("{\"name\":\"x\"}", "/scopes"), ("{\"name\":\"x\",\"role\":\"trustAdmin\",\"scopes\":[\"schools:read\"]}", "/scopes"),
            ("{\"name\":\"x\",\"scopes\":[\"schools:fly\"]}", "/scopes/0"),
            ("{\"name\":\"x\",\"scopes\":[\"schools:read\"],\"expiresAt\":\"2001-01-01T00:00:00Z\"}", "/expiresAt"),
            ("{\"name\":\"x\",\"scopes\":[\"schools:read\"],\"schoolIds\":[\"sch_x\"]}", "/schoolIds/0"),
            ("{\"name\":\"\",\"role\":\"trustAdmin\"}", "/name"), ("{\"name\":\"x\",\"role\":\"king\"}", "/role"),
            ("{\"role\":\"trustAdmin\"}", "/name"), ("{\"name\":\"a\\tb\",\"role\":\"trustAdmin\"}", "/name"),
            ("{\"name\":\"a\\u2028b\",\"role\":\"trustAdmin\"}", "/name"),
            ("{\"name\":\"x\",\"scopes\":[\"schools:read\",\"schools:read\"]}", "/scopes/1"),
        ])
    func refused(body: String, pointer: String) async throws {
        let client = try await TestClient()
        let answer = try await client.send(.post, "/v1/tokens", body: Array(body.utf8))
        #expect(answer.status == 422 && answer.places == [pointer], "\(answer.text)")
    }

    @Test("A person has so many good tokens and no more, whoever issues them; nor are any number issued that are nobody's")
    func number() async throws {
        var limits = AccountLimits()
        limits.tokensPerPerson = 3
        let client = try await TestClient(accountLimits: limits)
        let teacher = try await client.appoint(.teacher, at: client.addSchool(urn: "100025").id)
        let own = try await client.token(of: teacher)
        let body: JSON = ["name": "Mine", "personId": .string(teacher)]
        let second = try await client.post("/v1/tokens", body)
        #expect(second.status == 201, "\(second.text)")
        let ending: JSON = ["name": "Mine", "personId": .string(teacher), "expiresAt": "2099-01-01T00:00:00Z"]
        #expect(try await client.post("/v1/tokens", ending).status == 201)
        let refused = try await client.post("/v1/tokens", body)
        #expect(refused.status == 409 && refused.code == "conflict" && refused.places == ["/personId"], "\(refused.text)")
        #expect(refused.json["errors"]?.arrayValue?.first?["code"] == "too-many-tokens")
        #expect(try await client.post("/v1/tokens/\(second.json.text("id"))/revoke").status == 200)
        #expect(try await client.post("/v1/tokens", body).status == 201)
        #expect(try await client.post("/v1/tokens", body).status == 409)
        // Others have their own, and those that have ended don't count.
        #expect(try await client.post("/v1/tokens", ["name": "Other", "personId": .string(client.addPerson())]).status == 201)
        client.clock.set("2100-01-01T00:00:00Z")
        #expect(try await client.post("/v1/tokens", body).status == 201)
        #expect(try await client.get("/v1/me", token: own).status == 200)
        #expect(try await client.get("/v1/meta", token: nil).json["limits"]?["maxTokensPerPerson"] == 3)

        for _ in 0..<100 { #expect(try await client.post("/v1/tokens", ["name": "System", "scopes": ["schools:read"]]).status == 201) }
        #expect(try await client.post("/v1/tokens", ["name": "System", "scopes": ["schools:read"]]).status == 409)
    }

    @Test("Nobody issues, rotates or revokes a token stronger than itself")
    func escalation() async throws {
        let client = try await TestClient()
        let weak = try await client.token(scopes: ["tokens:write", "tokens:read", "schools:read"])
        #expect(try await client.post("/v1/tokens", token: weak, ["name": "x", "role": "trustAdmin"]).status == 403)
        #expect(try await client.post("/v1/tokens", token: weak, ["name": "x", "scopes": ["schools:write"]]).status == 403)
        #expect(try await client.post("/v1/tokens", token: weak, ["name": "x", "scopes": ["schools:read"]]).status == 201)
        let admin = try #require(try await client.get("/v1/me").json["id"]?.stringValue)
        #expect(try await client.post("/v1/tokens/\(admin)/rotate", token: weak, [:]).status == 403)
        #expect(try await client.post("/v1/tokens/\(admin)/revoke", token: weak).status == 403)
    }

    @Test("After rotation both secrets work until the overlap ends")
    func rotate() async throws {
        let client = try await TestClient()
        let created = try await client.post("/v1/tokens", ["name": "Desk", "scopes": ["schools:read"]])
        let id = try #require(created.json["id"]?.stringValue)
        let first = try #require(created.json["token"]?.stringValue)
        let second = try #require(try await client.post("/v1/tokens/\(id)/rotate", ["overlapMinutes": 5]).json["token"]?.stringValue)
        #expect(first != second)
        for secret in [first, second] { #expect(try await client.get("/v1/schools", token: secret).status == 200) }
        let third = try #require(try await client.post("/v1/tokens/\(id)/rotate", ["overlapMinutes": 0]).json["token"]?.stringValue)
        for secret in [first, second] { #expect(try await client.get("/v1/schools", token: secret).status == 401) }
        #expect(try await client.get("/v1/schools", token: third).status == 200)
        #expect(try await client.post("/v1/tokens/\(id)/rotate").status == 200)
    }

    @Test("A revoked token ends at once and for good")
    func revoke() async throws {
        let client = try await TestClient()
        let created = try await client.post("/v1/tokens", ["name": "Desk", "scopes": ["schools:read"]])
        let id = try #require(created.json["id"]?.stringValue)
        let secret = try #require(created.json["token"]?.stringValue)
        #expect(try await client.send(.post, "/v1/tokens/\(id)/revoke?dryRun=true").status == 200)
        #expect(try await client.get("/v1/schools", token: secret).status == 200)
        let revoked = try await client.post("/v1/tokens/\(id)/revoke")
        #expect(revoked.status == 200 && revoked.json["revokedAt"] != .null)
        #expect(try await client.get("/v1/schools", token: secret).status == 401)
        // However often it comes: a program with an old token guesses nothing.
        for _ in 0..<30 { #expect(try await client.get("/v1/schools", token: secret).status == 401) }
        #expect(try await client.post("/v1/tokens/\(id)/revoke").json["etag"] == revoked.json["etag"])
        #expect(try await client.post("/v1/tokens/\(id)/rotate").status == 409)
    }

    @Test("An expired token is 401")
    func expired() async throws {
        let client = try await TestClient()
        let token = try await client.token(scopes: ["schools:read"], expiresAt: Instant.now().advanced(bySeconds: 1))
        let moment = try await client.get("/v1/me", token: token).status
        #expect(moment == 200 || moment == 401)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(try await client.get("/v1/me", token: token).status == 401)
    }

    @Test(
        "Whose token somebody else issues or rotates is told, by an event and a notice, and so is the data protection officer; nobody else")
    func told() async throws {
        let client = try await TestClient()
        let officer = try await client.officer()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.appoint(.headteacher, at: school, name: "Head")
        let theirs = try await client.token(of: person)
        let other = try await client.token(of: client.appoint(.headteacher, at: school, name: "Another"))
        let made = try await client.post("/v1/tokens", ["name": "Desk", "personId": .string(person)])
        let id = try #require(made.json["id"]?.stringValue)
        #expect(made.json["isGivenByOthers"] == true)
        let admin = try await client.get("/v1/me").json["id"]
        func notices(_ token: String) async throws -> [JSON] {
            let all = try await client.get("/v1/me", token: token).json["notices"]?.arrayValue ?? []
            return all.filter { $0["tokenId"] == .string(id) }
        }
        func events(_ token: String) async throws -> [String] {
            let page = try await client.get("/v1/events?resource=\(id)", token: token).json["items"]?.arrayValue ?? []
            return page.compactMap { $0["type"]?.stringValue }
        }
        for token in [theirs, officer] {
            let told = try await notices(token)
            #expect(told.map { $0["kind"] } == ["tokenIssued"] && told.first?["by"] == admin && told.first?["personId"] == .string(person))
            #expect(try await events(token) == ["apiToken.created"])
            #expect(try await client.get("/v1/tokens/\(id)", token: token).status == 200)
        }
        #expect(try await notices(other) == [])
        #expect(try await events(other) == [])
        let rotated = try await client.post("/v1/tokens/\(id)/rotate", [:])
        #expect(rotated.status == 200)
        for token in [theirs, officer] {
            #expect(try await Set(notices(token).compactMap { $0["kind"]?.stringValue }) == ["tokenIssued", "tokenRotated"])
            #expect(try await events(token) == ["apiToken.created", "apiToken.rotated"])
        }
        // Nor does whoever has that secret hide it by making another as the person.
        #expect(try await client.post("/v1/tokens/\(id)/rotate", token: rotated.json.text("token"), [:]).status == 200)
        for token in [theirs, officer] {
            let told = try await notices(token).first { $0["kind"] == "tokenRotated" }
            #expect(told?["by"] == admin)
        }
        // What is made with it of the person's own is told as well, and doesn't open what is confidential either.
        let borrowed = rotated.json.text("token")
        let further = try await client.post("/v1/tokens", token: borrowed, ["name": "Further", "personId": .string(person)])
        #expect(further.json["isKnownToOthers"] == true && further.json["isGivenByOthers"] == true, "\(further.text)")
        for token in [theirs, officer] {
            let all = try await client.get("/v1/me", token: token).json["notices"]?.arrayValue ?? []
            #expect(all.contains { $0["tokenId"] == further.json["id"] && $0["by"] == .string(id) }, "\(all)")
        }
        #expect(try await client.post("/v1/tokens/\(further.json.text("id"))/revoke", token: theirs).status == 200)
        // What one does oneself is no news, and not the officer's business.
        let own = try await client.post("/v1/tokens", token: theirs, ["name": "Phone", "personId": .string(person)])
        #expect(own.json["isGivenByOthers"] == false, "\(own.text)")
        let ownId = own.json["id"]?.stringValue ?? ""
        #expect(try await client.get("/v1/tokens/\(ownId)", token: officer).status == 404)
        #expect(!(try await client.get("/v1/me", token: theirs).text.contains(ownId)))
        // It becomes both as soon as somebody else has a secret of it.
        #expect(try await client.post("/v1/tokens/\(ownId)/rotate", [:]).status == 200)
        #expect(try await client.get("/v1/tokens/\(ownId)", token: officer).status == 200)
        #expect(try await client.get("/v1/me", token: theirs).text.contains(ownId))
    }

    @Test("A token in the address is not taken")
    func queryToken() async throws {
        let client = try await TestClient()
        #expect(try await client.get("/v1/me?access_token=\(client.admin)", token: nil).status == 401)
    }

    @Test("After many guesses from one address comes 429 with Retry-After; texts that could be no token are just refused")
    func slowedDown() async throws {
        let client = try await TestClient()
        for _ in 0..<100 { #expect(try await client.get("/v1/me", token: "ptn_wrong").status == 401) }
        var statuses: [Int] = []
        for _ in 0..<100 { statuses.append(try await client.get("/v1/me", token: TokenSecret.make()).status) }
        #expect(statuses.first == 401 && statuses.last == 429)
        #expect(try await client.get("/v1/me", token: TokenSecret.make()).headers[.retryAfter] != nil)
        #expect(try await client.get("/v1/me").status == 200)
    }

    @Test("The permissions say what may be done and why not")
    func permissions() async throws {
        let client = try await TestClient()
        let token = try await client.token(scopes: ["schools:read"])
        let one = try await client.get("/v1/me/permissions?operation=updateSchool", token: token)
        #expect(one.json["operations"]?.arrayValue?.count == 1)
        #expect(one.json["operations"]?.arrayValue?.first?["allowed"] == false)
        #expect(one.json["operations"]?.arrayValue?.first?["permission"] == "schools:write")
        #expect(try await client.get("/v1/me/permissions", token: token).json["operations"]?.arrayValue?.count == OperationTests.all.count)
        #expect(try await client.get("/v1/me/permissions?operation=fly", token: token).status == 404)
    }

    @Test("A new token comes with the tag it is read with; null means what leaving out means")
    func tagAndNull() async throws {
        let client = try await TestClient()
        let created = try await client.post("/v1/tokens", ["name": "Desk", "role": "trustAdmin", "scopes": .null, "schoolIds": .null])
        #expect(created.status == 201, "\(created.text)")
        let id = try #require(created.json["id"]?.stringValue)
        let read = try await client.get("/v1/tokens/\(id)")
        #expect(created.etag != nil && created.etag == read.etag)
        #expect(try await client.post("/v1/tokens/\(id)/rotate", ["overlapMinutes": .null]).status == 200)
    }
}
