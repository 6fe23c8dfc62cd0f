import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

/// A person's token does what their appointments allow on the day, and no more.
struct AuthorityTests {
    private func profile(_ school: School, _ client: TestClient, token: String) async throws -> Int {
        try await client.patch("/v1/schools/\(school.id)?dryRun=true", token: token, ["vision": "Every child."]).status
    }

    @Test("A head's token loses its authority the day after the appointment ends, by the trust's calendar")
    func endsWithAppointment() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let person = try await client.appoint(.headteacher, at: school.id)
        let id = try await client.get("/v1/appointments").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.patch("/v1/appointments/\(id)", ["endsOn": "2026-08-31"]).status == 200)
        let token = try await client.token(of: person)
        client.clock.set("2026-08-31T22:59:59Z")
        #expect(try await profile(school, client, token: token) == 200)
        #expect(try await client.get("/v1/me", token: token).json["roles"] == ["headteacher"])
        // Midnight in London, an hour before UTC's.
        client.clock.set("2026-08-31T23:00:00Z")
        #expect(try await profile(school, client, token: token) == 403)
        #expect(try await client.get("/v1/schools", token: token).status == 403)
        #expect(try await client.get("/v1/me", token: token).json["roles"] == [])
    }

    @Test("A head writes for its own school, the trust's administrator only where the school has delegated it")
    func ownChoices() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025"), client.addSchool(urn: "100026")]
        let head = try await client.token(of: client.appoint(.headteacher, at: schools[0].id))
        #expect(try await profile(schools[0], client, token: head) == 200)
        #expect(try await profile(schools[1], client, token: head) == 403)
        #expect(try await profile(schools[0], client, token: client.admin) == 403)
        let delegation: JSON = ["schoolId": .string(schools[0].id), "chapter": "profile", "startsOn": "2020-01-01"]
        #expect(try await client.post("/v1/delegations", token: client.admin, delegation).status == 403)
        #expect(try await client.post("/v1/delegations", token: head, delegation).status == 201)
        #expect(try await profile(schools[0], client, token: client.admin) == 200)
        #expect(try await profile(schools[1], client, token: client.admin) == 403)
    }

    @Test("Who was delegated a chapter may do that and nothing else, and only on its days")
    func delegate() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let head = try await client.token(of: client.appoint(.headteacher, at: school.id))
        let person = try await client.appoint(.teacher, at: school.id, name: "Bo")
        let theirs = try await client.token(of: person)
        #expect(try await profile(school, client, token: theirs) == 403)
        let made = try await client.post(
            "/v1/delegations", token: head,
            [
                "schoolId": .string(school.id), "chapter": "profile", "personId": .string(person), "startsOn": "2026-01-01",
                "endsOn": "2026-12-31",
            ])
        #expect(made.status == 201)
        client.clock.set("2026-06-01T12:00:00Z")
        #expect(try await profile(school, client, token: theirs) == 200)
        let appointment: JSON = [
            "personId": .string(person), "schoolId": .string(school.id), "role": "support", "startsOn": "2026-01-01",
        ]
        #expect(try await client.post("/v1/appointments?dryRun=true", token: theirs, appointment).status == 403)
        client.clock.set("2027-01-01T12:00:00Z")
        #expect(try await profile(school, client, token: theirs) == 403)
    }

    @Test("Somebody who stands in has the authority of the lead, for those days only")
    func standIn() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let head = try await client.appoint(.headteacher, at: school.id)
        let deputy = try await client.appoint(.deputyHeadteacher, at: school.id, name: "Deputy")
        let token = try await client.token(of: deputy)
        _ = try await client.add(
            "/v1/absences",
            [
                "personId": .string(head), "schoolId": .string(school.id), "standInId": .string(deputy), "startsOn": "2026-03-02",
                "endsOn": "2026-03-06",
            ])
        for (day, status) in [("2026-03-01", 403), ("2026-03-02", 200), ("2026-03-06", 200), ("2026-03-07", 403)] {
            client.clock.set("\(day)T12:00:00Z")
            #expect(try await profile(school, client, token: token) == status, "\(day)")
        }
    }

    @Test(
        "A stand-in has no authority where it doesn't lead: the head's appointment has ended, an acting head is appointed, it is away itself"
    )
    func noStandIn() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let head = try await client.appoint(.headteacher, at: school.id)
        let deputy = try await client.appoint(.deputyHeadteacher, at: school.id, name: "Deputy")
        let token = try await client.token(of: deputy)
        _ = try await client.add(
            "/v1/absences",
            ["personId": .string(head), "schoolId": .string(school.id), "standInId": .string(deputy), "startsOn": "2026-03-02"])
        client.clock.set("2026-05-01T12:00:00Z")
        #expect(try await profile(school, client, token: token) == 200)
        let acting = try await client.add(
            "/v1/appointments",
            [
                "personId": .string(client.addPerson("Acting")), "schoolId": .string(school.id), "role": "actingHeadteacher",
                "startsOn": "2026-05-01", "endsOn": "2026-05-31",
            ])
        #expect(try await profile(school, client, token: token) == 403)
        #expect(try await client.delete("/v1/appointments/\(acting)").status == 204)
        #expect(try await profile(school, client, token: token) == 200)
        let appointment =
            try await client.get("/v1/appointments?role=headteacher").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.patch("/v1/appointments/\(appointment)", ["endsOn": "2026-04-30"]).status == 200)
        #expect(try await profile(school, client, token: token) == 403)
    }

    @Test("Nobody makes themselves more than they are: not by an absence, an appointment, or taking somebody's away")
    func escalation() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let head = try await client.appoint(.headteacher, at: school.id)
        let manager = try await client.appoint(.schoolBusinessManager, at: school.id, name: "Manager")
        let chair = try await client.appoint(.chairOfGovernors, at: school.id, name: "Chair")
        let token = try await client.token(of: manager)
        func absence(_ standIn: String) -> JSON {
            ["personId": .string(head), "schoolId": .string(school.id), "standInId": .string(standIn), "startsOn": "2026-03-02"]
        }
        #expect(try await client.post("/v1/absences", token: token, absence(manager)).status == 403)
        let chairs = try await client.token(of: chair)
        #expect(try await client.post("/v1/absences", token: chairs, absence(chair)).status == 403)
        #expect(try await client.post("/v1/absences?dryRun=true", token: chairs, absence(manager)).status == 201)
        for role in ["headteacher", "governor", "chairOfGovernors", "teacher"] {
            let own: JSON = [
                "personId": .string(manager), "schoolId": .string(school.id), "role": .string(role), "startsOn": "2026-01-01",
            ]
            #expect(try await client.post("/v1/appointments", token: token, own).status == 403, "\(role)")
        }
        let appointment =
            try await client.get("/v1/appointments?role=headteacher").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.delete("/v1/appointments/\(appointment)", token: token).status == 403)
        #expect(try await client.patch("/v1/appointments/\(appointment)", token: token, ["endsOn": "2026-01-01"]).status == 403)
    }

    @Test("Who leads a school has no authority in the trust from the day after it has left, and has it again when it joins anew")
    func schoolHasLeft() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        client.clock.set("2026-01-01T12:00:00Z")
        _ = try await client.add("/v1/memberships", ["schoolId": .string(school.id), "startsOn": "2020-01-01", "endsOn": "2026-08-31"])
        let token = try await client.token(of: client.appoint(.headteacher, at: school.id))
        client.clock.set("2026-08-31T12:00:00Z")
        #expect(try await client.get("/v1/stages", token: token).status == 200)
        client.clock.set("2026-09-01T12:00:00Z")
        #expect(try await client.get("/v1/stages", token: token).status == 403)
        _ = try await client.add("/v1/memberships", ["schoolId": .string(school.id), "startsOn": "2026-09-01"])
        #expect(try await client.get("/v1/stages", token: token).status == 200)
    }

    @Test("One school doesn't get hold of somebody's record by appointing them")
    func foreignRecord() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let token = try await client.token(of: client.appoint(.schoolOffice, at: school.id, name: "Office"))
        let chief = try await client.appoint(.chiefExecutive, name: "Chief")
        let body: JSON = ["personId": .string(chief), "schoolId": .string(school.id), "role": "support", "startsOn": "2026-01-01"]
        #expect(try await client.post("/v1/appointments", token: token, body).status == 201)
        #expect(try await client.patch("/v1/people/\(chief)", token: token, ["workEmail": "mine@b.example"]).status == 403)
    }

    @Test("Everybody with an appointment lists, narrows and revokes tokens of their own, and nobody else's")
    func ownTokens() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let person = try await client.appoint(.teacher, at: school.id)
        let token = try await client.token(of: person)
        let list = try await client.get("/v1/tokens?count=exact", token: token)
        #expect(list.json["total"] == 1)
        let narrow: JSON = ["name": "Phone", "personId": .string(person), "scopes": ["schools:read"]]
        let made = try await client.post("/v1/tokens", token: token, narrow)
        #expect(made.status == 201 && made.json["issuedBy"] == .string(person))
        #expect(try await client.post("/v1/tokens/\(made.json["id"]?.stringValue ?? "")/revoke", token: token).status == 200)
        #expect(try await client.post("/v1/tokens", token: token, ["name": "x", "scopes": ["schools:read"]]).status == 403)
        let other = try await client.addPerson("Other")
        #expect(try await client.post("/v1/tokens", token: token, ["name": "x", "personId": .string(other)]).status == 403)
        let narrowed = try await client.token(of: person, scopes: ["tokens:write"])
        #expect(try await client.post("/v1/tokens", token: narrowed, ["name": "x", "personId": .string(person)]).status == 403)
    }

    @Test("Somebody narrowed gains nothing by issuing or rotating a stronger token")
    func narrowedChief() async throws {
        let client = try await TestClient()
        let chief = try await client.appoint(.chiefExecutive, name: "Chief")
        let narrowed = try await client.token(of: chief, scopes: ["tokens:write", "tokens:read"])
        #expect(try await client.post("/v1/tokens", token: narrowed, ["name": "x", "role": "trustAdmin"]).status == 403)
        let admin = try await client.get("/v1/tokens?name=admin").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.post("/v1/tokens/\(admin)/rotate", token: narrowed).status == 403)
        #expect(try await client.post("/v1/tokens/\(admin)/revoke", token: narrowed).status == 403)
    }

    @Test("Whoever may see but not change is told so before anything about the body, the tag or the media type")
    func orderOfChecks() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025"), client.addSchool(urn: "100026")]
        let bound = try await client.token(
            scopes: ["schools:write", "schools:read", "trust:write", "imports:write"], schoolIds: [schools[0].id])
        let neighbour = try await client.token(of: client.appoint(.headteacher, at: schools[0].id))
        let path = "/v1/schools/\(schools[1].id)"
        #expect(try await client.patch(path, token: neighbour, ["vision": 1]).status == 403)
        #expect(try await client.patch(path, token: neighbour, ["vision": "v"], ifMatch: nil).status == 403)
        #expect(try await client.patch(path, token: neighbour, ["vision": "v"], ifMatch: "\"9\"").status == 403)
        let text = ["If-Match": "*", "Content-Type": "text/plain"]
        #expect(try await client.send(.patch, path, token: neighbour, body: [1], headers: text).status == 403)
        #expect(try await client.patch("/v1/trust", token: bound, ["name": "T"], ifMatch: "\"9\"").status == 403)
        #expect(try await client.post("/v1/imports", token: bound, ["nonsense": 1]).status == 403)
    }

    @Test("A person's token is issued by that person, narrower or the same, or by those who run the trust")
    func issuing() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let chief = try await client.token(of: client.appoint(.chiefExecutive, name: "Chief"))
        let person = try await client.appoint(.headteacher, at: school.id)
        let body: JSON = ["name": "Phone", "personId": .string(person), "scopes": ["schools:read"]]
        let made = try await client.post("/v1/tokens", token: chief, body)
        #expect(made.status == 201 && made.json["personId"] == .string(person))
        let secret = try #require(made.json["token"]?.stringValue)
        #expect(try await client.get("/v1/schools", token: secret).status == 200)
        #expect(try await profile(school, client, token: secret) == 403)
        #expect(try await client.post("/v1/tokens", ["name": "x", "personId": .string(person), "role": "trustAdmin"]).places == ["/role"])
        #expect(try await client.post("/v1/tokens", ["name": "x", "personId": "per_01h455vb4pex5vsknk084sn02q"]).places == ["/personId"])
        let integration = try await client.token(scopes: ["tokens:write"])
        #expect(try await client.post("/v1/tokens", token: integration, body).status == 403)
    }

    @Test("A token lives no longer than the one that issued it")
    func lifetime() async throws {
        let client = try await TestClient()
        client.clock.set("2026-11-01T12:00:00Z")
        let short = try await client.token(scopes: ["tokens:write", "schools:read"], expiresAt: Instant("2026-11-02T12:00:00Z"))
        func issue(_ expiry: JSON) async throws -> Int {
            try await client.post("/v1/tokens", token: short, ["name": "child", "scopes": ["schools:read"], "expiresAt": expiry]).status
        }
        #expect(try await issue("2026-11-02T12:00:00Z") == 201)
        #expect(try await issue("2026-11-02T12:00:01Z") == 403)
        #expect(try await issue(.null) == 403)
    }
}
