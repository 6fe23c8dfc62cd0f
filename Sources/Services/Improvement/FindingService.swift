package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What was found at schools, and what becomes of it.
package struct FindingService: StatefulService {
    package typealias Item = Finding
    package let store: Store
    package let writing = Permission.findingsWrite
    private let objectives: ObjectiveService

    package init(store: Store) {
        self.store = store
        objectives = ObjectiveService(store: store)
    }

    package func place(of item: Finding) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: Finding, replacing old: Finding?, _ transaction: WriteTransaction) throws -> Finding {
        let errors =
            try transaction.errors(school: item.schoolId) + item.errors(today: transaction.today()) + activityErrors(item, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    private func activityErrors(_ item: Finding, _ transaction: WriteTransaction) throws -> [FieldError] {
        guard let id = item.activityId else { return [] }
        guard let activity = try transaction.find(Activity.self, id: id) else {
            return [FieldError(pointer: "/activityId", code: "not-found", detail: "is not the id of an activity")]
        }
        guard !activity.schoolIds.contains(item.schoolId) else { return [] }
        return [FieldError(pointer: "/activityId", code: "other-school", detail: "is an activity of other schools")]
    }

    package func perform(
        _ action: Finding.Action, _ body: JSON, on item: Finding, _ transaction: WriteTransaction
    ) throws -> Finding {
        var item = item
        switch action {
        case .address: item.addressedNote = body["note"]?.stringValue
        case .close: item.closingNote = body["note"]?.stringValue
        case .reopen:
            item.reopenReason = body["reason"]?.stringValue
            item.closingNote = nil
        }
        return item
    }

    package func checkDeletion(of item: Finding, _ transaction: WriteTransaction) throws {
        guard let objective = item.objectiveIds.first else { return }
        throw DomainError.conflict("An objective was raised from this finding: \(objective). Delete that first.")
    }

    /// Makes an objective of an area for development, in a plan of its school; the finding keeps the link. Area and subject are the finding's.
    /// It takes the right to write the plan as well.
    ///
    /// Throws `conflict` for other findings and for closed ones, `invalid` and `forbidden` as making an objective does.
    package func raiseObjective(_ id: String, _ body: JSON, _ call: Call) async throws -> Objective {
        try await store.write(call) { transaction in
            let finding = try findForWriting(id, call.precondition, transaction)
            var members = body.objectValue ?? [:]
            members["area"] = .string(finding.area)
            members["regime"] = finding.regime.map(JSON.string) ?? .null
            members["subject"] = finding.subject.map(JSON.string) ?? .null
            if (members["description"] ?? .null) == .null { members["description"] = .string(finding.narrative) }
            let objective = try objectives.insert(.object(members), transaction)
            guard objective.schoolIds.contains(finding.schoolId) else {
                throw DomainError.invalid([
                    FieldError(pointer: "/planId", code: "other-school", detail: "is a plan of another school than the finding's")
                ])
            }
            try finding.checkIsForDevelopment("An objective")
            var linked = finding
            linked.objectiveIds.append(objective.id)
            try transaction.update(from: finding, to: linked)
            return objective
        }
    }
}
