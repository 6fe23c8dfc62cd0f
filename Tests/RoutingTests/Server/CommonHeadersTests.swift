import HTTPTypes
import Testing

@testable import Routing

@Suite("Common headers")
struct CommonHeadersTests {
    private func request(_ method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:], isSecure: Bool = true) -> HTTPServerRequest {
        HTTPServerRequest(
            head: HTTPRequest(method: method, scheme: "https", authority: "a", path: "/", headerFields: fields), isSecure: isSecure,
            requestId: "r1")
    }

    private func apply(_ headers: CommonHeaders, _ request: HTTPServerRequest, to fields: HTTPFields = [:]) -> HTTPFields {
        var response = Response(status: .ok, headers: fields)
        headers.apply(to: &response, for: request)
        return response.headers
    }

    @Test("Every answer carries the security fields, its date and its id, and says nothing of the software")
    func always() {
        let fields = apply(CommonHeaders(), request(), to: [.server: "x", .contentSecurityPolicy: "own"])
        #expect(fields[.xContentTypeOptions] == "nosniff")
        #expect(fields[.contentSecurityPolicy] == "own")
        #expect(fields[HTTPField.Name("Referrer-Policy")!] == "no-referrer")
        #expect(fields[.requestID] == "r1")
        #expect(fields[.date]?.hasSuffix(" GMT") == true)
        #expect(fields[.server] == nil)
        #expect(fields[.vary] == nil)
        #expect(apply(CommonHeaders(), request())[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
    }

    @Test("HSTS only over TLS and only when switched on")
    func strictTransport() {
        let headers = CommonHeaders(strictTransportSecurity: 31_536_000)
        #expect(apply(headers, request())[.strictTransportSecurity] == "max-age=31536000")
        #expect(apply(headers, request(isSecure: false))[.strictTransportSecurity] == nil)
        #expect(apply(CommonHeaders(), request())[.strictTransportSecurity] == nil)
    }

    @Test("CORS answers exactly the origins of the list")
    func origins() {
        let headers = CommonHeaders(allowedOrigins: ["https://app.example"])
        let allowed = apply(headers, request(.get, [.origin: "https://app.example"]), to: [.vary: "Accept"])
        #expect(allowed[.accessControlAllowOrigin] == "https://app.example")
        #expect(allowed[.accessControlExposeHeaders]?.contains("Idempotency-Replayed") == true)
        #expect(allowed[.vary] == "Accept, Origin")
        for origin in ["https://app.example.evil", "http://app.example", "https://APP.example", "null"] {
            let fields = apply(headers, request(.get, [.origin: origin]))
            #expect(fields[.accessControlAllowOrigin] == nil)
            #expect(fields[.vary] == "Origin")
        }
    }

    @Test("A preflight of an allowed page is answered, any other OPTIONS is left to the responder")
    func preflight() throws {
        let headers = CommonHeaders(allowedOrigins: ["https://app.example"])
        let asking: HTTPFields = [.origin: "https://app.example", .accessControlRequestMethod: "PATCH"]
        let answer = try #require(headers.preflight(request(.options, asking).head))
        #expect(answer.status == .noContent)
        #expect(answer.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
        #expect(answer.headers[.accessControlAllowHeaders]?.contains("Idempotency-Key") == true)
        #expect(answer.headers[.accessControlMaxAge] == "7200")
        #expect(headers.preflight(request(.get, asking).head) == nil)
        #expect(headers.preflight(request(.options, [.origin: "https://app.example"]).head) == nil)
        #expect(headers.preflight(request(.options, [.origin: "https://evil.example", .accessControlRequestMethod: "PATCH"]).head) == nil)
        #expect(CommonHeaders().preflight(request(.options, asking).head) == nil)
    }

    static let dates: [(Int, String)] = [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"), (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ]

    @Test("Dates are written as RFC 9110 has them", arguments: dates)
    func formatting(second: Int, text: String) {
        #expect(HTTPDate.format(second) == text)
    }
}

@Suite("Trace context and request ids")
struct TraceparentTests {
    private let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("The trace of a valid traceparent is taken, a new one is nobody else's")
    func parses() throws {
        #expect(Traceparent(valid)?.traceId == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(Traceparent("cc" + valid.dropFirst(2) + "-what-the-future-brings") != nil)
        let made = Traceparent.random().traceId
        #expect(Traceparent("00-\(made)-00f067aa0ba902b7-01")?.traceId == made)
        #expect(made != Traceparent.random().traceId)
    }

    static let invalid = [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x", "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
    ]

    @Test("An invalid traceparent is nothing", arguments: invalid)
    func refuses(text: String) {
        #expect(Traceparent(text) == nil)
    }

    @Test("A client's request id is kept when it is short and harmless")
    func requestIds() {
        for id in ["a", "0af7-651_9.16:c+d=e/f", String(repeating: "x", count: 128)] { #expect(RequestID.accept(id) == id) }
        for id in [nil, "", "a b", "a\"", "ä", "a\n", String(repeating: "x", count: 129)] {
            let made = RequestID.accept(id)
            #expect(made != id)
            #expect(made.utf8.count == 32)
        }
    }
}
