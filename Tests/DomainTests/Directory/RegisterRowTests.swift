import Core
import Domain
import Testing

@Suite struct RegisterRowTests {
    @Test("A row of the register becomes a school")
    func mapping() throws {
        let membership = RegisterMembership(groupUid: "3320", groupName: "HARRIS FEDERATION", joinedOn: LocalDate("2019-09-01"))
        let school = try RegisterFixture.school.made(membership: membership)
        #expect(school.urn == "100025" && school.ukprn == "10078058" && school.laEstab == "2022775")
        #expect(school.name == "Gospel Oak Primary School" && school.shortName == nil)
        #expect(school.phase == .primary && school.status == .open)
        #expect(school.establishmentTypeCode == "01" && school.establishmentType == "Community school")
        #expect(school.openedOn == LocalDate("1953-09-01") && school.closedOn == nil)
        #expect(school.localAuthorityCode == "202" && school.localAuthorityName == "Camden" && school.region == "London")
        #expect(school.ageRangeLow == 3 && school.ageRangeHigh == 11)
        #expect(school.gender == "Mixed" && school.religiousCharacter == nil)
        #expect(school.capacity == 459 && school.pupils == 421 && school.percentFull == 92)
        #expect(school.percentFreeSchoolMeals == 38.5 && school.percentFreeSchoolMealsAsAt == LocalDate("2026-01-15"))
        #expect(school.percentDisadvantaged == nil)
        #expect(school.street == "Mansfield Road" && school.locality == nil && school.town == "London" && school.county == nil)
        #expect(school.postcode == "NW3 2JB" && school.website == "www.gospeloak.camden.sch.uk")
        #expect(school.easting == 528_230 && school.northing == 185_638)
        #expect(school.groupUid == "3320" && school.groupName == "HARRIS FEDERATION" && school.joinedOn == LocalDate("2019-09-01"))
        #expect(school.provenanceSource == "gias" && school.provenanceAsAt == LocalDate("2026-03-02"))
        #expect(school.etag == .first && school.createdAt == school.updatedAt)
    }

    @Test(
        "A blank in any spelling is nothing",
        arguments: ["", " ", "Not applicable", "NOT APPLICABLE", "Does not apply", "Not recorded", "..", "-", "\u{A0}"])
    func blanks(blank: String) throws {
        var fixture = RegisterFixture.school
        for name in [
            "UKPRN", "OpenDate", "StatutoryLowAge", "Gender (name)", "SchoolCapacity", "PercentageFSM", "Street", "Easting", "GOR (name)",
        ] {
            fixture = fixture.with(name, blank)
        }
        let school = try fixture.with("LastChangedDate", blank).with("EstablishmentNumber", blank).made()
        #expect(
            school.ukprn == nil && school.openedOn == nil && school.ageRangeLow == nil && school.gender == nil && school.capacity == nil)
        #expect(school.percentFreeSchoolMeals == nil && school.percentFreeSchoolMealsAsAt == nil && school.percentFull == nil)
        #expect(school.street == nil && school.easting == nil && school.region == nil && school.laEstab == nil)
        #expect(school.provenanceAsAt == LocalDate("2026-11-23"))
    }

    @Test("None is a real religious character")
    func none() throws {
        #expect(try RegisterFixture.school.with("ReligiousCharacter (name)", "None").made().religiousCharacter == "None")
    }

    @Test("Codes are the same with and without leading zero", arguments: [("1", "01"), ("01", "01"), ("6", "06"), ("34", "34")])
    func codes(code: String, stored: String) throws {
        #expect(try RegisterFixture.school.with("TypeOfEstablishment (code)", code).made().establishmentTypeCode == stored)
        #expect(try RegisterFixture.school.with("PhaseOfEducation (code)", "02").made().phase == .primary)
        #expect(try RegisterFixture.school.with("EstablishmentStatus (code)", "01").made().status == .open)
    }

    @Test("Every phase and status of the register is known")
    func enumerations() throws {
        let phases = try (0...7).map { try RegisterFixture.school.with("PhaseOfEducation (code)", "\($0)").made().phase }
        #expect(
            phases == [
                .notApplicable, .nursery, .primary, .middleDeemedPrimary, .secondary, .middleDeemedSecondary, .sixteenPlus, .allThrough,
            ])
        #expect(Set(phases) == Set(School.Phase.allCases))
        #expect(try RegisterFixture.school.with("PhaseOfEducation (code)", "Not applicable").made().phase == .notApplicable)
        let statuses = try (1...4).map { try RegisterFixture.school.with("EstablishmentStatus (code)", "\($0)").made().status }
        #expect(statuses == [.open, .closed, .openButProposedToClose, .proposed])
    }

    @Test("Days come with hyphens or slashes", arguments: ["31-08-2022", "31/08/2022", " 31-08-2022 "])
    func dates(text: String) throws {
        #expect(try RegisterFixture.school.with("CloseDate", text).made().closedOn == LocalDate("2022-08-31"))
    }

    @Test(
        "Local authority and establishment number make the LAESTAB, where there are both",
        arguments: [
            ("202", "2775", "2022775"), ("202", "12", "2020012"), ("202", "", nil), ("0", "6328", nil), ("000", "6328", nil),
            ("Does not apply", "6328", nil), ("202", "21034", nil),
        ])
    func laEstab(authority: String, number: String, expected: String?) throws {
        let school = try RegisterFixture.school.with("LA (code)", authority).with("EstablishmentNumber", number).made()
        #expect(school.laEstab == expected)
        #expect(school.localAuthorityCode == (authority == "202" ? "202" : nil))
    }

    @Test("Surrounding space goes, line ends and runs of space become one space, both lines of a locality are kept")
    func space() throws {
        let school = try RegisterFixture.school.with("EstablishmentName", "\u{A0} St  Mary's\r\nSchool ").with("Locality", "Hopwas")
            .with("Address3", "Tunstall").made()
        #expect(school.name == "St Mary's School" && school.locality == "Hopwas, Tunstall")
        #expect(try RegisterFixture.school.with("Address3", "Tunstall").made().locality == "Tunstall")
    }

    @Test(
        "A value the register can't mean is reported with its column and reason",
        arguments: [
            ("URN", "12345", "must be 6 digits, not “12345”"), ("URN", "", "is blank"), ("URN", "10002X", "must be 6 digits, not “10002X”"),
            ("EstablishmentName", "", "is blank"), ("EstablishmentName", "-", "is blank"), ("EstablishmentStatus (code)", "", "is blank"),
            ("EstablishmentName", "a\u{7}b", "has a control character"), ("EstablishmentStatus (code)", "9", "is no known status, not “9”"),
            ("PhaseOfEducation (code)", "8", "is no known phase, not “8”"),
            ("TypeOfEstablishment (code)", "x", "must be a code of 2 digits, not “x”"),
            ("TypeOfEstablishment (name)", "Not recorded", "is blank"),
            ("UKPRN", "20078058", "must be from 10000000 to 19999999, not “20078058”"),
            ("UKPRN", "1007805", "must be 8 digits, not “1007805”"),
            ("OpenDate", "31-02-2020", "must be a day as dd-mm-yyyy or dd/mm/yyyy, not “31-02-2020”"),
            ("OpenDate", "2020-02-01", "must be a day as dd-mm-yyyy or dd/mm/yyyy, not “2020-02-01”"),
            ("OpenDate", "01-02/2020", "must be a day as dd-mm-yyyy or dd/mm/yyyy, not “01-02/2020”"),
            ("SchoolCapacity", "-1", "must be a whole number from 0 to 100000, not “-1”"),
            ("NumberOfPupils", "1e3", "must be a whole number from 0 to 100000, not “1e3”"),
            ("NumberOfPupils", "99999999999999999999", "must be a whole number from 0 to 100000, not “99999999999999999999”"),
            ("PercentageFSM", "101", "must be a number from 0 to 100, not “101”"),
            ("PercentageFSM", "nan", "must be a number from 0 to 100, not “nan”"),
            ("PercentageFSM", "0x1p3", "must be a number from 0 to 100, not “0x1p3”"),
            ("LA (code)", "E09000007", "must be a code of 3 digits, not “E09000007”"),
            ("StatutoryLowAge", "100", "must be a whole number from 0 to 99, not “100”"),
        ])
    func invalid(column: String, value: String, reason: String) {
        #expect(RegisterFixture.school.with(column, value).problems() == ["2 \(column) \(reason)"])
    }

    @Test("A cell of more than 1,000 characters is refused, its excerpt short")
    func long() {
        #expect(
            RegisterFixture.school.with("Street", String(repeating: "é", count: 1001)).problems() == [
                "2 Street is longer than 1000 characters"
            ])
        #expect(RegisterFixture.school.with("Street", String(repeating: "é", count: 1000)).problems() == [])
        #expect(
            RegisterFixture.school.with("OpenDate", String(repeating: "9", count: 60)).problems()
                == ["2 OpenDate must be a day as dd-mm-yyyy or dd/mm/yyyy, not “\(String(repeating: "9", count: 40))…”"])
    }

    @Test("All that is wrong with a row is said at once")
    func several() {
        let problems = RegisterFixture.school.with("URN", "").with("OpenDate", "soon").with("Easting", "west").problems()
        #expect(problems.map { $0.split(separator: " ")[1] } == ["URN", "OpenDate", "Easting"])
    }

    @Test("A new row changes what belongs to the register and keeps what the school says of itself")
    func applying() throws {
        var stored = try RegisterFixture.school.made()
        stored.vision = "Every child known"
        stored.values = ["kindness"]
        stored.shortName = "Gospel Oak"
        stored.externalRefs = [ExternalRef(system: "mis", id: "1")]
        stored.percentDisadvantaged = 41
        stored.etag = VersionTag(number: 5)
        let later = Instant("2027-01-04T08:00:00Z")!
        #expect(try RegisterFixture.school.row().applied(to: stored, at: later) == stored)
        let onlyTouched = RegisterFixture.school.with("LastChangedDate", "04-01-2027")
        #expect(try onlyTouched.row().applied(to: stored, at: later) == stored)

        var expected = stored
        expected.pupils = 459
        expected.percentFull = 100
        expected.provenanceAsAt = LocalDate("2027-01-04")
        #expect(try onlyTouched.with("NumberOfPupils", "459").row().applied(to: stored, at: later) == expected)
        expected.provenanceAsAt = LocalDate("2027-01-04")
        #expect(
            try RegisterFixture.school.with("LastChangedDate", "").with("NumberOfPupils", "459").row().applied(to: stored, at: later)
                == expected)
    }

    @Test("About a column the file doesn't have the register says nothing: what is stored stays")
    func unsaid() throws {
        let stored = try RegisterFixture.school.with("Locality", "Kentish Town").made()
        let optional = RegisterSchoolColumn.allCases.filter { !RegisterSchoolColumn.required.contains($0) }
        #expect(optional.count == 24)
        let least = RegisterFixture(
            cells: RegisterFixture.school.cells.filter { cell in !optional.contains { $0.rawValue == cell.name } })
        let now = Instant("2027-01-04T08:00:00Z")!
        #expect(try least.row().applied(to: stored, at: now) == stored)
        for column in optional where column != .lastChangedOn {
            let one = RegisterFixture.school.with("Locality", "Kentish Town").without(column.rawValue)
            #expect(try one.row().applied(to: stored, at: now) == stored, "\(column.rawValue)")
        }
    }
}
