package import Routing
package import Services

/// `/v1/schools/{id}/hand-over`.
package struct HandOverHandlers: Sendable {
    private let handOver: HandOverService
    private let schools: SchoolService

    package init(handOver: HandOverService, schools: SchoolService) {
        self.handOver = handOver
        self.schools = schools
    }

    package var bindings: [Binding] {
        [
            Binding(
                "exportSchool", target: school,
                export: { try await handOver.export($0.targetID, $0.call) },
                // NDJSON is all that is offered, so every answer is the export.
                handle: { _ in .none })
        ]
    }

    /// Without a version: the export is more than the school's own row.
    private func school(_ exchange: Exchange) async throws -> Target? {
        Target(id: try handOver.identify(schools.identify(exchange.path("id"), exchange.call).id, exchange.call).id)
    }
}
