import HTTPTypes
import Testing

@testable import Routing

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    static let proxies = TrustedProxies(["127.0.0.1", "10.0.0.2", "2001:db8::1"])

    @Test(
        "The client is the last address that isn't a trusted proxy",
        arguments: [
            ("127.0.0.1", "192.0.2.7", "192.0.2.7"), ("127.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("127.0.0.1", "203.0.113.9, 192.0.2.7,10.0.0.2", "192.0.2.7"), ("127.0.0.1", "10.0.0.2", "10.0.0.2"),
            ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"), ("127.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
            ("127.0.0.1", "[2001:db8::7]:4711, 2001:0db8::0001", "2001:db8::7"), ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
            ("127.0.0.1", "192.0.2.7, unknown", "127.0.0.1"), ("127.0.0.1", "192.0.2.7, unknown, 10.0.0.2", "10.0.0.2"),
            ("127.0.0.1", "", "127.0.0.1"), ("127.0.0.1", ", ,", "127.0.0.1"),
        ])
    func client(peer: String, forwarded: String, expected: String) {
        #expect(Self.proxies.client(of: peer, [.xForwardedFor: forwarded]) == expected)
    }

    @Test("Several fields are one list, in their order")
    func fields() {
        var headers = HTTPFields()
        for value in ["192.0.2.7", "192.0.2.8", "10.0.0.2"] { headers.append(HTTPField(name: .xForwardedFor, value: value)) }
        #expect(Self.proxies.client(of: "127.0.0.1", headers) == "192.0.2.8")
    }

    @Test("Nobody else is believed, and without a trusted proxy nobody at all")
    func disbelieved() {
        #expect(Self.proxies.client(of: "192.0.2.1", [.xForwardedFor: "192.0.2.7"]) == "192.0.2.1")
        #expect(TrustedProxies().client(of: "127.0.0.1", [.xForwardedFor: "192.0.2.7"]) == "127.0.0.1")
    }

    @Test("The address reaches the responder, and so the log and the count of bad tokens")
    func live() async throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"
        try await TestServer.run {
            .text($0.remoteAddress)
        } configure: {
            $0.trustedProxies = TrustedProxies(["127.0.0.1"])
        } _: { server in
            let answer = try await RawClient.exchange(server.port, request)
            #expect(answer.body == "192.0.2.7")
        }
        try await TestServer.run {
            .text($0.remoteAddress)
        } _: { server in
            let answer = try await RawClient.exchange(server.port, request)
            #expect(answer.body == "127.0.0.1")
        }
    }
}
