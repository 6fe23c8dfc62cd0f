import Core
import Domain

/// Invented schools and processes of 2026–27.
enum PlanFixture {
    static let year = CalendarFixture.year.days

    static func school(
        _ id: String, stages: [PlannedSchool.StageDays] = [], member: ClosedRange<LocalDate> = dates("2020-01-01", "2030-01-01"),
        year: SchoolCalendar.Year = CalendarFixture.year, own: [SchoolCalendar.Entry] = []
    ) -> PlannedSchool {
        let calendar = SchoolCalendar(years: [year], own: own, bankHolidays: CalendarFixture.bankHolidays)
        return PlannedSchool(
            id: id, year: year, open: OpenDays(calendar, year: year.days), stages: stages, memberships: [member])
    }

    static func stage(_ first: String, _ last: String, _ stage: String, _ tier: String) -> PlannedSchool.StageDays {
        PlannedSchool.StageDays(dates(first, last), stage: stage, tier: tier)
    }

    /// Once a term for intensive, once a year for all others.
    static let review = PlannedProcess(
        id: "review", title: "School review", need: .pupilsIn,
        frequencies: [ProcessFrequency(tier: "intensive", every: .term, times: 1), ProcessFrequency(every: .year, times: 1)])

    static func process(
        _ every: ProcessFrequency.Every, _ times: Int, need: DayCount = .pupilsIn, isShared: Bool = false, needsPartner: Bool = false,
        windowDays: Int? = nil
    ) -> PlannedProcess {
        PlannedProcess(
            id: "process", title: "Process", need: need, isShared: isShared, needsPartner: needsPartner, windowDays: windowDays,
            frequencies: [ProcessFrequency(every: every, times: times)])
    }

    static func plan(
        _ schools: [PlannedSchool], _ processes: [PlannedProcess], groups: [PlannedGroup] = [],
        days: ClosedRange<LocalDate> = CalendarFixture.year.days
    ) -> CyclePlan {
        CyclePlanner(days: days, schools: schools, processes: processes, groups: groups).plan()
    }

    /// `2026-09-01 to 2026-12-18`, in the order in which they are due.
    static func windows(_ plan: CyclePlan) -> [String] { plan.activities.map { "\($0.opensOn) to \($0.dueOn)" } }
}
