import Core
import Testing

struct InstantTests {
    @Test(
        "RFC 3339 is read with any offset and precision and written in UTC with milliseconds",
        arguments: [
            ("2026-11-23T20:00:00Z", "2026-11-23T20:00:00.000Z"), ("2026-11-23t20:00:00.5z", "2026-11-23T20:00:00.500Z"),
            ("2026-11-23T20:00:00.123456789+01:30", "2026-11-23T18:30:00.123Z"), ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"), ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
        ])
    func valid(text: String, expected: String) { #expect(Instant(text)?.description == expected) }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "2026-11-23", "2026-11-23T20:00:00", "2026-11-23 20:00:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T20:60:00Z", "2026-11-23T20:00:00.Z", "2026-11-23T20:00:00+1:00", "2026-11-23T20:00:00Zx",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00", "２026-11-23T20:00:00Z",
        ])
    func invalid(text: String) { #expect(Instant(text) == nil) }

    @Test("Text order is time order")
    func order() {
        let instants = [-62_135_596_800_000, -1, 0, 999, 1000, 1_795_000_000_123, 253_402_300_799_999].map { Instant(milliseconds: $0) }
        #expect(instants.map(\.description) == instants.map(\.description).sorted())
        for instant in instants { #expect(Instant(instant.description) == instant) }
    }
}

struct LocalDateTests {
    @Test("Every day of four centuries converts to a number and back, one after the other")
    func days() throws {
        var date = try #require(LocalDate("1899-12-31"))
        let last = try #require(LocalDate("2300-01-01"))
        while date < last {
            let next = LocalDate(daysSinceEpoch: date.daysSinceEpoch + 1)
            #expect(next > date && next.daysSinceEpoch == date.daysSinceEpoch + 1)
            #expect(LocalDate(year: next.year, month: next.month, day: next.day) == next)
            date = next
        }
        #expect(LocalDate("1970-01-01")?.daysSinceEpoch == 0)
        #expect(LocalDate("2000-03-01")?.daysSinceEpoch == 11_017)
    }

    @Test(
        "Only days that exist are read",
        arguments: ["2026-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01 ", "0000-01-01"])
    func invalid(text: String) { #expect(LocalDate(text) == nil) }
}
