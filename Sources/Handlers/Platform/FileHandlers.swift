import Cryptography
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
            Binding("getFileContent", target: operations.visible, handle: getFileContent),
            operations.delete("deleteFile"),
        ]
    }

    private func uploadFile(_ exchange: Exchange) async throws -> Answer {
        let headers = exchange.headers
        let upload = FileService.Upload(
            name: headers[.contentDisposition].flatMap(ContentDisposition.filename) ?? "",
            contentType: headers[.contentType].flatMap(MediaType.essence(of:)) ?? "",
            sha256: try headers[.reprDigest].flatMap(ReprDigest.sha256))
        return try .created(await files.receive(upload, exchange.stream.limited(to: files.maximumBytes).chunks, exchange.call))
    }

    private func getFileContent(_ exchange: Exchange) async throws -> Answer {
        let (file, content) = try files.content(exchange.targetID, exchange.call)
        return .content(
            RangedContent(
                contentType: file.contentType, filename: file.name, length: file.sizeBytes, sha256: Hex.decode(file.sha256) ?? []
            ) { range, sink in
                try await content.read(range, sink)
            })
    }
}
