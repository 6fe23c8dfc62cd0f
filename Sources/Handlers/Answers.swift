import Core
import Domain
import Routing
import Services

// How resources become answers: bytes and the right kind of tag.

extension Answer {
    /// A resource of which every member is stored: the header tag is the member `etag`, strong.
    static func item(_ resource: some Resource, status: Status = .ok, location: String? = nil) throws -> Answer {
        try .item(resource.wireBytes(), etag: EntityTag(resource.etag), status: status, location: location)
    }

    /// 201 with the place of a new one.
    static func created(_ resource: some Resource) throws -> Answer {
        try .item(resource, status: .created, location: type(of: resource).type.href(id: resource.id))
    }

    /// The same as ``item(_:status:location:)``, already encoded; what says more than its version is a view of it.
    static func item(_ encoded: Encoded) -> Answer {
        .item(encoded.bytes, etag: encoded.saysMore ? .weak(encoded.etag, of: encoded.bytes) : EntityTag(encoded.etag))
    }

    /// A resource with members that change without a new version: the header tag is weak, version and hash.
    static func view(_ resource: some Resource, status: Status = .ok, location: String? = nil) throws -> Answer {
        let bytes = try resource.wireBytes()
        return .item(bytes, etag: .weak(resource.etag, of: bytes), status: status, location: location)
    }

    /// Without this one, a resource would be taken for any other document and lose its version.
    static func view(_ resource: some Resource) throws -> Answer { try view(resource, status: .ok) }

    /// A document that is no resource: the header tag is a hash of it.
    static func view(_ document: some Encodable) throws -> Answer {
        view(encoded: try JSONCodec.encode(document))
    }

    /// The same, already encoded.
    static func view(encoded bytes: [UInt8]) -> Answer {
        .item(bytes, etag: .weak(of: bytes))
    }

    static func list(_ page: Page<Encoded>) -> Answer {
        .list(
            Page(
                items: page.items.map(\.bytes), next: page.next, seq: page.seq, total: page.total,
                deleted: page.deleted.map { $0.map(\.bytes) }, facets: page.facets))
    }
}

extension Exchange {
    /// The whole body of an operation that takes a small file. Throws 413 for one beyond ``CSVImport/maximumBytes``.
    func smallFile() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in stream.limited(to: CSVImport.maximumBytes).chunks { bytes += chunk }
        return bytes
    }
}

extension QueryValues {
    /// A parameter of format `date`.
    func date(_ name: String) -> LocalDate? { string(name).flatMap { LocalDate($0) } }
}

extension Binding {
    /// A list that a service also streams whole.
    init(_ operationId: String, listOf reader: some ResourceReader) {
        self.init(
            operationId, export: { try await reader.export($0.list, $0.call).map(\.bytes) },
            handle: { .list(try await reader.list($0.list, $0.call)) })
    }
}
