package import Core
package import Domain
package import Repositories

/// Frameworks of key processes: drafted, published, followed by a new version.
package struct FrameworkService: StatefulService {
    package typealias Item = Framework
    package let store: Store
    package let writing = Permission.frameworksWrite

    package init(store: Store) {
        self.store = store
    }

    package func prepare(_ item: Framework, replacing old: Framework?, _ transaction: WriteTransaction) throws -> Framework {
        var item = item
        if item.seriesId.isEmpty { item.seriesId = item.id }
        return item
    }

    package func perform(_ action: Framework.Action, _ body: JSON, on item: Framework, _ transaction: WriteTransaction) throws -> Framework
    {
        var item = item
        switch action {
        case .publish:
            try checkFrequencies(of: item, transaction)
            item.publishedAt = transaction.now
        case .retire: item.retiredAt = transaction.now
        }
        return item
    }

    private func checkFrequencies(of item: Framework, _ transaction: WriteTransaction) throws {
        let processes = try transaction.processes(ofFramework: item.id)
        let missing = processes.filter { !$0.frequencies.contains { $0.times > 0 } }
        guard processes.isEmpty || !missing.isEmpty else { return }
        throw DomainError.refused(
            "A framework is published when it has processes and each of them a frequency.",
            missing.isEmpty
                ? [FieldError(pointer: "", code: "framework-without-processes", detail: "has no process")]
                : missing.map {
                    FieldError(
                        pointer: "", code: "framework-without-frequencies",
                        detail: "has a process without a frequency: \($0.title), \($0.id)",
                        conflictsWith: $0.id)
                })
    }

    package func checkDeletion(of item: Framework, _ transaction: WriteTransaction) throws {
        guard let process = try transaction.processes(ofFramework: item.id).first else {
            guard let cycle = try transaction.all(ImprovementCycle.self, where: "frameworkId", is: item.id).first else { return }
            throw DomainError.conflict("The cycle \(cycle.id) is drafted on the framework. Delete it, or give it another framework, first.")
        }
        throw DomainError.conflict("The framework has processes, among them \(process.title): \(process.id). Delete them first.")
    }

    /// A draft of the next version, with a copy of each process. Throws `conflict` for a draft, and while the series has another one.
    package func revise(_ id: String, _ call: Call) async throws -> Framework {
        try await store.write(call) { transaction in
            let old = try findForWriting(id, call.precondition, transaction)
            guard old.state != .draft else {
                throw DomainError.notInThisState(
                    "A draft is changed itself; a new version follows a published one.", allowedActions: old.allowedActions)
            }
            let series = try transaction.all(Framework.self, where: "seriesId", is: old.seriesId)
            if let draft = series.first(where: { $0.state == .draft }) {
                throw DomainError.conflict("Version \(draft.version) of the framework is a draft still: \(draft.id).")
            }
            let recorder = call.actor.personId ?? call.actor.id
            let version = (series.map(\.version).max() ?? old.version) + 1
            let new = try transaction.insert(old.next(version: version, by: recorder, at: transaction.now))
            for var process in try transaction.processes(ofFramework: old.id) {
                process.id = ResourceType.keyProcess.makeID(at: transaction.now)
                process.frameworkId = new.id
                (process.recordedBy, process.createdAt, process.updatedAt, process.etag) = (
                    recorder, transaction.now, transaction.now, .first
                )
                try transaction.insert(process)
            }
            return new
        }
    }
}
