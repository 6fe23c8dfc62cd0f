import Core
import Domain
import OrderedCollections
package import Routing
package import Services

/// `/v1/schools/{id}/calendar…`.
package struct CalendarHandlers: Sendable {
    private let calendars: CalendarService
    private let schools: SchoolService

    package init(calendars: CalendarService, schools: SchoolService) {
        self.calendars = calendars
        self.schools = schools
    }

    package var bindings: [Binding] {
        [
            Binding("getSchoolCalendar", target: school, handle: getSchoolCalendar),
            Binding("countSchoolDays", target: school, handle: countSchoolDays),
            Binding("getSchoolYearSummary", target: school, handle: getSchoolYearSummary),
        ]
    }

    /// The calendar has no version of its own, so no precondition applies.
    private func school(_ exchange: Exchange) async throws -> Target? {
        Target(id: try schools.identify(exchange.path("id"), exchange.call).id)
    }

    private func getSchoolCalendar(_ exchange: Exchange) async throws -> Answer {
        let (first, last) = (try exchange.date("from"), try exchange.date("to"))
        let days = try await calendars.days(schoolId: exchange.targetID, from: first, to: last)
        return try .view(Days(schoolId: exchange.targetID, startsOn: first, endsOn: last, days: days))
    }

    private struct Days: Encodable {
        let schoolId: String
        let startsOn: LocalDate
        let endsOn: LocalDate
        let days: [SchoolDay]
    }

    private func countSchoolDays(_ exchange: Exchange) async throws -> Answer {
        guard let kind = exchange.query.string("kind").flatMap(DayCount.init) else { throw Self.missing("kind") }
        let first = try exchange.date("from")
        switch (exchange.query.string("to"), exchange.query.integer("days")) {
        case (_?, nil):
            return try about(
                exchange, await calendars.count(kind, schoolId: exchange.targetID, from: first, to: try exchange.date("to")))
        case (nil, let days?):
            return try about(exchange, await calendars.days(Int(days), on: first, by: kind, schoolId: exchange.targetID))
        default:
            throw DomainError.invalid([
                FieldError(parameter: "days", code: "exactly-one", detail: "exactly one of to and days must be given")
            ])
        }
    }

    private func getSchoolYearSummary(_ exchange: Exchange) async throws -> Answer {
        guard let name = exchange.query.string("academicYear") else { throw Self.missing("academicYear") }
        return try about(exchange, await calendars.summary(schoolId: exchange.targetID, academicYear: name))
    }

    /// A document about the school, which it names first.
    private func about(_ exchange: Exchange, _ document: some Encodable) throws -> Answer {
        let members = try JSONCodec.tree(document).objectValue ?? [:]
        return try .view(JSON.object(["schoolId": .string(exchange.targetID)]).merging(members: members))
    }

    fileprivate static func missing(_ parameter: String) -> DomainError {
        .invalid([FieldError(parameter: parameter, code: "required", detail: "is missing")])
    }
}

extension Exchange {
    /// A required parameter of format date.
    fileprivate func date(_ name: String) throws -> LocalDate {
        guard let date = query.date(name) else { throw CalendarHandlers.missing(name) }
        return date
    }
}

extension JSON {
    fileprivate func merging(members: JSON.Object) -> JSON {
        .object((objectValue ?? [:]).merging(members) { _, new in new })
    }
}
