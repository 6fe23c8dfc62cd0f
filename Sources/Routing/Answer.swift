package import Core
import Cryptography
package import HTTPTypes

/// What a handler answers; Routing adds negotiation, tags, conditional answers and caching.
package struct Answer: Sendable {
    package enum Status: Int, Sendable {
        case ok = 200
        case created = 201
        case accepted = 202
        case multiStatus = 207
    }

    /// Who may keep the answer.
    package enum Caching: Hashable, Sendable {
        /// For the operation's kind: reads with a token `private, no-cache`, public reads `no-cache`, writes `no-store`.
        case standard
        /// Anyone, for this many seconds.
        case shared(seconds: Int)
        case noStore
    }

    package typealias WriteBody = @Sendable (inout any ResponseBodyWriter) async throws -> Void

    enum Content: Sendable {
        case nothing
        case bytes(contentType: String, [UInt8])
        case constant(contentType: String, ConstantBody)
        case page(Page<[UInt8]>)
        /// A body that isn't kept any more; its digest says what it was.
        case withheld(reprDigest: String?)
        case stream(contentType: String, filename: String?, write: WriteBody)
        case ranged(RangedContent)
    }

    var content: Content
    var status: Status
    var etag: EntityTag?
    var location: String?
    package var caching: Caching
    /// Further fields; nothing that Routing or the transport sets itself.
    package var headers = HTTPFields()

    private init(_ content: Content, status: Status = .ok, etag: EntityTag? = nil, location: String? = nil, caching: Caching = .standard) {
        self.content = content
        self.status = status
        self.etag = etag
        self.location = location
        self.caching = caching
    }

    /// One JSON document, already encoded.
    package static func item(_ json: [UInt8], etag: EntityTag? = nil, status: Status = .ok, location: String? = nil) -> Answer {
        Answer(.bytes(contentType: "application/json", json), status: status, etag: etag, location: location)
    }

    /// A page of a list, each item already encoded. Routing writes the envelope, `Link` and the weak tag.
    package static func list(_ page: Page<[UInt8]>) -> Answer {
        Answer(.page(page))
    }

    /// 204.
    package static var none: Answer { Answer(.nothing) }

    /// Anything else that is in memory.
    package static func bytes(
        _ contentType: String, _ bytes: [UInt8], etag: EntityTag? = nil, status: Status = .ok, caching: Caching = .standard
    ) -> Answer {
        Answer(.bytes(contentType: contentType, bytes), status: status, etag: etag, caching: caching)
    }

    /// What is the same for every request. There is one of it in memory, however many ask and don't read.
    package static func constant(_ contentType: String, _ body: ConstantBody, etag: EntityTag, caching: Caching = .standard) -> Answer {
        Answer(.constant(contentType: contentType, body), etag: etag, caching: caching)
    }

    /// Bytes of which the client may ask for a part; its tag is their digest.
    package static func content(_ content: RangedContent) -> Answer {
        Answer(.ranged(content), etag: EntityTag(verbatim: "\"\(content.sha256)\""))
    }

    /// A body written as it comes; `write` ends with `finish`. HEAD never calls it. With `filename` it is sent as an attachment.
    package static func stream(contentType: String, filename: String? = nil, write: @escaping WriteBody) -> Answer {
        Answer(.stream(contentType: contentType, filename: filename, write: write))
    }
}

extension Answer {
    /// As it is kept for a request that comes again; nil for what is no single document.
    var kept: KeptAnswer? {
        switch content {
        case .bytes(let type, let bytes):
            KeptAnswer(status: status.rawValue, etag: etag?.description, location: location, contentType: type, body: bytes)
        case .nothing: KeptAnswer(status: 204, etag: etag?.description, location: location, contentType: nil, body: [])
        case .page, .constant, .stream, .ranged, .withheld: nil
        }
    }

    init(_ kept: KeptAnswer) {
        let content: Content =
            switch (kept.contentType, kept.body) {
            case (let type?, let body?): .bytes(contentType: type, body)
            case (nil, .some): .nothing
            case (_, nil): .withheld(reprDigest: kept.reprDigest)
            }
        self.init(
            content, status: Status(rawValue: kept.status) ?? .ok, etag: kept.etag.map(EntityTag.init(verbatim:)), location: kept.location)
        headers[.idempotencyReplayed] = "true"
    }
}
