import Core
import Domain
import Testing

struct StatutoryDeadlineTests {
    static let holidays: Set<LocalDate> = [LocalDate("2026-04-03")!, LocalDate("2026-04-06")!, LocalDate("2026-05-04")!]

    func due(_ rule: StatutoryDeadline.Rule, _ startedAt: String, holidays from: String = "2026-07-22", to: String = "2026-09-01") -> String
    {
        let closed = LocalDate(from)!...LocalDate(to)!
        let calendar = StatutoryDeadline.Calendar(
            zone: RequestClockTests.london, isBankHoliday: { Self.holidays.contains($0) }, isSchoolDay: { !closed.contains($0) })
        return StatutoryDeadline.starting(at: Instant(startedAt)!, rule, calendar).dueAt.description
    }

    @Test("A subject access request received on 31 January is due on the last day of February, or the next working day")
    func subjectAccess() {
        // 28 February 2026 is a Saturday.
        #expect(due(.subjectAccess, "2026-01-31T10:00:00Z") == "2026-03-02T23:59:59.999Z")
        #expect(due(.subjectAccess, "2027-01-29T10:00:00Z") == "2027-03-01T23:59:59.999Z")
        #expect(due(.subjectAccess, "2026-03-03T23:30:00Z") == "2026-04-07T22:59:59.999Z")
        // Half past eleven in summer is the next day in the zone.
        #expect(due(.subjectAccess, "2026-06-09T23:30:00Z") == "2026-07-10T22:59:59.999Z")
    }

    @Test("A freedom of information request is due after 20 school days, over the summer after 60 working days at the latest")
    func freedomOfInformation() {
        #expect(due(.freedomOfInformation, "2026-06-01T09:00:00Z") == "2026-06-29T22:59:59.999Z")
        // Two school days are left before the holidays, 18 come after.
        #expect(due(.freedomOfInformation, "2026-07-17T09:00:00Z") == "2026-09-25T22:59:59.999Z")
        // A school that is closed for long: 60 working days.
        #expect(due(.freedomOfInformation, "2026-06-01T09:00:00Z", holidays: "2026-06-01", to: "2026-12-31") == "2026-08-24T22:59:59.999Z")
    }

    @Test("A data breach is due after 72 hours on the clock, whatever the days are and the clocks do")
    func dataBreach() {
        #expect(due(.dataBreach, "2026-04-03T16:30:00Z") == "2026-04-06T16:30:00.000Z")
        #expect(due(.dataBreach, "2026-03-28T12:00:00Z") == "2026-03-31T12:00:00.000Z")
    }
}
