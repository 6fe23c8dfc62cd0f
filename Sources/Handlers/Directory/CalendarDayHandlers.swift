package import Routing
package import Services

/// `/v1/calendar-days`.
package struct CalendarDayHandlers: Sendable {
    private let operations: ResourceOperations<CalendarDayService>

    package init(days: CalendarDayService) {
        operations = ResourceOperations(days)
    }

    package var bindings: [Binding] {
        [
            operations.list("listCalendarDays"),
            operations.create("createCalendarDay"),
            operations.bulk("bulkCalendarDays"),
            operations.get("getCalendarDay"),
            operations.update("updateCalendarDay"),
            operations.delete("deleteCalendarDay"),
        ]
    }
}
