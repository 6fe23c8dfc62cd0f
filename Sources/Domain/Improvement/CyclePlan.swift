package import Core

/// What a cycle comes to: its activities, and why some that a frequency asks for have no place.
package struct CyclePlan: Hashable, Sendable {
    package var activities: [PlannedActivity] = []
    package var refusals: [Refusal] = []

    package init(activities: [PlannedActivity] = []) {
        self.activities = activities
    }

    /// What can't be placed, and why.
    package struct Refusal: Hashable, Sendable {
        package enum Reason: String, Codable, CaseIterable, Sendable {
            /// The school has no terms in this year.
            case noCalendar
            /// A period has fewer days of the kind than activities.
            case tooFewDays
            /// The schools that share the process have no day of the kind in common.
            case noCommonDay
            /// A partner is needed and no other school takes part.
            case noPartner
        }

        package let reason: Reason
        package let processId: String?
        package let schoolIds: [String]
        /// For people.
        package let detail: String
    }

    /// A school that would have to be in two places on a day.
    package struct Clash: Codable, Hashable, Sendable {
        package let on: LocalDate
        package let schoolId: String
        package let processIds: [String]
        /// For people: who visits whom.
        package let detail: String
    }

    /// Schools that review on a day on which they are reviewed, or review somewhere else.
    package var clashes: [Clash] { Self.clashes(among: activities) }

    private static func clashes(among activities: [PlannedActivity]) -> [Clash] {
        var busy: [Place: [PlannedActivity]] = [:]
        for activity in activities where !activity.partnerSchoolIds.isEmpty {
            for school in activity.schoolIds + activity.partnerSchoolIds {
                busy[Place(schoolId: school, on: activity.scheduledFor), default: []].append(activity)
            }
        }
        return busy.filter { $1.count > 1 }.map { place, activities in
            Clash(
                on: place.on, schoolId: place.schoolId, processIds: activities.map(\.key.processId),
                detail: activities.map {
                    "\($0.partnerSchoolIds.joined(separator: ", ")) visits \($0.schoolIds.joined(separator: ", "))"
                }.joined(separator: "; "))
        }.sorted { ($0.on, $0.schoolId) < ($1.on, $1.schoolId) }
    }
}

/// A school on a day.
struct Place: Hashable {
    let schoolId: String
    let on: LocalDate
}

/// Which occurrence of a process it is: the same key is the same activity, however often a cycle is planned.
package struct ActivityKey: Hashable, Sendable {
    package let processId: String
    /// The school's id, or the name of the group that shares the process.
    package let owner: String
    package let every: ProcessFrequency.Every
    /// Which term or half-term of the year, from 1.
    package let period: Int
    /// Which of the `times` in the period, from 1.
    package let occurrence: Int
    package let times: Int

    package init(processId: String, owner: String, every: ProcessFrequency.Every, period: Int, occurrence: Int, times: Int) {
        self.processId = processId
        self.owner = owner
        self.every = every
        self.period = period
        self.occurrence = occurrence
        self.times = times
    }
}

/// An activity before it is recorded.
package struct PlannedActivity: Hashable, Sendable {
    package let key: ActivityKey
    package var schoolIds: [String]
    package let opensOn: LocalDate
    package let dueOn: LocalDate
    package var scheduledFor: LocalDate
    package var partnerSchoolIds: [String] = []

    package init(
        key: ActivityKey, schoolIds: [String], opensOn: LocalDate, dueOn: LocalDate, scheduledFor: LocalDate,
        partnerSchoolIds: [String] = []
    ) {
        self.key = key
        self.schoolIds = schoolIds
        self.opensOn = opensOn
        self.dueOn = dueOn
        self.scheduledFor = scheduledFor
        self.partnerSchoolIds = partnerSchoolIds
    }
}
