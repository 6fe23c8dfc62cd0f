package import Core
package import Domain
package import Repositories

/// Cycles of improvement: drafted, activated with all their activities at once, closed when nothing is open.
package struct CycleService: StatefulService {
    package typealias Item = ImprovementCycle
    package let store: Store
    package let writing = Permission.cyclesWrite

    /// Errors of one refusal.
    private static let mostErrors = 100

    package init(store: Store) {
        self.store = store
    }

    package func prepare(
        _ item: ImprovementCycle, replacing old: ImprovementCycle?, _ transaction: WriteTransaction
    ) throws -> ImprovementCycle {
        // What it was made of was checked then, and goes on as it is.
        guard item.state == .draft else { return item }
        var item = item
        item.isForAll = item.schoolIds.isEmpty
        var errors = item.groupErrors
        if let year = try transaction.calendars.academicYear(named: item.academicYear) {
            if let day = item.startsOn, !year.days.contains(day) {
                errors.append(
                    FieldError(
                        pointer: "/startsOn", code: "outside-year", detail: "must lie in the year, \(year.startsOn) to \(year.endsOn)"))
            }
        } else {
            errors.append(
                FieldError(pointer: "/academicYear", code: "not-found", detail: "is not the name of a recorded academic year"))
        }
        if try transaction.find(Framework.self, id: item.frameworkId) == nil {
            errors.append(FieldError(pointer: "/frameworkId", code: "not-found", detail: "is not the id of a framework"))
        }
        errors += try transaction.errors(schools: item.schoolIds, at: "/schoolIds")
        for (index, group) in item.groups.enumerated() {
            errors += try transaction.errors(schools: group.schoolIds, at: "/groups/\(index)/schoolIds")
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func perform(
        _ action: ImprovementCycle.Action, _ body: JSON, on item: ImprovementCycle, _ transaction: WriteTransaction
    ) throws -> ImprovementCycle {
        switch action {
        case .activate: try activated(item, transaction)
        case .close: try closed(item, transaction)
        }
    }

    /// Makes every activity, or names everything that keeps one from having a place.
    private func activated(_ item: ImprovementCycle, _ transaction: WriteTransaction) throws -> ImprovementCycle {
        let planning = try transaction.planning(of: item)
        guard planning.framework.state == .published else {
            throw Self.refusal([
                FieldError(
                    pointer: "/frameworkId", code: "framework-not-published",
                    detail: "is a framework that is \(planning.framework.state.rawValue); a cycle runs on a published one")
            ])
        }
        guard planning.processes.contains(where: { !$0.frequencies.isEmpty }) else {
            throw Self.refusal([
                FieldError(pointer: "/frameworkId", code: "framework-without-frequencies", detail: "has no process with a frequency")
            ])
        }
        guard !planning.planner.schools.isEmpty else {
            throw Self.refusal([
                FieldError(pointer: "/schoolIds", code: "no-schools", detail: "names no school that is a member of the trust in this year")
            ])
        }
        let plan = planning.planner.plan()
        guard plan.refusals.isEmpty else {
            throw Self.refusal(plan.refusals.prefix(Self.mostErrors).map { FieldError(refusal: $0) })
        }
        for planned in plan.activities { try transaction.insert(planning.activity(planned, in: item, because: nil, transaction)) }
        var item = item
        item.schoolIds = planning.planner.schools.map(\.id)
        item.activatedAt = transaction.now
        return item
    }

    private static func refusal(_ errors: [FieldError]) -> DomainError {
        .refused("The cycle can't be activated as it is; nothing was made.", errors)
    }

    private func closed(_ item: ImprovementCycle, _ transaction: WriteTransaction) throws -> ImprovementCycle {
        let open = try transaction.cycles.unsettled(of: item.id, limit: Self.mostErrors)
        guard open.isEmpty else {
            throw DomainError.refused(
                "Every activity has to be done, missed, waived or cancelled before the cycle is closed.",
                open.map {
                    FieldError(
                        pointer: "", code: "activity-open",
                        detail: "\($0.title), due on \($0.dueOn), is \($0.state.rawValue): \($0.id)", conflictsWith: $0.id)
                })
        }
        var item = item
        item.closedAt = transaction.now
        return item
    }
}

extension FieldError {
    /// The reason is the code: `no-calendar`.
    fileprivate init(refusal: CyclePlan.Refusal) {
        let code = refusal.reason.rawValue.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
        self.init(
            pointer: refusal.processId == nil ? "/schoolIds" : "/frameworkId", code: code,
            detail: "\(refusal.detail) (\(([refusal.processId].compactMap(\.self) + refusal.schoolIds.prefix(5)).joined(separator: ", ")))")
    }
}

extension Transaction {
    /// Errors for ids that are no schools', and for those named twice.
    func errors(schools ids: [String], at pointer: String) throws -> [FieldError] {
        try ids.enumerated().flatMap { index, id in
            ids[..<index].contains(id)
                ? [FieldError(pointer: "\(pointer)/\(index)", code: "duplicate", detail: "is there already")]
                : try errors(school: id, at: "\(pointer)/\(index)")
        }
    }
}
