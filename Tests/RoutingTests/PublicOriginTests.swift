import Core
import HTTPTypes
import NIOCore
import Testing

@testable import Routing

@Suite("Public origin")
struct PublicOriginTests {
    private func service() throws -> TestService {
        var settings = Responder.Settings()
        settings.publicOrigin = PublicOrigin("https://partnership.example.org")
        return try TestService(settings: settings)
    }

    @Test("With a public origin nothing is made of what the client calls the service: types, links and places begin with it")
    func overHost() async throws {
        let service = try service()
        let refused = await service.send(.get, "/things?x=1")
        #expect(refused.json["type"] == "https://partnership.example.org/problems/invalid-parameter")
        #expect(!refused.text.contains("trust.example"))
        let page = await service.send(.get, "/things?limit=1")
        #expect(page.headers[.link]?.hasPrefix("<https://partnership.example.org/things?limit=1&cursor=") == true)
        let made = await service.send(.post, "/things", .json, body: "{\"name\":\"a\"}")
        #expect(made.headers[.location] == "https://partnership.example.org/things/thi_8")
        let refusal = service.responder.refusal(.requestTimeout, requestId: "r")
        let body = try await refusal.body.collected()
        #expect(body.contains("https://partnership.example.org/problems/request-timeout"))
    }

    @Test("Without one, links and places are paths, right wherever the client came from")
    func withoutOne() async throws {
        let service = try TestService()
        #expect(await service.send(.get, "/things?limit=1").headers[.link]?.hasPrefix("</things?") == true)
        #expect(await service.send(.post, "/things", .json, body: "{\"name\":\"a\"}").headers[.location] == "/things/thi_8")
    }

    @Test(
        "An origin has a scheme of the web, a host, perhaps a port, and nothing else",
        arguments: [
            ("https://partnership.example.org", "https://partnership.example.org"),
            ("HTTPS://Example.org:8443", "https://example.org:8443"),
            ("http://localhost:8080", "http://localhost:8080"), ("https://[2001:db8::1]:443", "https://[2001:db8::1]:443"), ("", nil),
            ("partnership.example.org", nil), ("ftp://example.org", nil), ("https://", nil), ("https://example.org/", nil),
            ("https://example.org/v1", nil), ("https://a@example.org", nil), ("https://example.org?x", nil), ("https://example.org:0", nil),
            ("https://example.org:65536", nil), ("https://example.org:", nil), ("https://exa mple.org", nil), ("https://a..b", nil),
            ("https://[::1", nil), ("https://example.org\r\nx: y", nil), ("https://exämple.org", nil),
        ])
    func parsing(text: String, origin: String?) {
        #expect(PublicOrigin(text)?.text == origin)
    }
}

extension ResponseBody {
    /// All of it, as text.
    fileprivate func collected() async throws -> String {
        let sink = Sink()
        try await write(sink)
        return sink.text
    }

    private final class Sink: ResponseBodyWriter {
        nonisolated(unsafe) var text = ""
        func write(_ buffer: ByteBuffer) async throws { text += String(buffer: buffer) }
        consuming func finish() async throws {}
    }
}
