import Core
import Domain
import Testing

@Suite struct RegisterSubstanceTests {
    @Test("Any mapped column that changes, changes the substance of a row; any other doesn't")
    func columns() throws {
        let substance = try RegisterFixture.school.substance()
        for (name, value) in RegisterFixture.school.cells {
            let changed = try RegisterFixture.school.with(name, value + "1").substance()
            #expect((changed == substance) == ["LastChangedDate", "Diocese (name)"].contains(name), "\(name)")
        }
    }

    @Test("What stands in two columns can't be taken for what stands in one")
    func unambiguous() throws {
        let one = try RegisterFixture.school.with("Street", "ab").with("Locality", "c").substance()
        let other = try RegisterFixture.school.with("Street", "a").with("Locality", "bc").substance()
        #expect(one != other)
        // Also for characters that a row is refused for.
        for character in (0..<32).compactMap(Unicode.Scalar.init).map(String.init) where character != "\0" {
            #expect(
                try RegisterFixture.school.with("Locality", character).substance()
                    != RegisterFixture.school.with("Address3", character).substance())
        }
        #expect(try RegisterFixture.school.without("Locality").substance() != RegisterFixture.school.substance())
    }

    @Test("Encoding and membership are part of it; the order of columns isn't")
    func surroundings() throws {
        let fixture = RegisterFixture.school
        #expect(try fixture.substance(.utf8) != fixture.substance(.windows1252))
        let memberships = [nil, ("3320", "A", nil), ("3320", "B", nil), ("5143", "A", nil), ("3320", "A", LocalDate("2019-09-01"))]
            .map { $0.map { RegisterMembership(groupUid: $0.0, groupName: $0.1, joinedOn: $0.2) } }
        #expect(try Set(memberships.map { try fixture.substance(membership: $0) }).count == 5)
        #expect(try RegisterFixture(cells: fixture.cells.reversed()).substance() == fixture.substance())
    }

    @Test(
        "The URN is found without reading the row",
        arguments: [("100025", 100_025), (" 100025 ", 100_025), ("10002", nil), ("", nil), ("1000 25", nil)])
    func urn(text: String, expected: Int?) throws {
        let urn = try RegisterFixture.school.with("URN", text).read { record, columns, _ in RegisterRow.urn(record, columns) } as Int?
        #expect(urn == expected)
    }
}
