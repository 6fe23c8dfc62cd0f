import Core
import Domain
import OrderedCollections
import Testing

struct CalendarRecordTests {
    @Test("An academic year is recorded, listed, changed and deleted")
    func years() async throws {
        let client = try await TestClient()
        let id = try await client.add("/v1/academic-years", ["name": "2026-27", "startsOn": "2026-09-01", "endsOn": "2027-08-31"])
        #expect(id.hasPrefix("acy_"))
        let changed = try await client.patch("/v1/academic-years/\(id)", ["startsOn": "2026-08-27"], ifMatch: "\"1\"")
        #expect(changed.status == 200 && changed.json["startsOn"] == "2026-08-27" && changed.etag == "\"2\"")
        #expect(try await client.get("/v1/academic-years/\(id)").json == changed.json)
        let list = try await client.get("/v1/academic-years?name=2026-27&asOf=2026-08-30&sort=-startsOn&count=exact")
        #expect(list.json["items"]?.arrayValue == [changed.json] && list.json["total"] == 1)
        #expect(try await client.get("/v1/academic-years?asOf=2026-08-26").json["items"] == [])
        #expect(try await client.delete("/v1/academic-years/\(id)", ifMatch: "\"1\"").status == 412)
        #expect(try await client.delete("/v1/academic-years/\(id)", ifMatch: "\"2\"").status == 204)
        #expect(try await client.get("/v1/academic-years/\(id)").status == 404)
    }

    @Test(
        "A year that isn't one is refused with its pointer",
        arguments: [
            ("2026-27", "2027-09-01", "2027-08-31", "/endsOn"), ("2026-27", "2026-08-10", "2027-08-31", "/startsOn"),
            ("2026-27", "2026-09-01", "2027-09-01", "/endsOn"), ("2026-28", "2026-09-01", "2027-08-31", "/name"),
            ("2026-7", "2026-09-01", "2027-08-31", "/name"), ("2026-27", "2026-09-31", "2027-08-31", "/startsOn"),
        ])
    func refusedYears(name: String, startsOn: String, endsOn: String, pointer: String) async throws {
        let client = try await TestClient()
        let answer = try await client.post(
            "/v1/academic-years", ["name": .string(name), "startsOn": .string(startsOn), "endsOn": .string(endsOn)])
        #expect(answer.status == 422 && answer.places == [pointer], "\(answer.text)")
    }

    @Test("Years that overlap are refused, naming the other one; so is one that leaves its terms or is deleted with them")
    func yearConflicts() async throws {
        let fixture = try await CalendarFixture()
        let next = try await fixture.client.post(
            "/v1/academic-years", ["name": "2027-28", "startsOn": "2027-08-30", "endsOn": "2028-08-31"])
        #expect(next.status == 409 && next.code == "overlap" && next.places == ["/startsOn"])
        #expect(next.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(fixture.year))
        let shorter = try await fixture.client.patch("/v1/academic-years/\(fixture.year)", ["endsOn": "2027-07-20"])
        #expect(shorter.status == 409 && shorter.text.contains("Summer term"))
        let gone = try await fixture.client.delete("/v1/academic-years/\(fixture.year)")
        #expect(gone.status == 409 && gone.text.contains("trm_"))
    }

    @Test("The trust's academicYearStart bounds the years")
    func yearStart() async throws {
        let client = try await TestClient()
        _ = try await client.patch("/v1/trust", ["academicYearStart": "08-01"])
        let body: JSON = ["name": "2026-27", "startsOn": "2026-08-01", "endsOn": "2027-07-31"]
        #expect(try await client.post("/v1/academic-years", body).status == 201)
    }

    @Test("A term is recorded, listed by owner, changed and deleted; its half-term is cleared by null")
    func terms() async throws {
        let fixture = try await CalendarFixture()
        let id = try await fixture.addTerm("Term 1", "2026-09-02", "2026-10-16", school: fixture.school)
        let list = try await fixture.client.get("/v1/terms?schoolId.isNull=true&academicYearId=\(fixture.year)&sort=startsOn&fields=name")
        #expect(list.json["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["Autumn term", "Spring term", "Summer term"])
        #expect(try await fixture.client.get("/v1/terms?schoolId=\(fixture.school)").json["items"]?.arrayValue?.count == 1)
        let half = try await fixture.client.patch(
            "/v1/terms/\(id)", token: fixture.client.integration, ["halfTermStartsOn": "2026-09-21", "halfTermEndsOn": "2026-09-25"])
        #expect(half.json["halfTermEndsOn"] == "2026-09-25")
        let whole = try await fixture.client.patch(
            "/v1/terms/\(id)", token: fixture.client.integration, ["halfTermStartsOn": .null, "halfTermEndsOn": .null])
        #expect(whole.status == 200 && whole.json["halfTermStartsOn"] == .null)
        let owner = try await fixture.client.patch("/v1/terms/\(id)", token: fixture.client.integration, ["schoolId": .null])
        #expect(owner.status == 422 && owner.places == ["/schoolId"])
        #expect(try await fixture.client.delete("/v1/terms/\(id)", token: fixture.client.integration).status == 204)
    }

    @Test("A term that doesn't fit its year, its owner's others or itself is refused")
    func refusedTerms() async throws {
        let fixture = try await CalendarFixture()
        let good: JSON = [
            "academicYearId": .string(fixture.year), "schoolId": .string(fixture.school), "name": "Term 1", "startsOn": "2026-09-02",
            "endsOn": "2026-10-16",
        ]
        func refusal(_ change: JSON) async throws -> String {
            let answer = try await fixture.client.post(
                "/v1/terms?dryRun=true", token: fixture.client.integration, good.merging(patch: change))
            return "\(answer.status) \(answer.places.joined(separator: " "))"
        }
        #expect(try await refusal([:]) == "201 ")
        #expect(try await refusal(["academicYearId": "acy_01h455vb4pex5vsknk084sn02q"]) == "422 /academicYearId")
        #expect(try await refusal(["schoolId": "sch_01h455vb4pex5vsknk084sn02q"]) == "422 /schoolId")
        #expect(try await refusal(["startsOn": "2026-08-26"]) == "422 /startsOn")
        #expect(try await refusal(["endsOn": "2026-09-01"]) == "422 /endsOn")
        #expect(try await refusal(["halfTermStartsOn": "2026-09-21"]) == "422 /halfTermEndsOn")
        #expect(try await refusal(["halfTermStartsOn": "2026-09-21", "halfTermEndsOn": "2026-10-16"]) == "422 /halfTermStartsOn")
        #expect(try await refusal(["schoolId": .null, "name": "x"]) == "409 /startsOn")
        #expect(
            try await refusal(["schoolId": .null, "name": "autumn TERM", "startsOn": "2026-12-20", "endsOn": "2026-12-30"]) == "409 /name")
        #expect(try await refusal(["name": ""]) == "422 /name")
        #expect(try await refusal(["colour": "red"]) == "422 /colour")
    }

    @Test("Days of another kind are recorded, changed and deleted; entries of one owner don't overlap, but an office closure may")
    func calendarDays() async throws {
        let fixture = try await CalendarFixture()
        let id = try await fixture.addDay("inset", "2026-09-01", "2026-09-02")
        let clash = try await fixture.client.post(
            "/v1/calendar-days", ["kind": "closure", "startsOn": "2026-09-02", "endsOn": "2026-09-04"])
        #expect(clash.status == 409 && clash.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(id))
        try await fixture.addDay("officeClosure", "2026-09-02")
        try await fixture.addDay("closure", "2026-09-02", school: fixture.school)
        let changed = try await fixture.client.patch("/v1/calendar-days/\(id)", ["kind": "twilight", "reason": .null])
        #expect(changed.json["kind"] == "twilight" && changed.json["reason"] == .null)
        #expect(try await fixture.client.get("/v1/calendar-days?kind=twilight,inset&asOf=2026-09-01").json["items"] == [changed.json])
        let unknown = try await fixture.client.post(
            "/v1/calendar-days", ["kind": "party", "startsOn": "2026-09-02", "endsOn": "2026-09-04"])
        #expect(unknown.status == 422 && unknown.places == ["/kind"])
        let long = try await fixture.client.patch("/v1/calendar-days/\(id)", ["endsOn": "2027-09-02"])
        #expect(long.status == 422 && long.places == ["/endsOn"])
        #expect(try await fixture.client.delete("/v1/calendar-days/\(id)").status == 204)
    }
}
