import HTTPTypes
import NIOCore

/// A request head as both protocols deliver it: checked, normalised, ready for the responder.
struct RequestHead: Sendable {
    var request: HTTPRequest
    var version: HTTPServerRequest.ProtocolVersion
    /// Bytes of the body; nil when it comes in chunks (or, over HTTP/2, unannounced), 0 when there is none.
    var bodyLength: Int?
    var expectsContinue = false
    /// Whether the client lets the connection live on. Always true over HTTP/2.
    var keepsAlive = true
}

/// What a connection (HTTP/1) or stream (HTTP/2) hands upwards.
enum InboundPart: Sendable {
    /// Where its `bodyLength` is 0, neither body nor end follows.
    case head(RequestHead)
    case body(ByteBuffer)
    case end
    /// Instead of a head: an answer is due, and then nothing more. Inside a body: the body fails with this.
    case refused(TransportRefusal)
}

/// What goes down.
enum OutboundPart: Sendable {
    /// `100 Continue`, because somebody asked for the body.
    case goOn
    /// Head and whole body in one piece.
    case complete(ResponseHead, ByteBuffer)
    case head(ResponseHead)
    case body(ByteBuffer)
    case end
}

struct ResponseHead: Sendable {
    var response: HTTPResponse
    /// The connection ends behind this answer.
    var closes: Bool
    /// How the client is told where the body ends, over HTTP/1.
    var framing: Framing

    enum Framing: Sendable {
        /// No body, or exactly `Content-Length` bytes.
        case declared
        /// Unknown length, HTTP/1.1.
        case chunked
        /// Unknown length, HTTP/1.0: the end of the connection is the end of the body.
        case untilClose
    }
}
