import Core
import Domain
import Testing

struct InspectionRelationTests {
    private func membership(_ start: String?, _ end: String? = nil) -> Membership {
        var membership = Membership(
            id: "mbr_1", schoolId: "sch_1", startsOn: start.flatMap { LocalDate($0) }, reason: nil, recordedBy: "cli",
            createdAt: Instant(milliseconds: 0))
        membership.endsOn = end.flatMap { LocalDate($0) }
        return membership
    }

    private func relation(_ memberships: Membership...) throws -> Inspection.RelativeToJoining {
        try JSONCodec.decode(
            Inspection.self,
            from: JSON(
                parsing: Array(
                    """
                    {"id":"isp_1","schoolId":"sch_1","regime":"graded","visitType":"full","inspectedUrn":"100025","inspectedOn":"2023-05-10",
                    "judgements":[],"relativeToJoining":"unknown","recordedBy":"cli","createdAt":"2026-11-23T20:00:00.000Z",
                    "updatedAt":"2026-11-23T20:00:00.000Z","etag":"\\"1\\""}
                    """.utf8))
        ).relation(to: memberships)
    }

    @Test("On the day of joining it is after, the day before it is before, without a day it is unknown")
    func days() throws {
        #expect(try relation(membership("2023-05-10")) == .after)
        #expect(try relation(membership("2023-05-11")) == .before)
        #expect(try relation(membership(nil)) == .unknown)
        #expect(try relation() == .unknown)
    }

    @Test("Of several memberships the earliest counts, also one whose first day is unknown but whose last isn't")
    func several() throws {
        #expect(try relation(membership("2010-01-01", "2015-01-01"), membership("2024-01-01")) == .after)
        #expect(try relation(membership("2023-06-01", "2023-07-01"), membership("2024-01-01")) == .before)
        #expect(try relation(membership(nil, "2020-01-01"), membership("2024-01-01")) == .after)
        #expect(try relation(membership(nil, "2023-12-01"), membership("2024-01-01")) == .unknown)
    }
}

struct PeriodTests {
    @Test(
        "A period is an academic year, a month or a term; two digits that continue the year are an academic year",
        arguments: [
            ("2025-26", Indicator.Period.academicYear(2025)), ("1999-00", .academicYear(1999)), ("2011-12", .academicYear(2011)),
            ("2026-03", .month(2026, 3)), ("2011-11", .month(2011, 11)), ("2026-autumn", .term(2026, "autumn")),
        ])
    func accepted(text: String, period: Indicator.Period) {
        #expect(Indicator.Period(text) == period)
    }

    @Test(
        "Anything else is none",
        arguments: ["", "2025", "2025-27", "2025-13", "2025-00", "2025-Autumn", "2025-winter", "25-26", "2025-26-1", "2025-+3", "0000-01"])
    func refused(text: String) {
        #expect(Indicator.Period(text) == nil)
    }
}
