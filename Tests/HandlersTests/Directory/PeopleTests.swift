import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct PeopleTests {
    @Test("A person is recorded, found by words, changed and read back with a strong tag")
    func person() async throws {
        let client = try await TestClient()
        let body: JSON = [
            "name": "Zoë Ferreira", "workEmail": "zoe@fenmarch.example", "jobTitle": "Headteacher",
            "externalRefs": [["system": "hr", "id": "77"]],
        ]
        let made = try await client.post("/v1/people", body)
        #expect(made.status == 201 && made.etag == "\"1\"")
        let id = try #require(made.json["id"]?.stringValue)
        #expect(made.headers[.location] == "/v1/people/\(id)")
        for words in ["zoe", "ferr", "fenmarch.example", "headteacher"] {
            #expect(try await client.get("/v1/people?q=\(words)").json["items"]?.arrayValue?.count == 1, "\(words)")
        }
        let changed = try await client.patch("/v1/people/\(id)", ["jobTitle": "Executive headteacher"], ifMatch: "\"1\"")
        #expect(changed.status == 200 && changed.etag == "\"2\"" && changed.json["name"] == "Zoë Ferreira")
    }

    @Test("An address and a reference belong to one person, whatever the case of the letters")
    func unique() async throws {
        let client = try await TestClient()
        let refs: JSON = [["system": "hr", "id": "77"]]
        _ = try await client.add("/v1/people", ["name": "A", "workEmail": "a@b.example", "externalRefs": refs])
        let email = try await client.post("/v1/people", ["name": "B", "workEmail": "A@B.EXAMPLE"])
        #expect(email.status == 409 && email.places == ["/workEmail"])
        let reference = try await client.post("/v1/people", ["name": "B", "externalRefs": refs])
        #expect(reference.status == 409 && reference.places == ["/externalRefs"])
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 1)
    }

    @Test("Somebody recorded by mistake can be removed; somebody with a history can't")
    func deletion() async throws {
        let client = try await TestClient()
        let mistake = try await client.addPerson()
        #expect(try await client.delete("/v1/people/\(mistake)", ifMatch: nil).status == 428)
        #expect(try await client.delete("/v1/people/\(mistake)", ifMatch: "\"9\"").status == 412)
        #expect(try await client.delete("/v1/people/\(mistake)", ifMatch: "\"1\"").status == 204)
        #expect(try await client.get("/v1/people/\(mistake)").status == 404)
        #expect(try await client.delete("/v1/people/\(mistake)").status == 404)
        let trustee = try await client.appoint(.trustee)
        #expect(try await client.delete("/v1/people/\(trustee)").status == 409)
    }

    @Test("A dry run answers the same and leaves nothing")
    func dryRun() async throws {
        let client = try await TestClient()
        let seq = try await client.get("/v1/people").json["seq"]
        let answer = try await client.post("/v1/people?dryRun=true", ["name": "A"])
        #expect(answer.status == 201)
        #expect(answer.headers[try #require(HTTPField.Name("Dry-Run"))] == "true")
        let after = try await client.get("/v1/people?count=exact")
        #expect(after.json["total"] == 0 && after.json["seq"] == seq)
    }

    @Test("Those who work at a school are recorded by that school, others by nobody but the trust")
    func whoRecords() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        let office = try await client.token(of: client.appoint(.schoolOffice, at: schools[0], name: "Office"))
        let made = try await client.post("/v1/people", token: office, ["name": "New"])
        #expect(made.status == 201)
        func status(_ person: String) async throws -> Int {
            try await client.patch("/v1/people/\(person)?dryRun=true", token: office, ["name": "Other"]).status
        }
        #expect(try await status(made.json["id"]?.stringValue ?? "") == 200)
        #expect(try await status(client.appoint(.teacher, at: schools[0])) == 200)
        #expect(try await status(client.appoint(.teacher, at: schools[1])) == 403)
        #expect(try await status(client.appoint(.trustee)) == 403)
        let teacher = try await client.token(of: client.appoint(.teacher, at: schools[0]))
        #expect(try await client.post("/v1/people", token: teacher, ["name": "New"]).status == 403)
    }

    @Test("As of a day the people are those who held an appointment then")
    func asOf() async throws {
        let client = try await TestClient()
        _ = try await client.addPerson("Nobody")
        let trustee = try await client.appoint(.trustee, name: "Somebody")
        let then = try await client.get("/v1/people?asOf=2020-01-01").json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue }
        #expect(then == [trustee])
        #expect(try await client.get("/v1/people?asOf=2019-12-31").json["items"] == [])
    }
}

struct AppointmentTests {
    private func body(_ person: String, _ school: String?, _ role: Role, _ more: JSON.Object = [:]) -> JSON {
        var body: JSON.Object = ["personId": .string(person), "role": .string(role.rawValue), "startsOn": "2026-09-01"]
        if let school { body["schoolId"] = .string(school) }
        for (name, value) in more { body[name] = value }
        return .object(body)
    }

    @Test("Of several who lead a school at most one is its lead on any day, and the refusal names the other")
    func oneLead() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let people = try await [client.addPerson("A"), client.addPerson("B")]
        let first = try await client.add(
            "/v1/appointments", body(people[0], school, .coHeadteacher, ["isLead": true, "endsOn": "2027-08-31"]))
        let clash = try await client.post("/v1/appointments", body(people[1], school, .coHeadteacher, ["isLead": true]))
        #expect(clash.status == 409 && clash.code == "overlap" && clash.places == ["/startsOn"])
        #expect(clash.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(first))
        _ = try await client.add("/v1/appointments", body(people[1], school, .coHeadteacher))
        let next = try await client.post(
            "/v1/appointments", body(people[1], school, .headteacher, ["isLead": true, "startsOn": "2027-09-01"]))
        #expect(next.status == 201)
        let longer = try await client.patch("/v1/appointments/\(first)", ["endsOn": "2027-09-01"])
        #expect(longer.status == 409 && longer.code == "overlap")
    }

    @Test("What no schema can say is refused with every pointer at once")
    func rules() async throws {
        let client = try await TestClient()
        let person = try await client.addPerson()
        let school = try await client.addSchool(urn: "100025").id
        let wrong = try await client.post(
            "/v1/appointments",
            body("per_01h455vb4pex5vsknk084sn02q", nil, .teacher, ["isLead": true, "areas": ["finance"], "endsOn": "2026-08-31"]))
        #expect(wrong.status == 422 && Set(wrong.places) == ["/personId", "/schoolId", "/isLead", "/areas", "/endsOn"])
        let central = try await client.post("/v1/appointments", body(person, school, .trustee))
        #expect(central.status == 422 && central.places == ["/schoolId"])
        #expect(try await client.post("/v1/appointments", body(person, school, .delegate)).status == 422)
        #expect(try await client.post("/v1/appointments", body(person, "sch_01h455vb4pex5vsknk084sn02q", .teacher)).places == ["/schoolId"])
    }

    @Test("A school appoints its staff; who leads it the trust appoints; nobody appoints at another school")
    func whoAppoints() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        let office = try await client.token(of: client.appoint(.schoolOffice, at: schools[0], name: "Office"))
        let person = try await client.addPerson()
        func status(_ school: String?, _ role: Role) async throws -> Int {
            try await client.post("/v1/appointments?dryRun=true", token: office, body(person, school, role)).status
        }
        #expect(try await status(schools[0], .teacher) == 201)
        #expect(try await status(schools[0], .headteacher) == 403)
        #expect(try await status(schools[1], .teacher) == 403)
        #expect(try await status(nil, .trustee) == 403)
        #expect(try await client.post("/v1/appointments", body(person, schools[0], .headteacher)).status == 201)
    }

    @Test("Related resources come with it when asked for, as far as the caller may read them")
    func expansion() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let person = try await client.appoint(.headteacher, at: school, name: "Ada")
        let list = try await client.get("/v1/appointments?expand=person,school")
        let item = try #require(list.json["items"]?.arrayValue?.first)
        #expect(item["person"]?["name"] == "Ada" && item["school"]?["urn"] == "100025" && item["personId"] == .string(person))
        let narrow = try await client.token(scopes: ["people:read"])
        let one = try await client.get("/v1/appointments/\(item["id"]?.stringValue ?? "")?expand=person,school", token: narrow)
        #expect(one.json["person"]?["name"] == "Ada" && one.json["school"] == .null)
        #expect(one.etag?.hasPrefix("W/") == true)
        #expect(try await client.get("/v1/appointments?expand=salary").status == 400)
    }
}
