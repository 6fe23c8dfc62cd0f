import Core
import Cryptography
import HTTPTypes
import NIOCore

/// Bytes that never change under their address, of which a client may have a part.
package struct RangedContent: Sendable {
    /// Hands these bytes to the sink in pieces, which it takes no faster than the client does.
    package typealias Read = @Sendable (_ range: Range<Int>, _ sink: ([UInt8]) async throws -> Void) async throws -> Void

    let contentType: String
    let filename: String
    let length: Int
    /// Lower-case hex.
    let sha256: String
    let read: Read

    package init(contentType: String, filename: String, length: Int, sha256: String, read: @escaping Read) {
        self.contentType = contentType
        self.filename = filename
        self.length = length
        self.sha256 = sha256
        self.read = read
    }

    /// 200 with everything, 206 with a part. Throws 416 for a range that begins behind the end.
    ///
    /// - Parameter range: of the field `Range`, where it counts.
    func response(_ range: ByteRange?, _ headers: HTTPFields) throws -> Response {
        var headers = headers
        headers[.contentType] = contentType
        headers[.contentDisposition] = ContentDisposition.attachment(filename)
        headers[.acceptRanges] = "bytes"
        headers[.reprDigest] = Hex.decode(sha256).map(ReprDigest.field)
        switch range?.selection(of: length) ?? .whole {
        case .whole: return Response(status: .ok, headers: headers, body: body(0..<length))
        case .part(let part):
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
            return Response(status: .partialContent, headers: headers, body: body(part))
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable, "The content has \(length) bytes; the range begins behind them.",
                headers: [.contentRange: "bytes */\(length)"])
        }
    }

    private func body(_ part: Range<Int>) -> ResponseBody {
        ResponseBody(contentLength: part.count) { [read] writer in
            try await read(part) { try await writer.write(ByteBuffer(bytes: $0)) }
            try await writer.finish()
        }
    }
}
