import Core
import Domain
package import Routing
package import Services

/// `/v1/imports`.
package struct ImportHandlers: Sendable {
    private let imports: ImportService

    package init(imports: ImportService) {
        self.imports = imports
    }

    package var bindings: [Binding] {
        [
            Binding("listImports", listOf: imports),
            Binding("createImport", target: allowed, write: createImport) {
                try .view($0, status: .created, location: ResourceType.importJob.href(id: $0.id))
            },
            Binding("getImport", target: job, handle: getImport),
            Binding("startImport", target: changeableJob, write: startImport) {
                try .view($0, status: .accepted, location: ResourceType.importJob.href(id: $0.id))
            },
            Binding("putImportFile", target: changeableJob, handle: putImportFile),
        ]
    }

    private func job(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try imports.identify(exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag)
    }

    private func changeableJob(_ exchange: Exchange) async throws -> Target? {
        let target = try await job(exchange)
        try ImportService.authorise(exchange.call)
        return target
    }

    private func allowed(_ exchange: Exchange) async throws -> Target? {
        try ImportService.authorise(exchange.call)
        return Target(id: "")
    }

    private func createImport(_ exchange: Exchange) async throws -> ImportJob {
        try await imports.create(groupUid: exchange.body["groupUid"]?.stringValue, exchange.call)
    }

    private func getImport(_ exchange: Exchange) async throws -> Answer {
        try .view(imports.find(exchange.targetID, exchange.call))
    }

    private func startImport(_ exchange: Exchange) async throws -> ImportJob {
        try await imports.start(id: exchange.targetID, exchange.call)
    }

    private func putImportFile(_ exchange: Exchange) async throws -> Answer {
        try .view(await imports.receive(file: exchange.path("file"), of: exchange.targetID, exchange.stream.chunks, exchange.call))
    }
}
