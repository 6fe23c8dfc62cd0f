package import HTTPTypes

/// What stands above the transport: one request in, one response out.
///
/// The transport has already settled framing, limits, `Expect`, request id and trace context, and settles afterwards
/// security headers, CORS, compression, HEAD, `Content-Length`, `Connection` and the access log. A responder never throws:
/// whatever goes wrong inside is a response.
package protocol HTTPResponder: Sendable {
    func respond(to request: HTTPServerRequest) async -> Response

    /// What is answered instead of a response whose body failed before a byte of it was sent.
    func failure(_ error: any Error, of request: HTTPServerRequest) -> Response

    /// The answer to a request that the transport refuses before (or while) reading it; the connection may be closed after it.
    func refusal(_ refusal: TransportRefusal, requestId: String) -> Response
}

/// Why the transport refuses a request by itself.
package enum TransportRefusal: Error, Hashable, Sendable {
    /// 400: not HTTP, ambiguous framing, a missing or doubled `Host`. `reason` is fit for the caller's eyes.
    case malformedRequest(reason: String)
    /// 408: head or body didn't arrive in time.
    case requestTimeout
    /// 413: the body is longer than `limit` bytes.
    case contentTooLarge(limit: Int)
    /// 414: the request target is longer than `limit` bytes.
    case uriTooLong(limit: Int)
    /// 417: an `Expect` other than `100-continue`.
    case expectationFailed
    /// 431: one field, all fields together, or their number is over the limit; `reason` says which.
    case headersTooLarge(reason: String)
    /// 501: a transfer coding other than `chunked`.
    case unsupportedTransferCoding
    /// 505: not HTTP/1.0 or HTTP/1.1.
    case unsupportedVersion

    package var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest: .badRequest
        case .requestTimeout: .requestTimeout
        case .contentTooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .expectationFailed: .expectationFailed
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedTransferCoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        }
    }

    /// One sentence for the problem's `detail`.
    package var detail: String {
        switch self {
        case .malformedRequest(let reason), .headersTooLarge(let reason): reason
        case .requestTimeout: "The request did not arrive in time."
        case .contentTooLarge(let limit): "The body is larger than \(limit) bytes."
        case .uriTooLong(let limit): "The request target is longer than \(limit) bytes."
        case .expectationFailed: "Only Expect: 100-continue is understood."
        case .unsupportedTransferCoding: "The only transfer coding understood is chunked."
        case .unsupportedVersion: "Only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken here."
        }
    }
}
