package import Core

/// A school's days of an academic year against what is usual: teachers are available for 195 days, on 190 of which they teach pupils
/// (School teachers' pay and conditions document). Reported, never enforced: a year with other numbers is the school's own choice.
package struct AcademicYearSummary: Codable, Equatable, Sendable {
    package static let usualPupilDays = 190
    package static let usualInsetDays = 5

    /// `2026-27`.
    package var academicYear: String
    package var startsOn: LocalDate
    package var endsOn: LocalDate
    package var pupilDays: Int
    /// Days with staff and without pupils, and those worked as twilights.
    package var insetDays: Int
    /// Of the INSET days those worked as twilights, on which nobody is in.
    package var disaggregatedDays: Int
    /// Days with an evening session; they are pupil days.
    package var twilights: Int
    /// Pupil days and INSET days.
    package var staffDays: Int
    package var usualPupilDays: Int
    package var usualInsetDays: Int
    package var usualStaffDays: Int
    /// For people: how the numbers come together and what differs from the usual ones.
    package var explanation: String
}

extension SchoolCalendar {
    /// The summary of the year of this name; nil when there is none.
    package func summary(of name: String) -> AcademicYearSummary? {
        guard let year = years.first(where: { $0.name == name }) else { return nil }
        let days = Array(days(year.days))
        let pupils = days.count { $0.pupilsIn }
        let disaggregated = days.count { $0.kind == .disaggregated }
        let inset = days.count { $0.staffIn && !$0.pupilsIn } + disaggregated
        let usual = (pupils: AcademicYearSummary.usualPupilDays, inset: AcademicYearSummary.usualInsetDays)
        var explanation = "\(pupils) pupil days + \(inset) INSET days = \(pupils + inset) staff days"
        if disaggregated > 0 { explanation += "; \(disaggregated) of the INSET days worked as twilights" }
        explanation += "; usual are \(usual.pupils) + \(usual.inset) = \(usual.pupils + usual.inset)"
        return AcademicYearSummary(
            academicYear: year.name, startsOn: year.days.lowerBound, endsOn: year.days.upperBound, pupilDays: pupils, insetDays: inset,
            disaggregatedDays: disaggregated, twilights: days.count { $0.kind == .twilight }, staffDays: pupils + inset,
            usualPupilDays: usual.pupils, usualInsetDays: usual.inset, usualStaffDays: usual.pupils + usual.inset, explanation: explanation)
    }
}
