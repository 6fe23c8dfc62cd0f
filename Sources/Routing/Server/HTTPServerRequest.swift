package import HTTPTypes

/// A request as the transport hands it over, head complete, body still to be read.
package struct HTTPServerRequest: Sendable {
    package enum ProtocolVersion: String, Sendable {
        case http10 = "HTTP/1.0"
        case http11 = "HTTP/1.1"
        case http2 = "HTTP/2"
    }

    /// The client's certificate, as far as the service has a use for it.
    package struct PeerCertificate: Hashable, Sendable {
        /// SHA-256 of the subject public key info, 32 bytes.
        package var publicKeyDigest: [UInt8]
        /// DNS names and URIs of the subject alternative name extension.
        package var alternativeNames: [String]

        package init(publicKeyDigest: [UInt8], alternativeNames: [String]) {
            self.publicKeyDigest = publicKeyDigest
            self.alternativeNames = alternativeNames
        }
    }

    /// Method, header fields, and the pseudo fields: `authority` is the `Host`, `path` the request target in origin form
    /// (`/path?query`, percent-encoding untouched), or `*` for `OPTIONS *`, or nil for CONNECT.
    package var head: HTTPRequest
    package var body: HTTPRequestBody
    /// Numeric address of the client, without port: the peer's, or what a trusted proxy says.
    package var remoteAddress: String
    package var isSecure: Bool
    package var version: ProtocolVersion
    package var peerCertificate: PeerCertificate?
    /// Goes into the answer (`Request-Id`), the log, audit and events.
    package var requestId: String
    /// The caller's trace continued, or a new one.
    package var trace: Traceparent
    /// What only the responder can tell the access log and the metrics.
    package var record: RequestRecord

    package init(
        head: HTTPRequest, body: HTTPRequestBody = HTTPRequestBody(), remoteAddress: String = "127.0.0.1", isSecure: Bool = false,
        version: ProtocolVersion = .http11, peerCertificate: PeerCertificate? = nil, requestId: String = RequestID.make(),
        trace: Traceparent = .random(), record: RequestRecord = RequestRecord()
    ) {
        self.head = head
        self.body = body
        self.remoteAddress = remoteAddress
        self.isSecure = isSecure
        self.version = version
        self.peerCertificate = peerCertificate
        self.requestId = requestId
        self.trace = trace
        self.record = record
    }
}
