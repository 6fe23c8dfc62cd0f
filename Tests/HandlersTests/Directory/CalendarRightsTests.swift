import Core
import Domain
import OrderedCollections
import Testing

/// The trust's default is the trust's to write, a school's own calendar the school's.
struct CalendarRightsTests {
    static let own: Set<Role> = [
        .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher, .schoolOffice, .schoolBusinessManager,
    ]

    /// Status of a dry run for the trust, the own school and another one.
    func statuses(
        _ client: TestClient, _ token: String, own: String, other: String, _ send: (String, JSON) async throws -> Int
    )
        async throws -> [Int]
    {
        var found: [Int] = []
        for school in [JSON.null, .string(own), .string(other)] { found.append(try await send(token, school)) }
        return found
    }

    @Test("Each role writes exactly its own calendar: terms, days and term dates from a file alike", arguments: Role.appointable)
    func roles(role: Role) async throws {
        let fixture = try await CalendarFixture()
        let client = fixture.client
        let other = try await client.addSchool(urn: "100026").id
        let token = try await client.token(of: client.appoint(role, at: role.isAtSchool ? fixture.school : nil))
        let expected = [role == .chiefExecutive, Self.own.contains(role), false]
        let days = try await statuses(client, token, own: fixture.school, other: other) { token, school in
            let body: JSON = ["kind": "inset", "schoolId": school, "startsOn": "2026-09-03", "endsOn": "2026-09-03"]
            return try await client.post("/v1/calendar-days?dryRun=true", token: token, body).status
        }
        #expect(days == expected.map { $0 ? 201 : 403 })
        let terms = try await statuses(client, token, own: fixture.school, other: other) { token, school in
            let body: JSON = [
                "academicYearId": .string(fixture.year), "schoolId": school, "name": "Extra", "startsOn": "2027-08-02",
                "endsOn": "2027-08-03",
            ]
            return try await client.post("/v1/terms?dryRun=true", token: token, body).status
        }
        #expect(terms == expected.map { $0 ? 201 : 403 })
        let files = try await statuses(client, token, own: fixture.school, other: other) { token, school in
            let query = school.stringValue.map { "&school=\($0)" } ?? ""
            return try await client.post("/v1/terms/import?dryRun=true" + query, token: token, [:]).status
        }
        // Whoever may is told what is wrong with the file.
        #expect(files == expected.map { $0 ? 422 : 403 })
        #expect(
            try await client.post("/v1/bank-holidays/import?dryRun=true", token: token, CalendarFixture.bankHolidays()).status
                == (role == .chiefExecutive ? 200 : 403))
        let year: JSON = ["name": "2027-28", "startsOn": "2027-09-01", "endsOn": "2028-08-31"]
        #expect(
            try await client.post("/v1/academic-years?dryRun=true", token: token, year).status == (role == .chiefExecutive ? 201 : 403))
    }

    @Test("The trust's administrator writes a school's calendar only where the school has delegated it to the central team")
    func delegated() async throws {
        let fixture = try await CalendarFixture()
        let id = try await fixture.addDay("inset", "2026-09-03", school: fixture.school)
        func status() async throws -> Int {
            try await fixture.client.patch("/v1/calendar-days/\(id)?dryRun=true", ["reason": "x"]).status
        }
        #expect(try await status() == 403)
        #expect(try await fixture.client.delete("/v1/calendar-days/\(id)?dryRun=true").status == 403)
        _ = try await fixture.client.add(
            "/v1/delegations", ["schoolId": .string(fixture.school), "chapter": "calendar", "startsOn": "2020-01-01"])
        #expect(try await status() == 200)
    }

    @Test("Whom the lead has delegated the calendar to writes it")
    func delegate() async throws {
        let fixture = try await CalendarFixture()
        let person = try await fixture.client.appoint(.teacher, at: fixture.school)
        let body: JSON = ["kind": "inset", "schoolId": .string(fixture.school), "startsOn": "2026-09-03", "endsOn": "2026-09-03"]
        let token = try await fixture.client.token(of: person)
        #expect(try await fixture.client.post("/v1/calendar-days", token: token, body).status == 403)
        _ = try await fixture.client.add(
            "/v1/delegations",
            ["schoolId": .string(fixture.school), "chapter": "calendar", "personId": .string(person), "startsOn": "2020-01-01"])
        #expect(try await fixture.client.post("/v1/calendar-days", token: token, body).status == 201)
    }
}
