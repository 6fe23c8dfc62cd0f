package import Core
package import Domain
import Repositories

/// What a cycle comes to before it is activated, and how far it is afterwards.
extension CycleService {
    /// The plan of a draft, or the activities of an active or closed cycle, in the same form.
    package struct PlanReport: Encodable, Sendable {
        package struct Planned: Encodable, Sendable {
            let processId: String
            let schoolIds: [String]
            let groupName: String?
            let every: ProcessFrequency.Every?
            let period: Int?
            let occurrence: Int?
            let times: Int?
            let opensOn: LocalDate
            let dueOn: LocalDate
            let scheduledFor: LocalDate
            let partnerSchoolIds: [String]
        }

        package struct Count: Encodable, Sendable {
            let schoolId: String
            let activities: Int
        }

        package struct Refusal: Encodable, Sendable {
            let code: String
            let processId: String?
            let schoolIds: [String]
            let detail: String
        }

        let cycleId: String
        let state: ImprovementCycle.State
        let activityCount: Int
        let schools: [Count]
        let refusals: [Refusal]
        let clashes: [CyclePlan.Clash]
        let activities: [Planned]
    }

    /// Only what concerns schools of which the caller sees the activities.
    package func plan(_ id: String, _ call: Call) async throws -> PlanReport {
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            guard let cycle = try transaction.find(ImprovementCycle.self, id: id, visibleTo: visibility) else { throw DomainError.notFound }
            guard cycle.state == .draft else {
                let recorded = try transaction.cycles.activities(of: id).filter { $0.state != .cancelled && visibility.allows($0) }
                return PlanReport(cycle, CyclePlan(activities: recorded.map(\.planned)), processes: [])
            }
            let planning = try transaction.planning(of: cycle)
            var plan = planning.planner.plan()
            plan.activities.removeAll { !visibility.allows(.leadership(schoolIds: $0.schoolIds)) }
            plan.refusals.removeAll { !visibility.allows(.leadership(schoolIds: $0.schoolIds)) }
            return PlanReport(cycle, plan, processes: planning.processes)
        }
    }

    /// - Parameter day: nil for today.
    package func progress(_ id: String, asOf day: LocalDate?, _ call: Call) async throws -> CycleProgress {
        let now = store.now()
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            guard try transaction.find(ImprovementCycle.self, id: id, visibleTo: visibility) != nil else { throw DomainError.notFound }
            let day = try day ?? now.day(in: transaction.zone())
            let cells = try transaction.cycles.progress(of: id, on: day)
            return CycleProgress(
                cycleId: id, asOf: day, items: cells.filter { visibility.allows(.leadership(schoolIds: [$0.schoolId])) })
        }
    }
}

extension CycleService.PlanReport {
    fileprivate init(_ cycle: ImprovementCycle, _ plan: CyclePlan, processes: [KeyProcess]) {
        let shared = Set(processes.filter(\.isShared).map(\.id))
        var counts: [String: Int] = [:]
        for activity in plan.activities { for school in activity.schoolIds { counts[school, default: 0] += 1 } }
        cycleId = cycle.id
        state = cycle.state
        activityCount = plan.activities.count
        schools = counts.sorted { $0.key < $1.key }.map { Count(schoolId: $0.key, activities: $0.value) }
        refusals = plan.refusals.map {
            Refusal(code: $0.reason.rawValue, processId: $0.processId, schoolIds: $0.schoolIds, detail: $0.detail)
        }
        clashes = plan.clashes
        activities = plan.activities.map { activity in
            let isPlanned = activity.key.times > 0
            return Planned(
                processId: activity.key.processId, schoolIds: activity.schoolIds,
                groupName: shared.contains(activity.key.processId) || activity.schoolIds != [activity.key.owner] ? activity.key.owner : nil,
                every: isPlanned ? activity.key.every : nil, period: isPlanned ? activity.key.period : nil,
                occurrence: isPlanned ? activity.key.occurrence : nil, times: isPlanned ? activity.key.times : nil,
                opensOn: activity.opensOn, dueOn: activity.dueOn, scheduledFor: activity.scheduledFor,
                partnerSchoolIds: activity.partnerSchoolIds)
        }
    }
}

extension Activity {
    /// As planning has it. One beside the plan has no key of its own, so it gets one that no plan makes.
    fileprivate var planned: PlannedActivity {
        let key = key ?? ActivityKey(processId: processId, owner: schoolIds[0], every: .year, period: 0, occurrence: 0, times: 0)
        return PlannedActivity(
            key: key, schoolIds: schoolIds, opensOn: opensOn, dueOn: dueOn, scheduledFor: scheduledFor, partnerSchoolIds: partnerSchoolIds)
    }
}
