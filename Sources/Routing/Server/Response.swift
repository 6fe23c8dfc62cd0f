package import HTTPTypes
package import NIOCore
import Synchronization

/// What a request is answered with, before the transport adds what belongs to every answer.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    /// A new body brings its own `Content-Length`, or takes it away.
    package var body: ResponseBody {
        didSet { if body.contentLength != oldValue.contentLength { headers[.contentLength] = body.contentLength.map { String($0) } } }
    }

    /// `Content-Length` is the body's, unless `headers` say it: the answer to HEAD knows it without having the body.
    package init(status: HTTPResponse.Status, headers: HTTPFields = HTTPFields(), body: ResponseBody = ResponseBody()) {
        self.status = status
        self.headers = headers
        self.body = body
        if let length = body.contentLength, !headers.contains(.contentLength) { self.headers[.contentLength] = String(length) }
    }

    package var head: HTTPResponse { HTTPResponse(status: status, headerFields: headers) }
}

/// Bytes in hand, or a way to write them as they come.
package struct ResponseBody: Sendable {
    package typealias Write = @Sendable (inout any ResponseBodyWriter) async throws -> Void

    private enum Content: Sendable {
        case bytes(ByteBuffer)
        /// Others have the same bytes.
        case shared(ByteBuffer, ConstantBody?)
        case stream(length: Int?, Write)
    }

    private let content: Content

    /// Nothing.
    package init() { self.init(byteBuffer: ByteBuffer()) }

    package init(byteBuffer: ByteBuffer) { content = .bytes(byteBuffer) }

    /// A constant, or what became of it, of which there is one however many read it.
    package init(_ constant: ConstantBody) { content = .shared(constant.bytes, constant) }

    init(shared bytes: ByteBuffer) { content = .shared(bytes, nil) }

    /// What it may be compressed as without being compressed again.
    var constant: ConstantBody? {
        guard case .shared(_, let constant) = content else { return nil }
        return constant
    }

    /// What it holds in memory until it is sent.
    var heldBytes: Int {
        switch content {
        case .bytes(let bytes): bytes.readableBytes
        case .shared: 0
        case .stream: ResponseSender.piece
        }
    }

    /// - Parameters:
    ///   - contentLength: in bytes; nil when nobody knows before the end.
    ///   - write: ends with `finish`; a body that doesn't is taken for broken off.
    package init(contentLength: Int? = nil, _ write: @escaping Write) { content = .stream(length: contentLength, write) }

    /// In bytes; nil when nobody knows before the end.
    package var contentLength: Int? {
        switch content {
        case .bytes(let bytes), .shared(let bytes, _): bytes.readableBytes
        case .stream(let length, _): length
        }
    }

    /// All of it, to its end.
    package func write(_ writer: consuming any ResponseBodyWriter) async throws {
        switch content {
        case .bytes(let bytes), .shared(let bytes, _):
            if bytes.readableBytes > 0 { try await writer.write(bytes) }
            try await writer.finish()
        case .stream(_, let write): try await write(&writer)
        }
    }
}

/// A body that is the same for every request: kept once, and compressed once, when somebody first asks for that.
package final class ConstantBody: Sendable {
    package let bytes: ByteBuffer
    private let gzip = Mutex<ByteBuffer?>(nil)

    package init(_ bytes: [UInt8]) {
        self.bytes = ByteBuffer(bytes: bytes)
    }

    func compressed() throws -> ByteBuffer {
        try gzip.withLock { gzip in
            if let gzip { return gzip }
            let made = try Deflater().deflate(bytes, finish: true)
            gzip = made
            return made
        }
    }
}

/// Where a body is written to, piece by piece. `write` returns when the next piece is wanted.
package protocol ResponseBodyWriter {
    mutating func write(_ buffer: ByteBuffer) async throws
    /// The body is whole.
    consuming func finish() async throws
}
