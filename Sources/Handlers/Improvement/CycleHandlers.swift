import Core
import Domain
package import Routing
package import Services

/// `/v1/cycles`.
package struct CycleHandlers: Sendable {
    private let operations: ResourceOperations<CycleService>
    private let cycles: CycleService

    package init(cycles: CycleService) {
        self.cycles = cycles
        operations = ResourceOperations(cycles)
    }

    package var bindings: [Binding] {
        operations.actions + [
            operations.list("listImprovementCycles"),
            operations.create("createImprovementCycle"),
            operations.bulk("bulkImprovementCycles"),
            operations.get("getImprovementCycle"),
            operations.update("updateImprovementCycle"),
            operations.delete("deleteImprovementCycle"),
            Binding("getImprovementCyclePlan", target: cycle) { try .view(await cycles.plan($0.targetID, $0.call)) },
            Binding(
                "getImprovementCycleProgress", target: cycle,
                export: { try await Rows(encoding: progress($0).items) },
                handle: { try .view(await progress($0)) }),
        ]
    }

    /// Without a version: both are more than the cycle's own row.
    private func cycle(_ exchange: Exchange) async throws -> Target? {
        Target(id: try cycles.identify(exchange.path("id"), exchange.call).id)
    }

    private func progress(_ exchange: Exchange) async throws -> CycleProgress {
        try await cycles.progress(exchange.targetID, asOf: exchange.query.date("asOf"), exchange.call)
    }
}
