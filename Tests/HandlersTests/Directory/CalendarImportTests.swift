import Core
import Domain
import OrderedCollections
import Repositories
import Testing

struct CalendarImportTests {
    func counts(_ report: JSON?) -> [JSON?] { ["created", "updated", "unchanged"].map { report?[$0] } }

    @Test("A day the term dates close the trust on moves what was promised")
    func closes() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-08T15:00:00Z")
        let raised = try await client.add("/v1/support-requests", ["subject": "x", "serviceId": .string(client.addService())])
        func due() async throws -> String {
            try await client.get("/v1/support-requests/\(raised)", token: client.integration).json.text("firstResponseDueAt")
        }
        #expect(try await due() == "2026-09-09T15:00:00.000Z")
        let imported = try await client.post("/v1/terms/import", CalendarFixture.termDates(without: "2026-09-09"))
        #expect(imported.status == 200, "\(imported.text)")
        #expect(try await due() == "2026-09-10T15:00:00.000Z")
    }

    @Test("GOV.UK's file is loaded once; again it changes nothing and tells nobody")
    func bankHolidays() async throws {
        let client = try await TestClient()
        let first = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays())
        #expect(first.status == 200 && first.json == ["created": 21, "updated": 0, "unchanged": 0, "deleted": 0])
        let seq = try await client.store.read { try $0.lastSeq() }
        let again = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays())
        #expect(again.json == ["created": 0, "updated": 0, "unchanged": 21, "deleted": 0])
        #expect(try await client.store.read { try $0.lastSeq() } == seq)
    }

    @Test("A later file replaces what it covers: other titles, new days, days no longer in it; earlier days stay")
    func replaced() async throws {
        let client = try await TestClient()
        _ = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays())
        let trust = try await client.get("/v1/trust").etag
        let later = [("2027-03-26", "Good Friday"), ("2027-03-29", "Easter"), ("2027-06-07", "Jubilee")]
        let report = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays(later))
        #expect(report.json == ["created": 3, "updated": 3, "unchanged": 3, "deleted": 6])
        let list = try await client.get("/v1/bank-holidays?division=scotland&fields=date,title")
        let titles = list.json["items"]?.arrayValue?.map { "\($0["date"]?.stringValue ?? "") \($0["title"]?.stringValue ?? "")" }
        #expect(
            titles == [
                "2026-12-25 Christmas Day", "2026-12-28 Boxing Day", "2027-01-01 New Year’s Day", "2027-03-26 Good Friday",
                "2027-03-29 Easter", "2027-06-07 Jubilee",
            ])
        // Followers learn of it through the trust.
        #expect(try await client.get("/v1/trust").etag != trust)
    }

    @Test("A file of another shape is refused with pointers, and nothing changes")
    func otherShape() async throws {
        let client = try await TestClient()
        _ = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays())
        let missing = CalendarFixture.bankHolidays([]).merging(patch: ["scotland": .null])
        let answer = try await client.post("/v1/bank-holidays/import", missing)
        #expect(answer.status == 422 && answer.places == ["/scotland"])
        let bad = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays([("2027-02-30", "No day")]))
        #expect(bad.status == 422 && bad.places.first == "/england-and-wales/events/0/date")
        #expect(try await client.get("/v1/bank-holidays?count=exact").json["total"] == 21)
        let dry = try await client.post("/v1/bank-holidays/import?dryRun=true", CalendarFixture.bankHolidays([("2027-03-26", "x")]))
        #expect(dry.json["deleted"] == 9)
        #expect(try await client.get("/v1/bank-holidays?count=exact").json["total"] == 21)
    }

    @Test("Bank holidays are paged by date without repeating or skipping any")
    func pages() async throws {
        let client = try await TestClient()
        _ = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays())
        var found: [String] = []
        let path = "/v1/bank-holidays?limit=4&date.gte=2026-12-28&date.lte=2027-05-03&division=scotland,northern-ireland"
        var cursor = ""
        while true {
            let page = try await client.get(path + cursor)
            #expect(page.status == 200)
            found += (page.json["items"]?.arrayValue ?? []).map { "\($0["date"]?.stringValue ?? "") \($0["division"]?.stringValue ?? "")" }
            guard let next = page.json["next"]?.stringValue else { break }
            cursor = "&cursor=" + next
        }
        #expect(found.count == 10 && found == found.sorted() && Set(found).count == 10)
        #expect(try await client.get("/v1/bank-holidays?division=cornwall").status == 400)
    }

    @Test("The trust's division says which holidays its schools keep")
    func division() async throws {
        let fixture = try await CalendarFixture()
        let scottish = CalendarFixture.bankHolidays().merging(patch: [
            "scotland": ["events": [["title": "2nd January", "date": "2027-01-04", "notes": "Substitute day", "bunting": true]]]
        ])
        _ = try await fixture.client.post("/v1/bank-holidays/import", scottish)
        #expect(try await fixture.days("2027-01-04", "2027-01-04") == ["2027-01-04 PSO schoolDay"])
        let wrong = try await fixture.client.patch("/v1/trust", ["bankHolidayDivision": "cornwall"])
        #expect(wrong.status == 422 && wrong.places == ["/bankHolidayDivision"])
        _ = try await fixture.client.patch("/v1/trust", ["bankHolidayDivision": "scotland"])
        #expect(try await fixture.days("2027-01-04", "2027-01-04") == ["2027-01-04 pso bankHoliday"])
        let reset = try await fixture.client.patch("/v1/trust", ["bankHolidayDivision": .null])
        #expect(reset.json["bankHolidayDivision"] == "england-and-wales")
    }

    @Test("Term dates of the trust make year, terms and days; the same file again changes nothing")
    func termDates() async throws {
        let client = try await TestClient()
        let file = CalendarFixture.termDates(training: [["date": "2026-09-07", "label": "INSET day"]])
        let first = try await client.post("/v1/terms/import", file)
        #expect(first.status == 200 && first.json["source"] == "Fenmarch" && first.json["schoolId"] == .null, "\(first.text)")
        #expect(["academicYears", "terms", "calendarDays"].map { counts(first.json[$0]) } == [[1, 0, 0], [1, 0, 0], [1, 0, 0]])
        let again = try await client.post("/v1/terms/import", file)
        #expect(["academicYears", "terms", "calendarDays"].map { counts(again.json[$0]) } == [[0, 0, 1], [0, 0, 1], [0, 0, 1]])
        let term = try #require(try await client.get("/v1/terms").json["items"]?.arrayValue?.first)
        #expect(term["startsOn"] == "2026-09-07" && term["halfTermStartsOn"] == "2026-09-26" && term["endsOn"] == "2026-10-09")
        #expect(try await client.get("/v1/academic-years").json["items"]?.arrayValue?.first?["startsOn"] == "2026-09-01")
        let moved = try await client.post("/v1/terms/import", CalendarFixture.termDates(firstDay: "2026-09-08"))
        #expect(counts(moved.json["terms"]) == [0, 1, 0])
    }

    @Test("A year that begins in August ends the one before; dates outside their year are refused, not guessed")
    func neighbours() async throws {
        let client = try await TestClient()
        let before = try await client.add("/v1/academic-years", ["name": "2025-26", "startsOn": "2025-09-01", "endsOn": "2026-08-31"])
        let training: JSON = [["date": "2026-08-27", "label": "INSET day"]]
        let report = try await client.post("/v1/terms/import", CalendarFixture.termDates(training: training))
        #expect(counts(report.json["academicYears"]) == [1, 1, 0], "\(report.text)")
        #expect(try await client.get("/v1/academic-years/\(before)").json["endsOn"] == "2026-08-26")
        let late: JSON = [
            "generated_at": "", "source": "", "school": "Fenmarch", "pd_days": [], "all_schooldays": [],
            "academic_years": [
                [
                    "name": "2027-28", "provisional": true, "bank_holidays": [], "school_holidays": [],
                    "dates": [["date": "2027-09-02", "week": 1], ["date": "2028-09-01", "week": 40]],
                ]
            ],
        ]
        let refused = try await client.post("/v1/terms/import", late)
        #expect(refused.status == 422 && refused.places == ["/academic_years/0"], "\(refused.text)")
    }

    @Test("A school's file records what isn't the trust's: its training days, its terms only where they differ")
    func schoolTermDates() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let early = try await client.post("/v1/terms/import?school=urn:100025", token: client.integration, CalendarFixture.termDates())
        #expect(early.status == 422 && early.places == ["/academic_years/0"], "\(early.text)")
        _ = try await client.post("/v1/terms/import", CalendarFixture.termDates())
        let training: JSON = [["date": "2026-09-07", "label": "INSET day"]]
        let own = try await client.post(
            "/v1/terms/import?school=urn:100025", token: client.integration, CalendarFixture.termDates(training: training))
        #expect(own.json["schoolId"] == .string(school))
        #expect(["academicYears", "terms", "calendarDays"].map { counts(own.json[$0]) } == [[0, 0, 0], [0, 0, 1], [1, 0, 0]])
        let other = try await client.post(
            "/v1/terms/import?school=\(school)", token: client.integration, CalendarFixture.termDates(firstDay: "2026-09-09"))
        #expect(counts(other.json["terms"]) == [1, 0, 0])
        #expect(try await client.get("/v1/terms?schoolId=\(school)").json["items"]?.arrayValue?.first?["startsOn"] == "2026-09-09")
        #expect(try await client.post("/v1/terms/import?school=urn:999999", CalendarFixture.termDates()).places == ["school"])
    }

    @Test("Term dates whose bank holidays aren't those known here are refused, naming the day")
    func otherBankHolidays() async throws {
        let client = try await TestClient()
        let file = CalendarFixture.termDates(bankHolidays: ["2026-09-07"])
        let contradicting = try await client.post("/v1/terms/import", file)
        // The file has it as a school day as well, so it is an extra day there.
        #expect(contradicting.status == 200 && counts(contradicting.json["calendarDays"]) == [1, 0, 0])
        _ = try await client.post("/v1/bank-holidays/import", CalendarFixture.bankHolidays([("2026-09-08", "Local holiday")]))
        let refused = try await client.post("/v1/terms/import", CalendarFixture.termDates())
        #expect(refused.status == 422 && refused.places == ["/academic_years/0/bank_holidays"] && refused.text.contains("Local holiday"))
    }
}
