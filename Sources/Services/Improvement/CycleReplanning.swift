import Core
import Domain
import Repositories

// Planning again when a school's stage or membership changes. Only what is scheduled and due on or after the day of the change, and not before
// today, is touched; what has begun or is done stays.
extension WriteTransaction {
    /// After a stage was recorded, changed, or (`isGone`) removed.
    func replan(_ stage: Stage, replacing old: Stage?, isGone: Bool = false) throws {
        let day = stage.firstDifference(from: isGone ? nil : old, old.map { $0.stage != stage.stage || $0.tier != stage.tier } ?? true)
        guard let day, try !cycles.active().isEmpty else { return }
        let before = try facts(Stage.self, where: "schoolId", is: stage.schoolId, on: day.adding(days: -1)).first?.stage
        let after = try facts(Stage.self, where: "schoolId", is: stage.schoolId, on: day).first?.stage
        try replan(
            schoolId: stage.schoolId, from: day,
            because: "The school moved from \(before ?? "no stage") to \(after ?? "no stage") on \(day).")
    }

    /// After a membership was recorded, changed, or (`isGone`) removed.
    func replan(_ membership: Membership, replacing old: Membership?, isGone: Bool = false) throws {
        guard let day = membership.firstDifference(from: isGone ? nil : old, old == nil), try !cycles.active().isEmpty else { return }
        let isMember = try !facts(Membership.self, where: "schoolId", is: membership.schoolId, on: day).isEmpty
        try replan(
            schoolId: membership.schoolId, from: day,
            because: isMember
                ? "The school belongs to the trust from \(day) on." : "\(day.adding(days: -1)) was the school's last day in the trust.")
    }

    /// - Parameters:
    ///   - schoolId: whose stage or membership changed.
    ///   - day: the first day on which something is different.
    ///   - reason: for people; every activity that is made, changed or cancelled carries it.
    func replan(schoolId: String, from day: LocalDate, because reason: String) throws {
        let first = max(day, try today())
        for cycle in try cycles.active() where cycle.isForAll || cycle.schoolIds.contains(schoolId) {
            try Replanning(cycle: cycle, planning: planning(of: cycle), schoolId: schoolId, first: first, reason: reason).run(self)
        }
    }
}

extension DatedFact {
    /// The first day on which something is different from what it was before; nil when nothing is.
    ///
    /// - Parameter isOther: whether all its days are.
    fileprivate func firstDifference(from old: Self?, _ isOther: Bool) -> LocalDate? {
        guard let old, !isOther else { return min(firstDay ?? .earliest, old?.firstDay ?? .latest) }
        var days: [LocalDate] = []
        if old.firstDay != firstDay { days.append(min(firstDay ?? .earliest, old.firstDay ?? .earliest)) }
        if old.endsOn != endsOn { days.append(min(endsOn ?? .latest, old.endsOn ?? .latest).adding(days: 1)) }
        return days.min()
    }
}

private struct Replanning {
    let cycle: ImprovementCycle
    let planning: CyclePlanning
    let schoolId: String
    let first: LocalDate
    let reason: String

    func run(_ transaction: WriteTransaction) throws {
        guard first <= planning.planner.days.upperBound else { return }
        let plan = planning.planner.plan(onlyFor: schoolId)
        let recorded = try transaction.cycles.activities(of: cycle.id, concerning: schoolId).filter { $0.state != .cancelled }
        let known = Dictionary(recorded.compactMap { activity in activity.key.map { ($0, activity) } }) { first, _ in first }
        let planned = Set(plan.activities.map(\.key))

        for activity in recorded where isAhead(activity) && isInDoubt(activity) {
            if let key = activity.key, !planned.contains(key) { try cancel(activity, transaction) }
        }
        var ledger = PartnerLedger(schools: partners)
        for visit in try transaction.cycles.visits(of: cycle.id) { ledger.record(visit.partner, visits: visit.hosts) }
        for new in plan.activities where new.dueOn >= first {
            if let activity = known[new.key] { try keep(activity, new, transaction) } else { try add(new, &ledger, transaction) }
        }
        for visit in recorded where visit.partnerSchoolIds.contains(schoolId) && isAhead(visit) && !isMember(on: visit.dueOn) {
            try replacePartner(of: visit, &ledger, transaction)
        }
        try join(transaction)
    }

    /// Schools that are there to the end of the year.
    private var partners: [String] {
        let lastDay = planning.planner.days.upperBound
        return planning.planner.schools.filter { $0.memberships.contains { $0.contains(lastDay) } }.map(\.id)
    }

    private func isAhead(_ activity: Activity) -> Bool { activity.state == .scheduled && activity.dueOn >= first }

    /// Whether the plan of this school says if it is needed: its own, and those of its groups.
    private func isInDoubt(_ activity: Activity) -> Bool { activity.schoolIds.contains(schoolId) && activity.key != nil }

    private func isMember(on day: LocalDate) -> Bool {
        planning.planner.schools.first { $0.id == schoolId }?.memberships.contains { $0.contains(day) } ?? false
    }

    private func cancel(_ activity: Activity, _ transaction: WriteTransaction) throws {
        var cancelled = activity
        cancelled.state = .cancelled
        cancelled.settledOn = try transaction.today()
        cancelled.stateReason = reason
        cancelled.replannedBecause = reason
        try transaction.update(from: activity, to: cancelled, verb: "cancelled", isTarget: false)
    }

    /// The same activity: only who takes part can have changed, where several share it.
    private func keep(_ activity: Activity, _ new: PlannedActivity, _ transaction: WriteTransaction) throws {
        guard isAhead(activity), activity.groupName != nil, Set(activity.schoolIds) != Set(new.schoolIds) else { return }
        var changed = activity
        changed.schoolIds = new.schoolIds
        changed.partnerSchoolIds.removeAll { new.schoolIds.contains($0) }
        changed.replannedBecause = reason
        try transaction.update(from: activity, to: changed, verb: "replanned", isTarget: false)
    }

    private func add(_ new: PlannedActivity, _ ledger: inout PartnerLedger, _ transaction: WriteTransaction) throws {
        var new = new
        let needsPartner = planning.processes.first { $0.id == new.key.processId }?.needsPartner ?? false
        if needsPartner, let partner = ledger.due(hosts: new.schoolIds) {
            new.partnerSchoolIds = [partner]
            ledger.record(partner, visits: new.schoolIds)
        }
        try transaction.insert(planning.activity(new, in: cycle, because: reason, transaction))
    }

    private func replacePartner(of visit: Activity, _ ledger: inout PartnerLedger, _ transaction: WriteTransaction) throws {
        var changed = visit
        changed.partnerSchoolIds.removeAll { $0 == schoolId }
        if let partner = ledger.due(hosts: visit.schoolIds + [schoolId] + changed.partnerSchoolIds) {
            changed.partnerSchoolIds.append(partner)
            ledger.record(partner, visits: visit.schoolIds)
        }
        changed.replannedBecause = reason
        // It may have been changed above already.
        guard let stored = try transaction.find(Activity.self, id: visit.id), stored.state == .scheduled else { return }
        changed.etag = stored.etag
        changed.schoolIds = stored.schoolIds
        try transaction.update(from: stored, to: changed, verb: "replanned", isTarget: false)
    }

    /// A cycle for all has the school from now on.
    private func join(_ transaction: WriteTransaction) throws {
        let takesPart = planning.planner.schools.contains { $0.id == schoolId }
        guard cycle.isForAll, takesPart, !cycle.schoolIds.contains(schoolId) else { return }
        var joined = cycle
        joined.schoolIds = (cycle.schoolIds + [schoolId]).sorted()
        try transaction.update(from: cycle, to: joined, isTarget: false)
    }
}
