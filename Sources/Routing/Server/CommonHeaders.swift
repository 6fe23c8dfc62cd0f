import HTTPTypes

/// What every answer carries, whoever made it, and CORS by an exact list of origins.
package struct CommonHeaders: Sendable {
    /// `Strict-Transport-Security` in seconds, over TLS only; nil to leave it out. Never with the development certificate: it would
    /// pin localhost for every other program.
    package var strictTransportSecurity: Int?
    /// Origins (`https://host[:port]`) whose pages may call the service. Empty: no CORS at all.
    package var allowedOrigins: Set<String>

    package init(strictTransportSecurity: Int? = nil, allowedOrigins: Set<String> = []) {
        self.strictTransportSecurity = strictTransportSecurity
        self.allowedOrigins = allowedOrigins
    }

    private static let fixed: [HTTPField] = [
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"),
        HTTPField(name: .referrerPolicy, value: "no-referrer"),
    ]

    private static let exposed =
        "ETag, Link, Location, Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, Dry-Run, Repr-Digest"
    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"
    private static let requestHeaders =
        "Accept, Authorization, Content-Disposition, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Repr-Digest, "
        + "Request-Id, traceparent"

    /// Adds the common fields; one the responder has set itself stays.
    package func apply(to response: inout Response, for request: HTTPServerRequest) {
        response.headers[.server] = nil
        for field in Self.fixed where !response.headers.contains(field.name) { response.headers.append(field) }
        response.headers[.requestID] = request.requestId
        if !response.headers.contains(.date) { response.headers.append(HTTPField(name: .date, value: HTTPDate.now())) }
        if request.isSecure, let seconds = strictTransportSecurity {
            response.headers[.strictTransportSecurity] = "max-age=\(seconds)"
        }
        guard !allowedOrigins.isEmpty else { return }
        Compression.addVary(&response.headers, "Origin")
        guard let origin = request.head.headerFields.value(.origin), allowedOrigins.contains(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = Self.exposed
    }

    /// The answer to a browser that asks first, or nil when this isn't one or its page isn't allowed: then the ordinary answer to
    /// OPTIONS follows, which allows nothing.
    func preflight(_ request: HTTPRequest) -> Response? {
        guard request.method == .options, !allowedOrigins.isEmpty, let origin = request.headerFields.value(.origin),
            allowedOrigins.contains(origin), request.headerFields.contains(.accessControlRequestMethod)
        else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: Self.methods, .accessControlAllowHeaders: Self.requestHeaders,
                // Two hours is the most a browser honours.
                .accessControlMaxAge: "7200", .vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
            ])
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
