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
            Binding("listImports", export: imports.export, handle: listImports),
            Binding("createImport", handle: createImport),
            Binding("getImport", target: job, handle: getImport),
            Binding("startImport", target: job, handle: startImport),
            Binding("putImportFile", target: job, handle: putImportFile),
        ]
    }

    private func job(_ exchange: Exchange) async throws -> Target? {
        let job = try imports.find(id: exchange.path("id"))
        return Target(id: job.id, etag: job.etag)
    }

    private func listImports(_ exchange: Exchange) async throws -> Answer {
        .list(try await imports.list(exchange.list))
    }

    private func createImport(_ exchange: Exchange) async throws -> Answer {
        let job = try await imports.create(groupUid: exchange.body["groupUid"]?.stringValue, exchange.call)
        return try .view(job, status: .created, location: ResourceType.importJob.href(id: job.id))
    }

    private func getImport(_ exchange: Exchange) async throws -> Answer {
        try .view(imports.find(id: exchange.targetID))
    }

    private func startImport(_ exchange: Exchange) async throws -> Answer {
        let job = try await imports.start(id: exchange.targetID, exchange.call)
        return try .view(job, status: .accepted, location: ResourceType.importJob.href(id: job.id))
    }

    private func putImportFile(_ exchange: Exchange) async throws -> Answer {
        try .view(await imports.receive(file: exchange.path("file"), of: exchange.targetID, exchange.stream.chunks, exchange.call))
    }
}
