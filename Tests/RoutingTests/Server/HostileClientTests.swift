import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import Routing

/// HTTP/2 by the byte.
private enum Bytes {
    static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    static func frame(_ kind: UInt8, _ flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeInteger(UInt32(payload.count) << 8 | UInt32(kind))
        bytes.writeInteger(flags)
        bytes.writeInteger(stream)
        bytes.writeBytes(payload)
        return bytes
    }

    /// The preface and SETTINGS, with that window for every stream.
    static func opening(window: UInt32 = 65_535) -> ByteBuffer {
        var bytes = ByteBuffer(string: preface)
        bytes.writeImmutableBuffer(frame(4, [0, 4] + (0..<4).map { UInt8(truncatingIfNeeded: window >> (24 - 8 * $0)) }))
        return bytes
    }

    private static func frame(_ kind: UInt8, _ payload: [UInt8]) -> ByteBuffer { frame(kind, 0, stream: 0, payload) }

    /// GET of `path`.
    static func block(_ path: String) -> [UInt8] {
        func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + text.utf8 }
        return [0x82, 0x87, 0x01] + text("localhost") + [0x04] + text(path)
    }

    static func request(_ stream: UInt32, _ path: String = "/") -> ByteBuffer { frame(1, 0x5, stream: stream, block(path)) }

    static func windowUpdate(stream: UInt32, _ bytes: UInt8) -> ByteBuffer { frame(8, stream: stream, [0, 0, 0, bytes]) }

    static func joined(_ parts: ByteBuffer...) -> ByteBuffer {
        var all = ByteBuffer()
        for part in parts { all.writeImmutableBuffer(part) }
        return all
    }
}

@Suite("Clients that mean harm", .timeLimit(.minutes(1)))
struct HostileClientTests {
    /// Connects over TLS for HTTP/2; the server waits for a client in nothing but what `configure` shortens.
    private func withClient(
        _ answer: @escaping @Sendable (HTTPServerRequest) async -> Response = TestServer.standard,
        configure: (inout ServerLimits) -> Void, _ body: @Sendable (RawClient, TestServer) async throws -> Void
    ) async throws {
        let store = try TestIdentity.shared.store()
        try await TestServer.run(
            answer,
            configure: {
                $0.tls = store
                $0.limits.headTimeout = .seconds(600)
                $0.limits.idleTimeout = .seconds(600)
                $0.limits.writeStall = .seconds(600)
                $0.limits.lingerTimeout = .milliseconds(50)
                $0.limits.drainTimeout = .milliseconds(500)
                configure(&$0.limits)
            },
            { server in
                try await RawClient.connect(server.port, tls: TestIdentity.shared.client(["h2"])) { try await body($0, server) }
            })
    }

    // MARK: Silence

    @Test(
        "An HTTP/2 connection that begins and doesn't go on is late, as a head of HTTP/1 is",
        arguments: [
            ByteBuffer(), ByteBuffer(string: "PRI * HT"), ByteBuffer(string: Bytes.preface),
            Bytes.joined(Bytes.opening(), Bytes.frame(1, 0x1, stream: 1, Bytes.block("/"))),
            Bytes.joined(Bytes.opening(), ByteBuffer(bytes: [0, 0, 20, 1])),
            Bytes.joined(Bytes.opening(), ByteBuffer(bytes: [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3])),
        ])
    func late(bytes: ByteBuffer) async throws {
        try await withClient {
            $0.headTimeout = .milliseconds(100)
        } _: { client, _ in
            try await client.send(bytes)
            _ = try await client.rest()
        }
    }

    @Test("Only a request ends idleness: SETTINGS alone, or PING for ever, is idle, and the final PING may stay unanswered")
    func idle() async throws {
        try await withClient {
            $0.idleTimeout = .milliseconds(200)
        } _: { client, _ in
            try await client.send(Bytes.opening())
            _ = try await client.rest()
        }
        try await withClient {
            $0.idleTimeout = .milliseconds(200)
        } _: { client, _ in
            try await client.send(Bytes.opening())
            // Until the connection is closed.
            while (try? await client.send(Bytes.frame(6, 0, stream: 0, Array("12345678".utf8)))) != nil {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test("A stop waits for nobody who leaves the final PING unanswered")
    func stop() async throws {
        try await withClient {
            $0.drainTimeout = .seconds(600)
        } _: { client, server in
            try await client.send(Bytes.joined(Bytes.opening(), Bytes.request(1)))
            try await client.waitForBytes()
            await server.shutDown()
            _ = try await client.rest()
        }
    }

    // MARK: Unread

    @Test("A client that opens no window is cut, however small the answer is", arguments: [5, 200_000])
    func noWindow(size: Int) async throws {
        try await withClient { _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 65, count: size)))
        } configure: {
            $0.writeStall = .milliseconds(200)
        } _: { client, _ in
            try await client.send(Bytes.joined(Bytes.opening(window: 0), Bytes.request(1)))
            _ = try await client.rest()
        }
    }

    @Test("A stream that isn't read is reset while another one is read, and the connection lives on")
    func oneUnread() async throws {
        try await withClient { _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 65, count: 200)))
        } configure: {
            $0.writeStall = .seconds(5)
        } _: { client, server in
            try await client.send(Bytes.joined(Bytes.opening(window: 0), Bytes.request(1), Bytes.request(3)))
            // Stream 3 takes a byte now and then; stream 1 nothing.
            var reset = false
            while !reset {
                try await client.send(Bytes.windowUpdate(stream: 3, 1))
                try await Task.sleep(for: .milliseconds(50))
                reset = client.received.readableBytesView.firstRange(of: [0, 0, 4, 3, 0, 0, 0, 0, 1]) != nil
                if !reset { try await client.read() }
            }
            #expect(server.server.openConnections == 1)
        }
    }

    @Test("While much is unread no further request is begun on the connection")
    func waitsForReader() async throws {
        let begun = Mutex<[String]>([])
        try await withClient { request in
            begun.withLock { $0.append(request.head.path ?? "") }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 65, count: 100)))
        } configure: {
            $0.unreadPerConnection = 1
        } _: { client, server in
            try await client.send(Bytes.joined(Bytes.opening(window: 0), Bytes.request(1, "/1")))
            while server.server.unreadBytes == 0 { try await Task.sleep(for: .milliseconds(5)) }
            try await client.send(Bytes.request(3, "/3"))
            // Anything that the server says shows that it has seen the request: it answers a PING in turn.
            try await client.send(Bytes.frame(6, 0, stream: 0, Array("12345678".utf8)))
            while client.received.readableBytesView.firstRange(of: Array("12345678".utf8)) == nil { try await client.read() }
            try await Task.sleep(for: .milliseconds(50))
            #expect(begun.withLock { $0 } == ["/1"])
            try await client.send(Bytes.windowUpdate(stream: 1, 100))
            while begun.withLock({ $0 }).count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(begun.withLock { $0 } == ["/1", "/3"])
        }
    }

    @Test("When all together leave too much unread the connection that leaves most is cut, and nothing is counted any more")
    func cutsWhoReadsLeast() async throws {
        try await withClient { request in
            let size = request.head.path == "/much" ? 100_000 : 100
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 65, count: size)))
        } configure: {
            $0.answerCost = 0
            $0.unreadInAll = 99_999
        } _: { client, server in
            try await client.send(Bytes.joined(Bytes.opening(window: 0), Bytes.request(1, "/little")))
            while server.server.unreadBytes < 100 { try await Task.sleep(for: .milliseconds(5)) }
            try await RawClient.connect(server.port, tls: TestIdentity.shared.client(["h2"])) { other in
                try await other.send(Bytes.joined(Bytes.opening(window: 0), Bytes.request(1, "/much")))
                _ = try await other.rest()
            }
            #expect(server.server.openConnections == 1)
            #expect(server.server.unreadBytes == 100)
            try await client.send(Bytes.windowUpdate(stream: 1, 100))
            while server.server.unreadBytes > 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("A constant is one buffer for all, and compressed once")
    func constant() async throws {
        let constant = ConstantBody(Array(String(repeating: "constant ", count: 20_000).utf8))
        let response = Response(status: .ok, headers: [.contentType: "text/plain"], body: ResponseBody(constant))
        #expect(response.body.heldBytes == 0)
        func addresses() async throws -> Set<UInt> {
            var addresses: Set<UInt> = []
            for coding in ["identity", "gzip"] {
                let request = HTTPRequest(
                    method: .get, scheme: "https", authority: "a", path: "/", headerFields: [.acceptEncoding: coding])
                let compressed = await Compression.apply(to: response, for: request)
                #expect(compressed.body.heldBytes == 0)
                let seen = Mutex<UInt>(0)
                try await compressed.body.write(AddressWriter { address in seen.withLock { $0 = address } })
                addresses.insert(seen.withLock { $0 })
            }
            return addresses
        }
        let first = try await addresses()
        #expect(first.count == 2)
        #expect(try await addresses() == first)
    }

    private struct AddressWriter: ResponseBodyWriter {
        let seen: @Sendable (UInt) -> Void

        mutating func write(_ buffer: ByteBuffer) async throws {
            buffer.withUnsafeReadableBytes { seen(UInt(bitPattern: $0.baseAddress)) }
        }

        consuming func finish() async throws {}
    }

    // MARK: Floods

    @Test(
        "Frames that ask for nothing end their connection when there are too many",
        arguments: [
            Bytes.frame(8, 0, stream: 0, [0, 0, 0, 1]), Bytes.frame(0xBE, 0, stream: 0, [1]),
            Bytes.frame(2, 0, stream: 1, [0, 0, 0, 3, 1]),
            Bytes.frame(6, 0, stream: 0, Array("12345678".utf8)), Bytes.frame(4), Bytes.frame(0, 0, stream: 1),
        ])
    func flood(frame: ByteBuffer) async throws {
        try await withClient {
            $0.idleFrames = 50
        } _: { client, _ in
            try await client.send(Bytes.opening())
            for _ in 0..<40 where frame.getInteger(at: 3, as: UInt8.self) != 0 { try await client.send(frame) }
            for _ in 0..<1_000 { guard (try? await client.send(frame)) != nil else { break } }
            _ = try? await client.rest()
        }
    }

    @Test("A client may report what it has taken of answers as often as it likes")
    func windowUpdates() async throws {
        try await withClient { _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 65, count: 100)))
        } configure: {
            $0.idleFrames = 10
        } _: { client, _ in
            try await client.send(Bytes.opening(window: 0))
            for stream in stride(from: UInt32(1), to: 199, by: 2) {
                try await client.send(Bytes.request(stream))
                try await client.send(Bytes.windowUpdate(stream: stream, 50))
                try await client.send(Bytes.windowUpdate(stream: stream, 50))
                try await client.send(Bytes.windowUpdate(stream: 0, 100))
                // The end of the stream's answer.
                let end: [UInt8] = [0, 0, 1] + withUnsafeBytes(of: stream.bigEndian, Array.init)
                while !client.received.readableBytesView.contains(end.dropFirst(2)) { try await client.read() }
            }
        }
    }

    @Test("SETTINGS of more than anybody has end the connection at once")
    func manySettings() async throws {
        try await withClient { _ in
        } _: { client, _ in
            try await client.send(Bytes.opening())
            try await client.send(Bytes.frame(4, 0, stream: 0, (0..<40).flatMap { [UInt8(16), $0, 0, 0, 0, 1] }))
            _ = try await client.rest()
        }
    }

    @Test("A body with trailers that have control characters is never taken for whole over HTTP/2")
    func trailers() async throws {
        let (bodies, ended) = AsyncStream<String>.makeStream()
        try await withClient { request in
            do throws(RequestBodyError) {
                ended.yield(String(buffer: try await request.body.collect()))
            } catch {
                ended.yield("refused")
            }
            return .text("answered")
        } configure: { _ in
        } _: { client, _ in
            let block: [UInt8] = [0x83, 0x87, 0x01, 9] + Array("localhost".utf8) + [0x04, 1] + Array("/".utf8)
            try await client.send(Bytes.opening())
            try await client.send(Bytes.frame(1, 0x4, stream: 1, block))
            try await client.send(Bytes.frame(0, 0, stream: 1, Array("body".utf8)))
            try await client.send(Bytes.frame(1, 0x5, stream: 1, [0, 1] + Array("t".utf8) + [3, 97, 0, 98]))
            for await body in bodies.prefix(1) { #expect(body == "refused") }
        }
    }
}

@Suite("HTTP/2 frames, found without keeping them")
struct HTTP2FrameScannerTests {
    private static let bytes: [UInt8] = {
        var bytes = Bytes.joined(
            Bytes.opening(), Bytes.request(1), Bytes.frame(1, 0x1, stream: 3, Bytes.block("/3")),
            Bytes.frame(9, 0x4, stream: 3, [0, 1, 97, 1, 98]), Bytes.frame(0, 0x1, stream: 5, [UInt8](repeating: 9, count: 70)),
            Bytes.frame(4, 1))
        return bytes.readBytes(length: bytes.readableBytes)!
    }()

    private func scan(by size: Int) -> (kinds: [UInt8], unfinished: [Int?]) {
        var scanner = HTTP2FrameScanner()
        var kinds: [UInt8] = []
        var unfinished: [Int?] = []
        for start in stride(from: 0, to: Self.bytes.count, by: size) {
            Self.bytes[start..<min(start + size, Self.bytes.count)].withUnsafeBytes { scanner.scan($0) { kinds.append($0.kind) } }
            unfinished.append(scanner.unfinished)
        }
        return (kinds, unfinished)
    }

    @Test("However the bytes arrive, the frames are the same, and nothing is left unfinished", arguments: [1, 2, 7, 9, 24, 1_000])
    func pieces(size: Int) {
        let (kinds, unfinished) = scan(by: size)
        #expect(kinds == [4, 1, 1, 9, 0, 4])
        #expect(unfinished.last! == nil)
    }

    @Test("The preface, a header block and a frame are unfinished until they end, DATA never is")
    func unfinished() {
        let (_, unfinished) = scan(by: 1)
        let opening = 24 + 9 + 6
        // Up to the first frame's header everything is one thing to wait for.
        #expect(unfinished[..<32].allSatisfy { $0 == 0 })
        #expect(unfinished[32..<(opening - 1)].allSatisfy { $0 == 1 })
        #expect(unfinished[opening - 1] == nil)
        let first = 9 + Bytes.block("/").count
        #expect(unfinished[opening..<(opening + first - 1)].allSatisfy { $0 == 2 })
        #expect(unfinished[opening + first - 1] == nil)
        let block = 9 + Bytes.block("/3").count + 9 + 5
        let start = opening + first
        #expect(unfinished[start..<(start + block - 1)].allSatisfy { $0 == 3 })
        #expect(unfinished[start + block - 1] == nil)
        // Of DATA only the frame's header is waited for.
        let data = start + block
        #expect(unfinished[data..<(data + 8)].allSatisfy { $0 == 5 })
        #expect(unfinished[(data + 8)..<(data + 79)].allSatisfy { $0 == nil })
    }
}
