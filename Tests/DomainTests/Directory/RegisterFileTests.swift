import Core
import Domain
import Testing

@Suite struct RegisterFileTests {
    private func refusal<Column: RegisterColumn>(_ fixture: RegisterFixture, as column: Column.Type) -> String? {
        do {
            return try fixture.read { (_: CSVRecord, _: RegisterColumns<Column>, _) in nil }
        } catch {
            return "\(error)"
        }
    }

    @Test("A file given for another is refused, and what it looks like is said")
    func mistaken() {
        #expect(
            refusal(.group, as: RegisterSchoolColumn.self)
                == "Line 1 of the establishments file isn't the header of an edubasealldata extract; it looks like allgroupsdata, the groups file."
        )
        #expect(
            refusal(.school, as: RegisterLinkColumn.self)
                == "Line 1 of the group-links file isn't the header of an alllinksdata extract; it looks like edubasealldata, the establishments file."
        )
        #expect(
            refusal(.link, as: RegisterGroupColumn.self)
                == "Line 1 of the groups file isn't the header of an allgroupsdata extract; it looks like alllinksdata, the group-links file."
        )
    }

    @Test("A file without a column it must have is refused, naming all that are missing")
    func missing() {
        #expect(
            refusal(.school.without("URN", "LA (code)"), as: RegisterSchoolColumn.self)
                == "Line 1 of the establishments file lacks the columns of an edubasealldata extract: URN, LA (code).")
        #expect(
            refusal(RegisterFixture(cells: [("some", "1"), ("table", "2")]), as: RegisterGroupColumn.self)
                == "Line 1 of the groups file lacks the columns of an allgroupsdata extract: Group UID, Group Name, Group Type (code), Group Status (code)."
        )
    }

    @Test("A column that is there twice is refused; one that nobody reads may be")
    func twice() {
        let school = RegisterFixture.school
        #expect(
            refusal(RegisterFixture(cells: school.cells + [("Town", "Leeds")]), as: RegisterSchoolColumn.self)
                == "Line 1 of the establishments file has the column Town twice.")
        #expect(refusal(RegisterFixture(cells: school.cells + [("Diocese (name)", "y")]), as: RegisterSchoolColumn.self) == nil)
    }

    @Test("Columns are found by name, in any order")
    func order() throws {
        let reversed = RegisterFixture(cells: RegisterFixture.school.cells.reversed())
        #expect(try reversed.made() == RegisterFixture.school.made())
    }

    @Test("A link says which school belongs to which group since when")
    func link() throws {
        func read(_ fixture: RegisterFixture) throws -> RegisterLink { try fixture.read { try RegisterLink.read($0, $1, $2) } }
        let link = try read(.link)
        #expect(link.urn == 100_025 && link.joinedOn == LocalDate("2019-09-01"))
        #expect(link.group.uid == "3320" && link.group.id == "TR00968" && link.group.companiesHouseNumber == "06228587")
        #expect(link.group.isTrust && link.group.isOpen && link.group.obstacle == nil)
        #expect(try read(.link.with("Joined date", "")).joinedOn == nil)
        #expect(try read(.link.with("Joined date", "01/09/2019")).joinedOn == LocalDate("2019-09-01"))
        #expect(throws: RegisterRowError.self) { try read(.link.with("Joined date", "2019")) }
        #expect(throws: RegisterRowError.self) { try read(.link.with("URN", "x")) }
        #expect(throws: RegisterRowError.self) { try read(.link.with("Group UID", "1234567")) }
    }

    private func readGroup(_ fixture: RegisterFixture) throws -> RegisterGroup { try fixture.read { try RegisterGroup.read($0, $1, $2) } }

    @Test("A group keeps the leading zeros of its company number and has an id only of the trusts' form")
    func group() throws {
        #expect(try readGroup(.group).companiesHouseNumber == "06228587")
        #expect(try readGroup(.group.with("Companies House Number", "6228587")).companiesHouseNumber == "06228587")
        #expect(try readGroup(.group.with("Companies House Number", "SC123456")).companiesHouseNumber == "SC123456")
        for other in ["SC1234", "É12345Z", "sc123456", "SC 12345", "0622858-", "ÉÉÉÉ", "622858É"] {
            #expect(try readGroup(.group.with("Companies House Number", other)).companiesHouseNumber == nil, "\(other)")
        }
        for id in ["TR00968.old", "TR00968_old", "SP00911", "16101", "", "TR0096X"] {
            #expect(try readGroup(.group.with("Group ID", id)).id == nil)
        }
        #expect(try readGroup(.group).ukprn == "10055126")
    }

    @Test(
        "Only an open academy trust can be the trust of a service",
        arguments: [
            ("06", "Multi-academy trust", "OPEN", nil), ("6", "Multi-academy trust", "OPEN", nil),
            ("10", "Single-academy trust", "OPEN", nil),
            ("11", "Secure single-academy trust", "OPEN", nil),
            ("06", "Multi-academy trust", "CLOSED", "The group 3320 (HARRIS FEDERATION) is not open."),
            ("06", "Multi-academy trust", "PROPOSED_TO_OPEN", "The group 3320 (HARRIS FEDERATION) is not open."),
            ("05", "School sponsor", "OPEN", "The group 3320 (HARRIS FEDERATION) is no academy trust but: School sponsor."),
            ("01", "Federation", "OPEN", "The group 3320 (HARRIS FEDERATION) is no academy trust but: Federation."),
        ])
    func obstacles(code: String, type: String, status: String, obstacle: String?) throws {
        let group = try readGroup(.group.with("Group Type (code)", code).with("Group Type", type).with("Group Status (code)", status))
        #expect(group.obstacle == obstacle)
    }

    @Test("Of several groups a school belongs to its trust first, never to a sponsor or a closed group")
    func ranks() throws {
        func rank(_ code: String, _ status: String = "OPEN") throws -> Int? {
            try readGroup(.group.with("Group Type (code)", code).with("Group Status (code)", status)).rank
        }
        #expect(try ["06", "10", "11", "02", "01", "08", "05"].map { try rank($0) } == [0, 0, 0, 1, 2, 3, nil])
        #expect(try rank("06", "CLOSED") == nil)
    }

    @Test("Without a status a group is open until its day of closing")
    func status() throws {
        #expect(try readGroup(.group.with("Group Status (code)", "")).isOpen)
        #expect(try !readGroup(.group.with("Group Status (code)", "").with("Closed Date", "31/10/2025")).isOpen)
    }
}
