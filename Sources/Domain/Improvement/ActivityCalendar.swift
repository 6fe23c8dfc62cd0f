import Core

/// Activities as an iCalendar object: each a whole day, known again by its id.
package enum ActivityCalendar {
    /// - Parameters:
    ///   - name: of the calendar.
    ///   - schools: names by id, for titles.
    package static func bytes(_ activities: [Activity], name: String, schools: [String: String]) -> [UInt8] {
        var writer = ICalendarWriter()
        writer.property("BEGIN", "VCALENDAR")
        writer.property("VERSION", "2.0")
        writer.property("PRODID", "-//Partnership//Activities//EN")
        writer.property("CALSCALE", "GREGORIAN")
        writer.property("METHOD", "PUBLISH")
        writer.text("NAME", name)
        writer.text("X-WR-CALNAME", name)
        writer.property("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
        writer.property("X-PUBLISHED-TTL", "PT1H")
        for activity in activities { write(activity, schools, &writer) }
        writer.property("END", "VCALENDAR")
        return writer.bytes
    }

    private static func write(_ activity: Activity, _ schools: [String: String], _ writer: inout ICalendarWriter) {
        func names(_ ids: [String]) -> String { ids.map { schools[$0] ?? $0 }.joined(separator: ", ") }
        let visitors = activity.partnerSchoolIds.isEmpty ? "" : "With: \(names(activity.partnerSchoolIds)).\n"
        let reason = activity.stateReason.map { "\n\($0)" } ?? ""
        writer.property("BEGIN", "VEVENT")
        writer.property("UID", "\(activity.id)@partnership")
        writer.property("DTSTAMP", stamp(activity.updatedAt))
        writer.property("CREATED", stamp(activity.createdAt))
        writer.property("LAST-MODIFIED", stamp(activity.updatedAt))
        writer.property("SEQUENCE", String(activity.etag.number - 1))
        writer.property("DTSTART;VALUE=DATE", activity.scheduledFor.digits)
        writer.property("DTEND;VALUE=DATE", activity.scheduledFor.adding(days: 1).digits)
        writer.text("SUMMARY", "\(activity.title): \(names(activity.schoolIds))")
        writer.text(
            "DESCRIPTION", "\(visitors)Between \(activity.opensOn) and \(activity.dueOn). \(activity.state.rawValue).\(reason)")
        writer.text("CATEGORIES", activity.kind)
        writer.property("STATUS", status(of: activity))
        writer.property("TRANSP", "TRANSPARENT")
        writer.property("END", "VEVENT")
    }

    /// What needn't be, or is no part of the plan any more, is cancelled.
    private static func status(of activity: Activity) -> String {
        switch activity.state {
        case .scheduled: "TENTATIVE"
        case .inProgress, .done, .missed: "CONFIRMED"
        case .waived, .cancelled: "CANCELLED"
        }
    }

    /// `20260901T101500Z`
    private static func stamp(_ instant: Instant) -> String {
        String(instant.description.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
    }
}

extension LocalDate {
    /// `20260901`
    fileprivate var digits: String { description.filter { $0 != "-" } }
}
