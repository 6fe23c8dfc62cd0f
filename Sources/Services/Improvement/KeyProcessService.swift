import Core
package import Domain
package import Repositories

/// Key processes, while their framework is a draft.
package struct KeyProcessService: ResourceService {
    package typealias Item = KeyProcess
    package let store: Store
    package let writing = Permission.frameworksWrite

    package init(store: Store) {
        self.store = store
    }

    package func prepare(_ item: KeyProcess, replacing old: KeyProcess?, _ transaction: WriteTransaction) throws -> KeyProcess {
        guard let framework = try transaction.find(Framework.self, id: item.frameworkId) else {
            throw DomainError.invalid([FieldError(pointer: "/frameworkId", code: "not-found", detail: "is not the id of a framework")])
        }
        try checkIsDraft(framework)
        let errors = item.errors
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        var item = item
        if item.position == 0 {
            let last = try transaction.processes(ofFramework: framework.id).filter { $0.id != item.id }.last
            item.position = (last?.position ?? 0) + KeyProcess.positionStep
        }
        return item
    }

    package func checkDeletion(of item: KeyProcess, _ transaction: WriteTransaction) throws {
        if let framework = try transaction.find(Framework.self, id: item.frameworkId) { try checkIsDraft(framework) }
    }

    private func checkIsDraft(_ framework: Framework) throws {
        guard framework.state != .draft else { return }
        throw DomainError.notInThisState(
            "Processes are made, changed and deleted while their framework is a draft; \(framework.id) is \(framework.state.rawValue). A new "
                + "version of it is one.", allowedActions: framework.allowedActions)
    }
}
