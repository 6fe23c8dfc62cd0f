import Domain
import HTTPTypes
package import Routing
package import Services

/// `/v1/files`.
package struct FileHandlers: Sendable {
    private let files: FileService
    private let operations: ResourceOperations<FileService>

    package init(files: FileService) {
        self.files = files
        operations = ResourceOperations(files)
    }

    package var bindings: [Binding] {
        [
            operations.list("listFiles"),
            Binding("uploadFile", handle: uploadFile),
            operations.get("getFile"),
            Binding("getFileContent", target: contentTarget, handle: getFileContent),
            operations.delete("deleteFile"),
        ]
    }

    private func uploadFile(_ exchange: Exchange) async throws -> Answer {
        let headers = exchange.headers
        let upload = FileService.Upload(
            name: headers[.contentDisposition].flatMap(ContentDisposition.filename) ?? "",
            contentType: headers[.contentType].flatMap(MediaType.essence(of:)) ?? "",
            sha256: try headers[.reprDigest].flatMap(ReprDigest.sha256), declaredBytes: exchange.stream.declaredLength)
        return try .created(await files.receive(upload, exchange.stream.limited(to: files.maximumBytes).chunks, exchange.call))
    }

    /// The content has a tag of its own, whatever becomes of the version of what is known of it.
    private func contentTarget(_ exchange: Exchange) async throws -> Target? {
        Target(id: try files.identify(exchange.path("id"), exchange.call).id)
    }

    private func getFileContent(_ exchange: Exchange) async throws -> Answer {
        let (file, read) = try files.content(exchange.targetID, exchange.call)
        return .content(
            RangedContent(
                contentType: file.contentType, filename: file.name, length: file.sizeBytes, sha256: file.sha256,
                read: read))
    }
}
