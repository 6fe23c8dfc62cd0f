import Core
import Domain
import OrderedCollections
import Testing

struct SchoolCalendarTests {
    @Test("Each day of a school says who is in and why, whichever key names the school")
    func days() async throws {
        let fixture = try await CalendarFixture()
        #expect(
            try await fixture.days("2026-10-22", "2026-10-26") == [
                "2026-10-22 PSO schoolDay", "2026-10-23 PSO schoolDay", "2026-10-24 pso weekend", "2026-10-25 pso weekend",
                "2026-10-26 psO halfTerm",
            ])
        let answer = try await fixture.client.get("/v1/schools/urn:100025/calendar?from=2027-03-26&to=2027-03-26")
        #expect(answer.json["schoolId"] == .string(fixture.school))
        #expect(answer.json["days"]?.arrayValue?.first?["reason"] == "Bank holiday: Good Friday")
        let tag = try #require(answer.etag)
        let again = try await fixture.client.get(
            "/v1/schools/urn:100025/calendar?from=2027-03-26&to=2027-03-26", headers: ["If-None-Match": tag])
        #expect(again.status == 304)
    }

    @Test("A school's own terms replace the trust's of that year, its own days are laid over, other schools' don't matter")
    func overlay() async throws {
        let fixture = try await CalendarFixture()
        let other = try await fixture.client.addSchool(urn: "100026").id
        try await fixture.addTerm("Autumn term", "2026-09-08", "2026-12-18", school: other)
        try await fixture.addDay("closure", "2026-09-02", school: other)
        #expect(try await fixture.days("2026-09-01", "2026-09-02") == ["2026-09-01 PSO schoolDay", "2026-09-02 PSO schoolDay"])
        try await fixture.addDay("inset", "2026-09-01", "2026-09-02")
        #expect(try await fixture.days("2026-09-01", "2026-09-02") == ["2026-09-01 pSO inset", "2026-09-02 pSO inset"])
        try await fixture.addDay("extraDay", "2026-09-02", school: fixture.school)
        #expect(try await fixture.days("2026-09-02", "2026-09-02") == ["2026-09-02 PSO extraDay"])
        try await fixture.addTerm("Term 1", "2026-09-07", "2026-10-16", school: fixture.school)
        #expect(try await fixture.days("2026-09-03", "2026-09-07").first == "2026-09-03 psO holiday")
        #expect(try await fixture.days("2027-01-05", "2027-01-05") == ["2027-01-05 psO holiday"])
    }

    @Test("Days are counted between two days, both included, with what was skipped and why")
    func count() async throws {
        let fixture = try await CalendarFixture()
        let path = "/v1/schools/\(fixture.school)/calendar/count?from=2026-10-19&to=2026-11-06&kind="
        let pupils = try await fixture.client.get(path + "pupilsIn")
        #expect(pupils.status == 200 && pupils.json["days"] == 10 && pupils.json["endsOn"] == "2026-11-06")
        let runs = (pupils.json["explanation"]?.arrayValue ?? []).map {
            "\($0["days"]?.integerValue ?? 0) \($0["reason"]?.stringValue ?? "")"
        }
        #expect(runs == ["5 Autumn term 2026-27", "4 Weekend", "5 Half-term of Autumn term 2026-27", "5 Autumn term 2026-27"])
        #expect(try await fixture.client.get(path + "officeOpen").json["days"] == 15)
    }

    @Test("The day n days on is found, not counting the day itself")
    func daysOn() async throws {
        let fixture = try await CalendarFixture()
        func end(_ query: String) async throws -> JSON? {
            try await fixture.client.get("/v1/schools/\(fixture.school)/calendar/count?\(query)").json["endsOn"]
        }
        #expect(try await end("kind=pupilsIn&from=2026-10-22&days=2") == "2026-11-02")
        #expect(try await end("kind=pupilsIn&from=2026-10-24&days=0") == "2026-11-02")
        #expect(try await end("kind=officeOpen&from=2026-12-24&days=1") == "2026-12-29")
        let beyond = try await fixture.client.get("/v1/schools/\(fixture.school)/calendar/count?kind=pupilsIn&from=2026-10-22&days=800")
        #expect(beyond.status == 409)
        #expect(try await end("kind=officeOpen&from=9999-12-01&days=1") == "9999-12-02")
    }

    @Test(
        "A question that can't be answered is refused naming the parameter",
        arguments: [
            ("calendar?from=2026-09-02&to=2026-09-01", "to"), ("calendar?from=2026-09-01&to=2028-11-10", "to"),
            ("calendar?from=2026-09-01", "to"),
            ("calendar?from=1+September&to=2026-09-01", "from"), ("calendar/count?from=2026-09-01&kind=pupilsIn", "days"),
            ("calendar/count?from=2026-09-01&kind=pupilsIn&to=2026-09-02&days=1", "days"),
            ("calendar/count?from=2026-09-01&days=1", "kind"),
            ("calendar/count?from=2026-09-01&kind=everybody&days=1", "kind"),
            ("calendar/count?from=2026-09-01&kind=staffIn&days=801", "days"),
            ("calendar/count?from=2026-09-01&kind=staffIn&days=-1", "days"),
            ("calendar/count?from=2026-09-02&kind=staffIn&to=2026-09-01", "to"),
            ("calendar/summary", "academicYear"), ("calendar/summary?academicYear=2026", "academicYear"),
        ])
    func refused(query: String, parameter: String) async throws {
        let fixture = try await CalendarFixture()
        let answer = try await fixture.client.get("/v1/schools/\(fixture.school)/\(query)")
        #expect(answer.status == 400 && answer.places == [parameter], "\(answer.text)")
    }

    @Test("The longest range is 800 days")
    func longest() async throws {
        let fixture = try await CalendarFixture()
        #expect(try await fixture.days("2026-09-01", "2028-11-08").count == 800)
    }

    @Test("A year's days are summed up against 190, 5 and 195")
    func summary() async throws {
        let fixture = try await CalendarFixture()
        try await fixture.addDay("inset", "2026-08-27", "2026-08-28")
        try await fixture.addDay("disaggregated", "2027-07-21", school: fixture.school)
        let answer = try await fixture.client.get("/v1/schools/\(fixture.school)/calendar/summary?academicYear=2026-27")
        #expect(answer.json["pupilDays"] == 194 && answer.json["insetDays"] == 3 && answer.json["staffDays"] == 197)
        #expect(answer.json["usualStaffDays"] == 195 && answer.json["disaggregatedDays"] == 1)
        #expect(try await fixture.client.get("/v1/schools/\(fixture.school)/calendar/summary?academicYear=2030-31").status == 404)
    }

    @Test("Everyone signed in reads every school's calendar")
    func rights() async throws {
        let fixture = try await CalendarFixture()
        let other = try await fixture.client.addSchool(urn: "100026").id
        for role in [Role.teacher, .governor, .schoolOffice, .trustee] {
            let token = try await fixture.client.token(of: fixture.client.appoint(role, at: role.isAtSchool ? other : nil))
            for path in ["schools/\(fixture.school)/calendar?from=2026-09-01&to=2026-09-02", "terms", "academic-years", "bank-holidays"] {
                #expect(try await fixture.client.get("/v1/\(path)", token: token).status == 200, "\(role) \(path)")
            }
        }
    }
}
