package import Core

/// A deadline the law sets, beside what the service promises: it never stands still, and only a legal ground that is recorded moves it.
package struct StatutoryDeadline: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, CaseIterable, Sendable {
        /// Freedom of Information Act 2000, section 10, and the Freedom of Information (Time for Compliance with Request) Regulations 2010: 20
        /// working days that are school days, or 60 working days, whichever comes first, after the day of receipt.
        case freedomOfInformation
        /// UK GDPR, article 12(3): one month from receipt, to the corresponding day of the next month or its last; where that is no
        /// working day, the next one.
        case subjectAccess
        /// UK GDPR, article 33(1): 72 hours after becoming aware, whatever the hour and day.
        case dataBreach
    }

    /// Why it may take longer than the law says first.
    package struct Extension: Codable, Hashable, Sendable {
        package var ground: String
        package var dueAt: Instant
        package var recordedAt: Instant
        package var recordedBy: String

        package init(ground: String, dueAt: Instant, recordedAt: Instant, recordedBy: String) {
            self.ground = ground
            self.dueAt = dueAt
            self.recordedAt = recordedAt
            self.recordedBy = recordedBy
        }
    }

    package var rule: Rule
    package var startedAt: Instant
    /// With what extended it.
    package var dueAt: Instant
    package var extensions: [Extension]

    package init(rule: Rule, startedAt: Instant, dueAt: Instant, extensions: [Extension] = []) {
        self.rule = rule
        self.startedAt = startedAt
        self.dueAt = dueAt
        self.extensions = extensions
    }

    /// Working days of the law of England: neither Saturday nor Sunday nor bank holiday.
    package struct Calendar: Sendable {
        package var zone: ZoneOffsets
        package var isBankHoliday: @Sendable (LocalDate) -> Bool
        package var isSchoolDay: @Sendable (LocalDate) -> Bool

        package init(
            zone: ZoneOffsets, isBankHoliday: @escaping @Sendable (LocalDate) -> Bool, isSchoolDay: @escaping @Sendable (LocalDate) -> Bool
        ) {
            self.zone = zone
            self.isBankHoliday = isBankHoliday
            self.isSchoolDay = isSchoolDay
        }

        func isWorkingDay(_ day: LocalDate) -> Bool { !day.weekday.isWeekend && !isBankHoliday(day) }
    }

    package static func starting(at startedAt: Instant, _ rule: Rule, _ calendar: Calendar) -> StatutoryDeadline {
        let received = calendar.zone.day(of: startedAt)
        let dueAt =
            switch rule {
            case .freedomOfInformation: lastMoment(of: freedomOfInformation(received, calendar), calendar)
            case .subjectAccess: lastMoment(of: subjectAccess(received, calendar), calendar)
            case .dataBreach: startedAt.advanced(bySeconds: 72 * 3600)
            }
        return StatutoryDeadline(rule: rule, startedAt: startedAt, dueAt: dueAt)
    }

    private static func freedomOfInformation(_ received: LocalDate, _ calendar: Calendar) -> LocalDate {
        var (schoolDays, workingDays) = (0, 0)
        var day = received
        // A year has more working days than that.
        while schoolDays < 20, workingDays < 60, day < .latest {
            day = day.adding(days: 1)
            guard calendar.isWorkingDay(day) else { continue }
            workingDays += 1
            if calendar.isSchoolDay(day) { schoolDays += 1 }
        }
        return day
    }

    private static func subjectAccess(_ received: LocalDate, _ calendar: Calendar) -> LocalDate {
        var day = received.adding(months: 1)
        while !calendar.isWorkingDay(day), day < .latest { day = day.adding(days: 1) }
        return day
    }

    /// The last millisecond of the day on the local clock.
    private static func lastMoment(of day: LocalDate, _ calendar: Calendar) -> Instant {
        day < .latest ? calendar.zone.moments(of: day...day).upperBound.advanced(byMilliseconds: -1) : Instant.range.upperBound
    }
}
