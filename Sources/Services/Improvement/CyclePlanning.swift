import Core
import Domain
import Repositories

/// What planning a cycle takes, read from the records.
struct CyclePlanning {
    let framework: Framework
    let processes: [KeyProcess]
    let planner: CyclePlanner

    /// What is recorded of a planned activity.
    func activity(
        _ planned: PlannedActivity, in cycle: ImprovementCycle, because reason: String?, _ transaction: WriteTransaction
    ) -> Activity {
        // Every planned one comes from one of these.
        let process = processes.first { $0.id == planned.key.processId }
        return Activity(
            id: ResourceType.activity.makeID(at: transaction.now), cycleId: cycle.id, planned: planned,
            groupName: process?.isShared == true ? planned.key.owner : nil, title: process?.title ?? "", kind: process?.kind.rawValue ?? "",
            dayKind: process?.plannedNeed ?? .pupilsIn, replannedBecause: reason,
            recordedBy: transaction.call.actor.personId ?? transaction.call.actor.id, createdAt: transaction.now)
    }
}

extension Transaction {
    /// Throws `notFound` where year or framework are gone, which nothing that refers to them lets happen.
    func planning(of cycle: ImprovementCycle) throws -> CyclePlanning {
        guard let year = try calendars.academicYear(named: cycle.academicYear),
            let framework = try find(Framework.self, id: cycle.frameworkId)
        else { throw DomainError.notFound }
        let processes = try all(KeyProcess.self, where: "frameworkId", is: framework.id)
        // The year may have been changed since the cycle was drafted.
        let days = ClosedRange(min(max(cycle.startsOn ?? year.startsOn, year.startsOn), year.endsOn), to: year.endsOn)
        return CyclePlanning(
            framework: framework, processes: processes,
            planner: CyclePlanner(
                days: days, schools: try plannedSchools(of: cycle, year), processes: processes.map(\.planned), groups: cycle.groups))
    }

    /// The schools that take part and are members on a day of the year, each with its own calendar.
    private func plannedSchools(of cycle: ImprovementCycle, _ year: AcademicYear) throws -> [PlannedSchool] {
        let days = year.days
        let own = try ownCalendars(in: year)
        var shared: (SchoolCalendar.Year, OpenDays)?
        let ids = cycle.isForAll ? try memberIds(in: days) : cycle.schoolIds
        return try ids.compactMap { id in
            let memberships = try all(Membership.self, where: "schoolId", is: id).compactMap { $0.range(in: days) }
            guard !memberships.isEmpty else { return nil }
            let calendar: (SchoolCalendar.Year, OpenDays)
            if !own.contains(id), let known = shared {
                calendar = known
            } else {
                let read = try schoolCalendar(schoolId: id, in: days)
                let of = read.year(of: year.startsOn) ?? SchoolCalendar.Year(name: year.name, days: days, terms: [])
                calendar = (of, OpenDays(read, year: days))
                if !own.contains(id) { shared = calendar }
            }
            let stages = try all(Stage.self, where: "schoolId", is: id).compactMap { stage in
                stage.range(in: days).map { PlannedSchool.StageDays($0, stage: stage.stage, tier: stage.tier) }
            }
            return PlannedSchool(id: id, year: calendar.0, open: calendar.1, stages: stages, memberships: memberships)
        }
    }

    /// Schools in session that are members on one of the days, by id.
    private func memberIds(in days: ClosedRange<LocalDate>) throws -> [String] {
        try cycles.members(in: days).filter { id in
            guard let school = try find(School.self, id: id) else { return false }
            return school.status.isInSession || school.status == .proposed
        }
    }

    /// Schools whose calendar differs from the trust's in a year.
    private func ownCalendars(in year: AcademicYear) throws -> Set<String> {
        let terms = try calendars.terms(academicYearId: year.id).compactMap(\.schoolId)
        return Set(terms).union(try cycles.schoolsWithDays(in: year.days))
    }
}

extension DatedFact {
    /// The days it has in common with a range; nil when there are none.
    fileprivate func range(in days: ClosedRange<LocalDate>) -> ClosedRange<LocalDate>? {
        let first = max(firstDay ?? days.lowerBound, days.lowerBound)
        let last = min(endsOn ?? days.upperBound, days.upperBound)
        return first <= last ? first...last : nil
    }
}

extension KeyProcess {
    /// As planning needs it.
    fileprivate var planned: PlannedProcess {
        PlannedProcess(
            id: id, title: title, need: plannedNeed, isShared: isShared, needsPartner: needsPartner, windowDays: windowDays,
            frequencies: frequencies)
    }

    /// The kind of day it needs, as calendars count days.
    var plannedNeed: DayCount { dayKind }
}
