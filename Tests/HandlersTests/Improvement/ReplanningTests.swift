import Core
import Domain
import OrderedCollections
import Testing

/// A plan follows the stages and memberships of its schools.
struct ReplanningTests {
    private func client(_ day: String = "2026-09-02") async throws -> TestClient {
        let client = try await TestClient()
        client.clock.set("\(day)T09:00:00Z")
        try await client.addYear()
        return client
    }

    private func intensive(_ school: String) -> JSON {
        ["schoolId": .string(school), "stage": "repair", "tier": "intensive", "startsOn": "2026-01-01"]
    }

    private func improving(_ school: String, from day: String = "2027-01-10") -> JSON {
        ["schoolId": .string(school), "stage": "improve", "tier": "targeted", "startsOn": .string(day)]
    }

    @Test("A school that moves from repair to improve keeps what was due before; only later activities change, and say why")
    func stage() async throws {
        let client = try await client()
        let (school, other) = (try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"))
        for id in [school, other] { _ = try await client.add("/v1/stages", intensive(id)) }
        let cycle = try await client.activeCycle(client.addFramework())
        let before = try await client.activities(cycle)
        _ = try await client.add("/v1/stages", improving(school))
        let after = try await client.activities(cycle, "&schoolId=\(school)")
        #expect(
            after.map(\.window).sorted() == [
                "2026-09-01 to 2026-12-18 scheduled", "2027-01-04 to 2027-03-25 cancelled", "2027-01-10 to 2027-07-21 scheduled",
                "2027-04-12 to 2027-07-21 cancelled",
            ], "\(after.map(\.window))")
        let reason = JSON.string("The school moved from repair to improve on 2027-01-10.")
        #expect(after.map { $0["replannedBecause"] == reason } == [false, true, true, true])
        #expect(after.first == before.first { $0["schoolIds"] == [.string(school)] })
        let untouched = before.filter { $0["schoolIds"] == [.string(other)] }
        #expect(try await client.activities(cycle, "&schoolId=\(other)") == untouched)
    }

    @Test("What has begun, is done, missed or waived stays, whatever becomes of the stage")
    func begun() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        _ = try await client.add("/v1/stages", intensive(school))
        let cycle = try await client.activeCycle(client.addFramework())
        let ids = try await client.activities(cycle).map { $0.text("id") }
        _ = try await client.post("/v1/activities/\(ids[1])/start")
        _ = try await client.post("/v1/activities/\(ids[2])/complete", ["outcome": "Early"])
        _ = try await client.add("/v1/stages", improving(school))
        let states = try await client.activities(cycle).filter { ids.contains($0.text("id")) }.map { $0.text("state") }
        #expect(states == ["scheduled", "inProgress", "done"])
    }

    @Test("A stage corrected or removed again brings back what it took, and nothing is there twice")
    func correction() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        _ = try await client.add("/v1/stages", intensive(school))
        let cycle = try await client.activeCycle(client.addFramework())
        func open() async throws -> [String] { try await client.activities(cycle, "&state=scheduled").map(\.window) }
        let planned = try await open()
        let stage = try await client.add("/v1/stages", improving(school))
        #expect(try await client.patch("/v1/stages/\(stage)", ["startsOn": "2027-04-01"]).status == 200)
        #expect(try await client.patch("/v1/stages/\(stage)", ["startsOn": "2027-01-10"]).status == 200)
        #expect(try await client.delete("/v1/stages/\(stage)").status == 204)
        #expect(try await open() == planned)
    }

    @Test("A stage with the same frequency changes nothing, not even a version")
    func nothing() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        _ = try await client.add("/v1/stages", improving(school, from: "2026-01-01"))
        let cycle = try await client.activeCycle(client.addFramework())
        let before = try await client.activities(cycle)
        _ = try await client.add(
            "/v1/stages", ["schoolId": .string(school), "stage": "sustain", "tier": "universal", "startsOn": "2027-01-10"])
        #expect(try await client.activities(cycle) == before)
    }

    @Test("A school that joins gets the rest and takes part in what is shared; a cycle of named schools takes nobody in")
    func joining() async throws {
        let client = try await client()
        let first = try await client.addMember(urn: "100025")
        let framework = try await client.addFramework([.peerReview, .moderation])
        let second = try await client.addMember(urn: "100026")
        let cycle = try await client.activeCycle(framework)
        let named = try await client.activeCycle(framework, ["schoolIds": [.string(first), .string(second)]])
        let before = try await client.activities(named)
        let joined = try await client.addMember(urn: "100027", from: "2027-02-01")
        let own = try await client.activities(cycle, "&schoolId=\(joined)&kind=peerReview")
        #expect(own.map(\.window) == ["2027-02-01 to 2027-03-25 scheduled", "2027-04-12 to 2027-07-21 scheduled"])
        #expect(own.allSatisfy { $0["replannedBecause"] == "The school belongs to the trust from 2027-02-01 on." })
        #expect(own.allSatisfy { [[.string(first)], [.string(second)]].contains($0["partnerSchoolIds"]) })
        let shared = try await client.activities(cycle, "&kind=moderation").map { $0["schoolIds"]?.arrayValue?.count }
        #expect(shared == [2, 3, 3])
        #expect(try await client.get("/v1/cycles/\(cycle)").json["schoolIds"]?.arrayValue?.contains(.string(joined)) == true)
        #expect(try await client.activities(named) == before)
    }

    @Test("A school that leaves has nothing due later, and others get another partner for the visits it would make")
    func leaving() async throws {
        let client = try await client()
        let schools = [
            try await client.addMember(urn: "100025"), try await client.addMember(urn: "100026"), try await client.addMember(urn: "100027"),
        ]
        let cycle = try await client.activeCycle(client.addFramework([.peerReview, .moderation]))
        let membership = try await client.get("/v1/memberships?schoolId=\(schools[0])").json["items"]?.arrayValue?.first?.text("id")
        let left = try await client.patch("/v1/memberships/\(membership ?? "")", ["endsOn": "2027-01-31"])
        #expect(left.status == 200, "\(left.text)")
        let own = try await client.activities(cycle, "&schoolId=\(schools[0])&kind=peerReview").map { $0.text("state") }
        #expect(own == ["scheduled", "cancelled", "cancelled"])
        let visits = try await client.activities(cycle, "&kind=peerReview&state=scheduled&dueOn.gte=2027-02-01")
        #expect(visits.count == 4)
        for visit in visits {
            #expect(visit["partnerSchoolIds"]?.arrayValue?.count == 1 && visit["partnerSchoolIds"] != [.string(schools[0])], "\(visit)")
        }
        let shared = try await client.activities(cycle, "&kind=moderation").map { $0["schoolIds"]?.arrayValue?.count }
        #expect(shared == [3, 2, 2])
    }

    @Test("What is past stays past: a change recorded late plans from today on")
    func late() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        _ = try await client.add("/v1/stages", intensive(school))
        let cycle = try await client.activeCycle(client.addFramework())
        client.clock.set("2027-04-01T09:00:00Z")
        _ = try await client.add("/v1/stages", improving(school))
        let states = try await client.activities(cycle).map(\.window)
        #expect(states.prefix(2) == ["2026-09-01 to 2026-12-18 scheduled", "2027-01-04 to 2027-03-25 scheduled"], "\(states)")
    }

    @Test("A dry run of a stage changes no activity, and a write refused later takes its plan back")
    func dryRun() async throws {
        let client = try await client()
        let school = try await client.addMember(urn: "100025")
        _ = try await client.add("/v1/stages", intensive(school))
        let cycle = try await client.activeCycle(client.addFramework())
        let before = try await client.activities(cycle)
        #expect(try await client.post("/v1/stages?dryRun=true", improving(school)).status == 201)
        #expect(try await client.activities(cycle) == before)
    }
}
