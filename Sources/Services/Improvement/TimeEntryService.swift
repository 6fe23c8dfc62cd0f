package import Core
package import Domain
package import Repositories

/// Time given in deployments, while they are deployed.
package struct TimeEntryService: ResourceService {
    package typealias Item = TimeEntry
    package let store: Store
    package let writing = Permission.deploymentsRecord

    package init(store: Store) {
        self.store = store
    }

    /// Those of the deployment, also of an entry that is only about to name its schools.
    package func places(of item: TimeEntry, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        let schools =
            try item.schoolIds.isEmpty ? transaction.find(Deployment.self, id: item.deploymentId)?.schoolIds ?? [] : item.schoolIds
        return schools.map(Scope.school)
    }

    /// The receiver's, as the deployment is; a new entry is asked for it when it is known.
    package func school(of item: TimeEntry) -> String? { item.schoolIds.first }

    package func prepare(_ item: TimeEntry, replacing old: TimeEntry?, _ transaction: WriteTransaction) throws -> TimeEntry {
        let visibility = old == nil ? Visibility(of: transaction.call.actor) : .everything
        guard let deployment = try transaction.find(Deployment.self, id: item.deploymentId, visibleTo: visibility) else {
            throw DomainError.invalid([FieldError(pointer: "/deploymentId", code: "not-found", detail: "is not the id of a deployment")])
        }
        var item = item
        item.schoolIds = deployment.schoolIds
        let others = try item.personId.map { try transaction.support.entries(of: $0, on: item.day).filter { $0.id != item.id } } ?? []
        let errors =
            try transaction.errors(person: item.personId, replacing: old?.personId)
            + item.errors(of: deployment, others: others, today: transaction.today())
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try checkIsOpen(deployment, transaction)
        return item
    }

    package func checkDeletion(of item: TimeEntry, _ transaction: WriteTransaction) throws {
        if let deployment = try transaction.find(Deployment.self, id: item.deploymentId) { try checkIsOpen(deployment, transaction) }
    }

    /// Throws `notInThisState`, and `conflict` where the receiving school has left.
    private func checkIsOpen(_ deployment: Deployment, _ transaction: WriteTransaction) throws {
        try transaction.checkHasNotLeft(school: deployment.receivingSchoolId, on: transaction.today())
        guard deployment.state != .deployed else { return }
        throw DomainError.notInThisState(
            "Time is recorded, corrected and removed while its deployment is deployed; \(deployment.id) is \(deployment.state.rawValue).",
            allowedActions: deployment.allowedActions)
    }
}
