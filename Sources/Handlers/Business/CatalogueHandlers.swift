import Core
package import Routing
package import Services

/// `/v1/catalogue`.
package struct CatalogueHandlers: Sendable {
    private let imports: CatalogueImport

    package init(imports: CatalogueImport) {
        self.imports = imports
    }

    package var bindings: [Binding] {
        [Binding("importCatalogue", target: allowed, write: load) { try .view($0) }]
    }

    private func allowed(_ exchange: Exchange) async throws -> Target? {
        try CatalogueImport.authorise(exchange.call)
        return Target(id: "")
    }

    private func load(_ exchange: Exchange) async throws -> CatalogueImport.Report {
        try await imports.load(exchange.smallFile(), exchange.call)
    }
}
