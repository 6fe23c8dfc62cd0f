package import Core

/// Places the activities of a cycle in the calendars of its schools. Pure: the same input, the same plan.
///
/// Each period that a frequency counts is divided evenly by its days of the kind the process needs; each part is the window of one activity, due on its
/// last such day. **The due day decides**: an activity is planned where its frequency is in force on that day and the school is a member on
/// it. Its window opens no earlier than that frequency, the membership and the cycle began.
package struct CyclePlanner: Sendable {
    /// Of the academic year; nothing is due before the cycle begins.
    package let days: ClosedRange<LocalDate>
    /// In the order in which rotations go: by id, never by size.
    package let schools: [PlannedSchool]
    package let processes: [PlannedProcess]
    /// Schools that share a shared process; all of them as one group where there are none.
    package let groups: [PlannedGroup]

    package init(days: ClosedRange<LocalDate>, schools: [PlannedSchool], processes: [PlannedProcess], groups: [PlannedGroup] = []) {
        self.days = days
        self.schools = schools.sorted { $0.id < $1.id }
        self.processes = processes
        self.groups = groups
    }

    /// The whole plan, with partners.
    package func plan() -> CyclePlan {
        var plan = CyclePlan()
        for school in schools where school.periods(.term).isEmpty {
            plan.refusals.append(
                CyclePlan.Refusal(
                    reason: .noCalendar, processId: nil, schoolIds: [school.id], detail: "The school has no terms in this year."))
        }
        guard plan.refusals.isEmpty else { return plan }
        for process in processes {
            if process.isShared {
                for group in groupsOrAll { plan.append(shared(process, group)) }
            } else {
                for school in schools { plan.append(own(process, school)) }
            }
        }
        assignPartners(&plan)
        plan.activities.sort(by: Self.isBefore)
        return plan
    }

    /// Without partners: what one school has to itself, and what groups share.
    package func plan(onlyFor schoolId: String) -> CyclePlan {
        var plan = CyclePlan()
        for process in processes {
            if process.isShared {
                for group in groupsOrAll where group.schoolIds.contains(schoolId) { plan.append(shared(process, group)) }
            } else if let school = schools.first(where: { $0.id == schoolId }) {
                plan.append(own(process, school))
            }
        }
        plan.activities.sort(by: Self.isBefore)
        return plan
    }

    private var groupsOrAll: [PlannedGroup] { groups.isEmpty ? [PlannedGroup(name: "all", schoolIds: schools.map(\.id))] : groups }

    private static func isBefore(_ left: PlannedActivity, _ right: PlannedActivity) -> Bool {
        (left.dueOn, left.key.processId, left.key.owner, left.key.occurrence)
            < (right.dueOn, right.key.processId, right.key.owner, right.key.occurrence)
    }
}

// MARK: One school's own

extension CyclePlanner {
    private func own(_ process: PlannedProcess, _ school: PlannedSchool) -> CyclePlan {
        var plan = CyclePlan()
        for run in school.runs(of: process, in: days) {
            guard let frequency = run.frequency else { continue }
            let periods = school.periods(frequency.every)
            for (index, period) in periods.enumerated() where run.days.overlaps(period) {
                let open = school.open.days(process.need, in: period)
                if open.count < frequency.times {
                    plan.refusals.append(Self.tooFew(process, [school.id], period, open.count, frequency.times))
                    continue
                }
                for number in 0..<frequency.times {
                    let window = Self.window(open, number, of: frequency.times, process.windowDays)
                    guard let member = school.memberDays(on: window.upperBound), run.days.contains(window.upperBound) else { continue }
                    let opens = max(window.lowerBound, run.days.lowerBound, member.lowerBound)
                    let key = ActivityKey(
                        processId: process.id, owner: school.id, every: frequency.every, period: index + 1, occurrence: number + 1,
                        times: frequency.times)
                    plan.activities.append(placed(key, [school.id], opens...window.upperBound, open))
                }
            }
        }
        return plan
    }

    /// The part with this number of a period's open days, of which there are `times` at least, and no longer than a window may be.
    static func window(_ open: [LocalDate], _ number: Int, of times: Int, _ windowDays: Int?) -> ClosedRange<LocalDate> {
        let dueOn = open[(number + 1) * open.count / times - 1]
        let begins = open[number * open.count / times]
        return min(max(begins, windowDays.map { dueOn.adding(days: -$0) } ?? begins), dueOn)...dueOn
    }

    /// Scheduled for one of the days in the window. Which one follows from the key, so that schools don't all have theirs on the same day.
    private func placed(
        _ key: ActivityKey, _ schoolIds: [String], _ window: ClosedRange<LocalDate>, _ open: [LocalDate]
    ) -> PlannedActivity {
        // The due day is one of them.
        let choices = open.filter(window.contains)
        return PlannedActivity(
            key: key, schoolIds: schoolIds, opensOn: window.lowerBound, dueOn: window.upperBound,
            scheduledFor: choices[key.spread % choices.count])
    }

    static func tooFew(
        _ process: PlannedProcess, _ schoolIds: [String], _ period: ClosedRange<LocalDate>, _ days: Int, _ times: Int
    ) -> CyclePlan.Refusal {
        CyclePlan.Refusal(
            reason: .tooFewDays, processId: process.id, schoolIds: schoolIds,
            detail:
                "\(process.title) is asked for \(times) times from \(period.lowerBound) to \(period.upperBound), which has \(days) days "
                + "with \(process.need.rawValue).")
    }
}

// MARK: Shared by several

extension CyclePlanner {
    /// One activity for all of a group, on days that suit every school's calendar. A shared process has one frequency, whatever the stages.
    private func shared(_ process: PlannedProcess, _ group: PlannedGroup) -> CyclePlan {
        var plan = CyclePlan()
        let members = schools.filter { group.schoolIds.contains($0.id) && !$0.memberships.isEmpty }
        guard let frequency = process.sharedFrequency, let first = members.first else { return plan }
        let all = members.dropFirst().reduce(first.open) { $0.intersection($1.open) }
        for (index, period) in first.periods(frequency.every).enumerated() {
            let open = all.days(process.need, in: period)
            if open.count < frequency.times {
                let ids = members.map(\.id)
                plan.refusals.append(
                    open.isEmpty
                        ? CyclePlan.Refusal(
                            reason: .noCommonDay, processId: process.id, schoolIds: ids,
                            detail: "\(process.title) has no day from \(period.lowerBound) to \(period.upperBound) that suits all of "
                                + "\(group.name).")
                        : Self.tooFew(process, ids, period, open.count, frequency.times))
                continue
            }
            for number in 0..<frequency.times {
                let window = Self.window(open, number, of: frequency.times, process.windowDays)
                let present = members.filter { $0.memberDays(on: window.upperBound) != nil }
                guard days.contains(window.upperBound), !present.isEmpty else { continue }
                let joined = present.compactMap { $0.memberDays(on: window.upperBound)?.lowerBound }.min() ?? window.lowerBound
                let key = ActivityKey(
                    processId: process.id, owner: group.name, every: frequency.every, period: index + 1, occurrence: number + 1,
                    times: frequency.times)
                let opens = max(window.lowerBound, days.lowerBound, joined)
                plan.activities.append(placed(key, present.map(\.id), opens...window.upperBound, open))
            }
        }
        return plan
    }
}

extension CyclePlan {
    fileprivate mutating func append(_ other: CyclePlan) {
        activities += other.activities
        refusals += other.refusals
    }
}

extension ActivityKey {
    /// A number that is the same in every run, and another for each school (FNV-1a).
    var spread: Int {
        let text = "\(processId)|\(owner)|\(every.rawValue)|\(period)|\(occurrence)"
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int(hash >> 33)
    }
}
