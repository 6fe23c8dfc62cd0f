import Core
import Domain
package import Routing
package import Services

/// `/v1/indicators`.
package struct IndicatorHandlers: Sendable {
    private let operations: ResourceOperations<IndicatorService>
    private let imports: IndicatorImport

    package init(indicators: IndicatorService, imports: IndicatorImport) {
        operations = ResourceOperations(indicators)
        self.imports = imports
    }

    package var bindings: [Binding] {
        [
            operations.list("listIndicators"),
            operations.create("createIndicator"),
            Binding("importIndicators", write: importIndicators) { try .view($0) },
            operations.bulk("bulkIndicators"),
            operations.get("getIndicator"),
            operations.update("updateIndicator"),
            operations.delete("deleteIndicator"),
        ]
    }

    private func importIndicators(_ exchange: Exchange) async throws -> CSVReport {
        try await imports.run(exchange.smallFile(), exchange.call)
    }
}
