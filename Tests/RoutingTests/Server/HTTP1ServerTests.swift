import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import Routing

private final class Order: Sendable {
    private let list = Mutex<[String]>([])

    func append(_ entry: String) { list.withLock { $0.append(entry) } }
    var entries: [String] { list.withLock { $0 } }
}

@Suite("HTTP/1 server", .timeLimit(.minutes(1)))
struct HTTP1ServerTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private func get(_ path: String, _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }
    private func post(_ path: String, _ fields: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
    }

    @Test("Requests share a connection, one after the other and pipelined, and are answered in order")
    func pipelining() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(get("/1"))
                #expect(try await client.answer().body == "GET /1 a HTTP/1.1")
                try await client.send(get("/2") + post("/echo", "Content-Length: 3\r\n", "abc") + get("/3"))
                #expect(try await client.answer().body == "GET /2 a HTTP/1.1")
                #expect(try await client.answer().body == "abc")
                #expect(try await client.answer().body == "GET /3 a HTTP/1.1")
            }
        }
    }

    @Test("Every answer names the request, or keeps the name a client gave it")
    func requestIds() async throws {
        try await TestServer.run { server in
            func id(_ request: String) async throws -> String { try await RawClient.exchange(server.port, request)["Request-Id"] ?? "" }
            let (made, taken, replaced) = (
                try await id(get), try await id(get("/", "Request-Id: mine-1\r\n")), try await id(get("/", "Request-Id: {bad}\r\n"))
            )
            #expect(made.count == 32)
            #expect(taken == "mine-1")
            #expect(replaced.count == 32)
        }
    }

    @Test("Connection: close closes in any letter case, whoever says it", arguments: ["close", "CLOSE", "foo, Close"])
    func connectionClose(value: String) async throws {
        try await TestServer.run { request in
            request.head.path == "/byServer" ? .text("x", headers: [.connection: value]) : .text("x")
        } _: { server in
            for request in [get("/", "Connection: \(value)\r\n"), get("/byServer")] {
                try await RawClient.connect(server.port) { client in
                    try await client.send(request)
                    let answer = try await client.answer()
                    #expect(answer["Connection"] == "close")
                    #expect(try await client.rest() == "")
                }
            }
        }
    }

    @Test("HTTP/1.0 is answered and closed, a body of unknown length without chunks")
    func http10() async throws {
        try await TestServer.run { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "one "))
                    try await writer.write(ByteBuffer(string: "two"))
                    try await writer.finish()
                })
        } _: { server in
            let answer = try await RawClient.exchange(server.port, "GET / HTTP/1.0\r\n\r\n")
            #expect(answer["Transfer-Encoding"] == nil)
            #expect(answer.body == "one two")
            let chunked = try await RawClient.exchange(server.port, get)
            #expect(chunked["Transfer-Encoding"] == "chunked")
            #expect(chunked.body == "one two")
        }
    }

    @Test("HEAD has the length but no body, 204 and 304 have neither")
    func bodiless() async throws {
        try await TestServer.run { request in
            switch request.head.path {
            case "/204": Response(status: .noContent)
            case "/304": Response(status: .notModified, headers: [.eTag: "\"a\""])
            case "/stream": Response(status: .ok, body: ResponseBody { _ in Issue.record("HEAD must not open a stream") })
            default: .text("12345")
            }
        } _: { server in
            try await RawClient.connect(server.port) { client in
                for _ in 1...2 {
                    try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await client.answer(toHead: true)["Content-Length"] == "5")
                }
                try await client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer(toHead: true)["Transfer-Encoding"] == nil)
                for path in ["/204", "/304"] {
                    try await client.send(get(path))
                    let answer = try await client.answer()
                    #expect(answer["Content-Length"] == nil)
                    #expect("/\(answer.status)" == path)
                }
                // Still in step: nothing was sent that the client didn't expect.
                try await client.send(get)
                #expect(try await client.answer().body == "12345")
            }
        }
    }

    @Test(
        "What the parser refuses is answered by the responder, named, and closed",
        arguments: [
            ("BAD\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 17_000) + "\r\n\r\n", 431),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: miracles\r\n\r\n", 417),
        ])
    func refusals(request: String, status: Int) async throws {
        try await TestServer.run { server in
            try await RawClient.connect(server.port) { client in
                // A good request first: the refusal comes in its turn.
                try await client.send(get + request + get)
                #expect(try await client.answer().status == 200)
                let answer = try await client.answer()
                #expect(answer.status == status)
                #expect(answer["Content-Type"] == "application/problem+json")
                #expect(answer.body.contains(answer["Request-Id"]!))
                #expect(answer["Connection"] == "close")
                #expect(answer["X-Content-Type-Options"] == "nosniff")
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test("100 Continue is sent when the body is asked for, and never when the answer doesn't need it")
    func expectContinue() async throws {
        try await TestServer.run { server in
            let fields = "Content-Length: 3\r\nExpect: 100-Continue\r\n"
            try await RawClient.connect(server.port) { client in
                try await client.send(post("/echo", fields, ""))
                #expect(try await client.answer().status == 100)
                try await client.send("abc")
                #expect(try await client.answer().body == "abc")
                try await client.send(post("/ignore", fields, ""))
                let refused = try await client.answer()
                #expect(refused.status == 413)
                // Nobody can know whether the three bytes still come.
                #expect(refused["Connection"] == "close")
            }
        }
    }

    @Test("A body nobody read is thrown away, and the connection lives on")
    func unreadBody() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(
                    post("/ignore", "Content-Length: 5\r\n", "01234")
                        + post("/ignore", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n") + get)
                #expect(try await client.answer().status == 413)
                #expect(try await client.answer().status == 413)
                #expect(try await client.answer().status == 200)
            }
        }
    }

    @Test("A client that goes on sending after its refusal reads the answer, not a reset")
    func lingeringClose() async throws {
        try await TestServer.run(TestServer.standard) {
            $0.limits.discardedBody = 8 * 1024 * 1024
        } _: { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(post("/ignore", "Content-Length: 50000000\r\n", ""))
                for _ in 0..<32 { try await client.send(ByteBuffer(repeating: 0, count: 64 * 1024)) }
                let answer = try await client.answer()
                #expect(answer.status == 413)
                #expect(answer["Connection"] == "close")
                #expect(answer.body == "ignored")
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test("A body over the limit is 413, declared or not; an operation can set its own")
    func bodyLimit() async throws {
        try await TestServer.run { request in
            let body = request.head.path == "/more" ? request.body.limited(to: 20) : request.body
            do throws(RequestBodyError) { return .text(String(buffer: try await body.collect())) } catch {
                return .text("", status: error.refusal.status)
            }
        } configure: {
            $0.limits.bodySize = 10
        } _: { server in
            func status(_ request: String) async throws -> Int { try await RawClient.exchange(server.port, request).status }
            let exact = try await status(post("/", "Content-Length: 10\r\n", "0123456789"))
            let over = try await status(post("/", "Content-Length: 11\r\n", "0123456789x"))
            let allowed = try await status(post("/more", "Content-Length: 11\r\n", "0123456789x"))
            let chunked = try await status(post("/", "Transfer-Encoding: chunked\r\n", "b\r\n0123456789x\r\n0\r\n\r\n"))
            #expect((exact, over, allowed, chunked) == (200, 413, 200, 413))
        }
    }

    @Test("A body with broken framing, cut short, or too slow fails with what it is")
    func brokenBodies() async throws {
        try await TestServer.run(TestServer.standard) {
            $0.limits.bodyGrace = .milliseconds(50)
            $0.limits.bodyRate = 1_000_000
        } _: { server in
            let broken = try await RawClient.exchange(server.port, post("/echo", "Transfer-Encoding: chunked\r\n", "zz\r\n"))
            #expect(broken.status == 400)
            #expect(broken["Connection"] == "close")
            let slow = try await RawClient.exchange(server.port, post("/echo", "Content-Length: 10\r\n", "01"))
            #expect(slow.status == 408)
            #expect(slow["Connection"] == "close")
            try await RawClient.connect(server.port) { client in
                try await client.send(post("/echo", "Content-Length: 10\r\n", "01"))
                try await client.closeOutput()
                #expect(try await client.answer().status == 400)
            }
        }
    }

    @Test("A head that doesn't arrive in time is 408")
    func slowHead() async throws {
        try await TestServer.run(TestServer.standard) {
            $0.limits.headTimeout = .milliseconds(50)
        } _: { server in
            let late = try await RawClient.exchange(server.port, "GET / HT")
            #expect(late.status == 408)
            try await RawClient.connect(server.port) { client in
                try await client.send(get + "GE")
                #expect(try await client.answer().status == 200)
                #expect(try await client.answer().status == 408)
            }
        }
    }

    @Test("An idle connection is closed without a word")
    func idle() async throws {
        try await TestServer.run(TestServer.standard) {
            // Long enough for a busy machine to bring the first request across.
            $0.limits.idleTimeout = .seconds(2)
        } _: { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(get)
                #expect(try await client.answer().status == 200)
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test("A client that closes its side after the request still gets the answer")
    func halfClosure() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(get("/1") + get("/2"))
                try await client.closeOutput()
                #expect(try await client.answer().body == "GET /1 a HTTP/1.1")
                #expect(try await client.answer().body == "GET /2 a HTTP/1.1")
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test("A stream that fails is cut off, so that nobody takes it for whole", arguments: [nil, 100])
    func brokenStream(length: Int?) async throws {
        try await TestServer.run { _ in
            Response(
                status: .ok,
                body: ResponseBody(contentLength: length) { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    throw RawClient.Closed()
                })
        } _: { server in
            await #expect(throws: RawClient.Closed.self) { _ = try await RawClient.exchange(server.port, get) }
        }
    }

    @Test("A body longer or shorter than its Content-Length is cut off", arguments: [["fo", "ur"], ["four-and-six"]])
    func brokenPromise(pieces: [String]) async throws {
        try await TestServer.run { _ in
            Response(
                status: .ok,
                body: ResponseBody(contentLength: pieces.count == 2 ? 3 : 20) { writer in
                    for piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                    try await writer.finish()
                })
        } _: { server in
            await #expect(throws: RawClient.Closed.self) { _ = try await RawClient.exchange(server.port, get) }
        }
    }

    @Test("A body that fails before its first byte is answered as a failure", arguments: [nil, 100])
    func failedBeforehand(length: Int?) async throws {
        try await TestServer.run { _ in
            Response(
                status: .ok, headers: [.contentType: "text/csv"],
                body: ResponseBody(contentLength: length) { _ in throw RawClient.Closed() })
        } _: { server in
            let answer = try await RawClient.exchange(server.port, get)
            #expect(answer.status == 500)
            #expect(answer.body == "failed")
            #expect(answer["Content-Type"] != "text/csv")
        }
    }

    @Test("Beyond the connection limit a client waits while all are busy, and takes the place of the first that is idle")
    func connectionLimit() async throws {
        let (started, startedNow) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let order = Order()
        try await TestServer.run { request in
            guard request.head.path == "/slow" else { return await TestServer.standard(request) }
            startedNow.yield()
            for await _ in released { break }
            return .text("slow")
        } configure: {
            $0.limits.connections = 2
        } _: { server in
            try await RawClient.connect(server.port) { first in
                try await RawClient.connect(server.port) { second in
                    try await first.send(get("/slow"))
                    try await second.send(get("/slow"))
                    for await _ in started.prefix(2) {}
                    async let third: Void = {
                        _ = try await RawClient.exchange(server.port, get)
                        order.append("third answered")
                    }()
                    for _ in 0..<20 {
                        try await Task.sleep(for: .milliseconds(10))
                        #expect(server.server.openConnections == 2)
                    }
                    order.append("one is idle")
                    release.yield()
                    try await third
                    release.finish()
                    #expect(try await first.answer().body == "slow")
                    #expect(try await second.answer().body == "slow")
                }
            }
        }
        #expect(order.entries == ["one is idle", "third answered"])
    }

    @Test("When all connections are idle the one idle longest makes room")
    func evictsIdlest() async throws {
        try await TestServer.run(TestServer.standard) {
            $0.limits.connections = 2
        } _: { server in
            try await RawClient.connect(server.port) { first in
                try await RawClient.connect(server.port) { second in
                    try await second.send(get)
                    #expect(try await second.answer().status == 200)
                    try await first.send(get)
                    #expect(try await first.answer().status == 200)
                    // The second has been idle longer now.
                    #expect(try await RawClient.exchange(server.port, get).status == 200)
                    #expect(try await second.rest() == "")
                    try await first.send(get)
                    #expect(try await first.answer().status == 200)
                }
            }
        }
    }

    @Test("An address has so many connections: idle ones make room for its newcomers, busy ones don't")
    func perAddress() async throws {
        let (started, startedNow) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        try await TestServer.run { request in
            guard request.head.path == "/slow" else { return await TestServer.standard(request) }
            startedNow.yield()
            for await _ in released { break }
            return .text("slow")
        } configure: {
            $0.limits.connectionsPerAddress = 1
        } _: { server in
            try await RawClient.connect(server.port) { idle in
                try await idle.send(get)
                #expect(try await idle.answer().status == 200)
                try await RawClient.connect(server.port) { busy in
                    try await busy.send(get("/slow"))
                    #expect(try await idle.rest() == "")
                    for await _ in started { break }
                    await #expect(throws: (any Error).self) { _ = try await RawClient.exchange(server.port, get) }
                    release.yield()
                    #expect(try await busy.answer().body == "slow")
                }
            }
        }
    }

    @Test("Trusted proxies and exempt addresses have any number of connections", arguments: [true, false])
    func exempt(isProxy: Bool) async throws {
        try await TestServer.run(TestServer.standard) {
            $0.limits.connectionsPerAddress = 1
            if isProxy { $0.trustedProxies = TrustedProxies(["127.0.0.1"]) } else { $0.exemptAddresses = ["127.0.0.1"] }
        } _: { server in
            try await RawClient.connect(server.port) { first in
                try await first.send(get)
                #expect(try await first.answer().status == 200)
                #expect(try await RawClient.exchange(server.port, get).status == 200)
                try await first.send(get)
                #expect(try await first.answer().status == 200)
            }
        }
    }

    @Test("Connections of an IPv6 network, or of an IPv4 address however written, count together")
    func addressKeys() {
        #expect(AddressKey("2001:db8:1:2::1") == AddressKey("2001:db8:1:2:ffff::9"))
        #expect(AddressKey("2001:db8:1:2::1") != AddressKey("2001:db8:1:3::1"))
        #expect(AddressKey("::ffff:192.0.2.1") == AddressKey("192.0.2.1"))
        #expect(AddressKey("192.0.2.1") != AddressKey("192.0.2.2"))
        #expect(AddressKey("localhost") == nil)
    }

    @Test("A client that asks and never reads is cut over HTTP/1.1", .timeLimit(.minutes(1)))
    func neverReads() async throws {
        try await TestServer.run { _ in
            Response(status: .ok, body: ResponseBody(ConstantBody([UInt8](repeating: 65, count: 64 << 20))))
        } configure: {
            $0.limits.writeStall = .milliseconds(200)
            $0.limits.idleTimeout = .seconds(600)
        } _: { server in
            let silent = try SilentClient(port: server.port)
            silent.send(get)
            while server.server.openConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            while server.server.openConnections > 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test("Shutting down closes idle connections at once and lets requests finish")
    func gracefulShutdown() async throws {
        let (started, startedNow) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        try await TestServer.run { _ in
            startedNow.yield()
            _ = await released.first { _ in true }
            return .text("finished")
        } _: { server in
            try await RawClient.connect(server.port) { idle in
                try await RawClient.connect(server.port) { busy in
                    try await busy.send(get)
                    _ = await started.first { _ in true }
                    await server.shutDown()
                    #expect(try await idle.rest() == "")
                    release.yield()
                    let answer = try await busy.answer()
                    #expect(answer.body == "finished")
                    #expect(answer["Connection"] == "close")
                    #expect(try await busy.rest() == "")
                }
            }
            await #expect(throws: (any Error).self) { _ = try await RawClient.exchange(server.port, get) }
        }
    }

    @Test("What is still busy after the drain timeout is cut")
    func drainTimeout() async throws {
        let (started, startedNow) = AsyncStream<Void>.makeStream()
        try await TestServer.run { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    startedNow.yield()
                    while true {
                        try await writer.write(ByteBuffer(string: "tick\n"))
                        try await Task.sleep(for: .milliseconds(5))
                    }
                })
        } configure: {
            $0.limits.drainTimeout = .milliseconds(50)
        } _: { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(get)
                _ = await started.first { _ in true }
                await server.shutDown()
                let rest = try? await client.rest()
                #expect(rest?.hasSuffix("0\r\n\r\n") != true)
            }
        }
    }

    @Test("A body that outlives its request gets nothing of the next one")
    func escapedBody() async throws {
        let (bodies, escaped) = AsyncStream<HTTPRequestBody>.makeStream()
        try await TestServer.run { request in
            guard request.head.path == "/thief" else {
                escaped.yield(request.body)
                return .text("kept")
            }
            let old = await bodies.first { _ in true }!
            do throws(RequestBodyError) {
                return .text("stole \(String(buffer: try await old.collect()))")
            } catch {
                return .text("\(error)")
            }
        } _: { server in
            try await RawClient.connect(server.port) { client in
                try await client.send(post("/victim", "Content-Length: 3\r\n", "abc"))
                #expect(try await client.answer().body == "kept")
                try await client.send(post("/thief", "Content-Length: 3\r\n", "def"))
                #expect(try await client.answer().body == "disconnected")
            }
        }
    }
}
