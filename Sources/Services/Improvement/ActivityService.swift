package import Core
package import Domain
package import Repositories

/// Activities of cycles. Those of the plan come with the cycle; more can be added beside it.
package struct ActivityService: StatefulService {
    package typealias Item = Activity
    package let store: Store
    package let writing = Permission.activitiesWrite

    /// What was never given; see ``Activity/defaults``.
    private static let unset = LocalDate.earliest
    private static let mostEvidence = 50

    package init(store: Store) {
        self.store = store
    }

    /// Whoever holds a permission for one of the schools, or for a partner, holds it for the activity.
    package func places(of item: Activity, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        (item.schoolIds + item.partnerSchoolIds).map(Scope.school)
    }

    /// One school's own follows that school out of the trust; a shared one goes on with the others.
    package func school(of item: Activity) -> String? { item.schoolIds.count == 1 ? item.schoolIds[0] : nil }

    package func prepare(_ item: Activity, replacing old: Activity?, _ transaction: WriteTransaction) throws -> Activity {
        guard let cycle = try transaction.find(ImprovementCycle.self, id: item.cycleId) else {
            throw DomainError.invalid([FieldError(pointer: "/cycleId", code: "not-found", detail: "is not the id of a cycle")])
        }
        try Self.checkIsActive(cycle)
        guard let year = try transaction.calendars.academicYear(named: cycle.academicYear) else { throw DomainError.notFound }
        var item = item
        if old == nil { try complete(&item, cycle, transaction) }
        let days = year.days
        var errors = item.partnerErrors + item.dayErrors(year: days)
        errors += try transaction.errors(person: item.leaderId, replacing: old?.leaderId, at: "/leaderId")
        errors += try transaction.errors(schools: item.partnerSchoolIds, at: "/partnerSchoolIds")
        if old == nil { errors += try transaction.errors(schools: item.schoolIds, at: "/schoolIds") }
        if old?.scheduledFor != item.scheduledFor || old?.dueOn != item.dueOn {
            errors += item.kindErrors(in: try item.schoolIds.map { ($0, try transaction.schoolCalendar(schoolId: $0, in: days)) })
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    private static func checkIsActive(_ cycle: ImprovementCycle) throws {
        guard cycle.state != .active else { return }
        throw DomainError.conflict("The cycle \(cycle.title) is \(cycle.state.rawValue); activities change while it is active.")
    }

    /// What the process and the days given say of a new one beside the plan.
    private func complete(_ item: inout Activity, _ cycle: ImprovementCycle, _ transaction: WriteTransaction) throws {
        guard let process = try transaction.find(KeyProcess.self, id: item.processId), process.frameworkId == cycle.frameworkId else {
            throw DomainError.invalid([
                FieldError(pointer: "/processId", code: "not-found", detail: "is not the id of a process of the cycle's framework")
            ])
        }
        if item.title.isEmpty { item.title = process.title }
        item.kind = process.kind.rawValue
        item.dayKind = process.plannedNeed
        if item.scheduledFor == Self.unset { item.scheduledFor = item.dueOn }
        if item.opensOn == Self.unset { item.opensOn = min(try transaction.today(), item.scheduledFor) }
        let strangers = item.schoolIds.enumerated().filter { !cycle.schoolIds.contains($1) }
        guard strangers.isEmpty else {
            throw DomainError.invalid(
                strangers.map {
                    FieldError(pointer: "/schoolIds/\($0.offset)", code: "not-taking-part", detail: "is no school of the cycle")
                })
        }
    }

    package func checkDeletion(of item: Activity, _ transaction: WriteTransaction) throws {
        if let cycle = try transaction.find(ImprovementCycle.self, id: item.cycleId) { try Self.checkIsActive(cycle) }
        guard item.key == nil else {
            throw DomainError.conflict("It is part of the cycle's plan, so it stays: waive it, or cancel it, with the reason.")
        }
    }

    package func perform(
        _ action: Activity.Action, _ body: JSON, on item: Activity, _ transaction: WriteTransaction
    ) throws -> Activity {
        var item = item
        let reason = body["reason"]?.stringValue
        switch action {
        case .start: break
        case .complete:
            item.outcome = body["outcome"]?.stringValue
            try add(body["evidence"], to: &item)
            item.settledOn = try transaction.today()
        case .recordEvidence: try add(body["evidence"], to: &item)
        case .reschedule:
            item.scheduledFor = body["scheduledFor"]?.stringValue.flatMap { LocalDate($0) } ?? item.scheduledFor
            item.stateReason = reason
        case .miss, .waive, .cancel:
            item.stateReason = reason
            item.settledOn = try transaction.today()
        case .reopen:
            item.stateReason = reason
            item.settledOn = nil
        }
        return item
    }

    private func add(_ evidence: JSON?, to item: inout Activity) throws {
        for element in evidence?.arrayValue ?? [] { item.evidence.append(try JSONCodec.decode(Activity.Evidence.self, from: element)) }
        guard item.evidence.count <= Self.mostEvidence else {
            throw DomainError.invalid([
                FieldError(
                    pointer: "/evidence", code: "too-many",
                    detail: "makes \(item.evidence.count) in all; at most \(Self.mostEvidence) are kept")
            ])
        }
    }
}
