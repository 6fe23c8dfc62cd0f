package import Core

/// How far a cycle is on a day, by school and process.
package struct CycleProgress: Encodable, Sendable {
    package struct Cell: Encodable, Hashable, Sendable {
        package let schoolId: String
        package let processId: String
        package let done: Int
        package let missed: Int
        package let waived: Int
        /// Past their due day.
        package let late: Int
        /// In their window.
        package let due: Int
        /// Not yet open.
        package let ahead: Int
        /// Where the activities are listed.
        package let href: String

        package init(
            cycleId: String, schoolId: String, processId: String, done: Int, missed: Int, waived: Int, late: Int, due: Int, ahead: Int
        ) {
            self.schoolId = schoolId
            self.processId = processId
            self.done = done
            self.missed = missed
            self.waived = waived
            self.late = late
            self.due = due
            self.ahead = ahead
            href = "\(ResourceType.activity.href)?cycleId=\(cycleId)&schoolId=\(schoolId)&processId=\(processId)"
        }
    }

    package let cycleId: String
    package let asOf: LocalDate
    /// By school and process; a school's process without activities isn't there.
    package let items: [Cell]

    package init(cycleId: String, asOf: LocalDate, items: [Cell]) {
        self.cycleId = cycleId
        self.asOf = asOf
        self.items = items
    }
}
