import Foundation
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import TLS

@Suite("Hostile input")
struct HostileInputTests {
    private let certificates = TestCertificates.shared

    /// Sends bytes to the port without TLS and waits until the server has closed.
    private func send(_ bytes: [UInt8], to server: TestServer, ending: Bool = false) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port).get()
        if !bytes.isEmpty { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }
        if ending { try? await channel.close(mode: .output).get() }
        try? await channel.closeFuture.get()
    }

    @Test("Plain HTTP on the TLS port is closed")
    func plainHTTP() async throws {
        let server = try await TestServer(certificates.server())
        try await send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), to: server)
        let counts = await server.tally.settle { $0.open == 0 }
        #expect(counts.handshakes == 0 && counts.errors.count == 1)
        #expect(counts.errors.first?.contains("http request") == true)
        await server.stop()
    }

    @Test("A client that sends nothing is closed after the handshake timeout")
    func silence() async throws {
        let server = try await TestServer(certificates.server(handshakeTimeout: .milliseconds(100)))
        try await send([], to: server)
        #expect(server.tally.now.errors == [TLSError.handshakeTimedOut.description])
        #expect(await server.tally.settle { $0.open == 0 }.open == 0)
        await server.stop()
    }

    @Test("A client that drips is closed after the handshake timeout, however long it goes on")
    func drip() async throws {
        let server = try await TestServer(certificates.server(handshakeTimeout: .milliseconds(200)))
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port).get()
        // The start of a ClientHello of 512 bytes, a byte at a time, until the server has had enough.
        for byte in [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3] + [UInt8](repeating: 1, count: 400) where channel.isActive {
            try? await channel.writeAndFlush(ByteBuffer(bytes: [byte])).get()
            try await Task.sleep(for: .milliseconds(10))
        }
        try? await channel.closeFuture.get()
        #expect(server.tally.now.errors == [TLSError.handshakeTimedOut.description])
        await server.stop()
    }

    @Test("A client that ends during the handshake is closed at once")
    func finDuringHandshake() async throws {
        let server = try await TestServer(certificates.server())
        try await send([0x16, 3, 1, 2, 0, 1], to: server, ending: true)
        let counts = await server.tally.settle { $0.open == 0 && !$0.errors.isEmpty }
        #expect(counts.open == 0 && counts.errors == ["TLS handshake failed: the peer closed the connection"], "\(counts)")
        await server.stop()
    }

    @Test("Any bytes are closed, and nothing of the connection stays in memory")
    func garbage() async throws {
        let server = try await TestServer(certificates.server())
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var bytes = (0..<Int.random(in: 1...600, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Half of them look like a record at first.
            if Bool.random(using: &generator) { bytes = [0x16, 3, UInt8.random(in: 0...4)] + bytes }
            try await send(bytes, to: server, ending: true)
        }
        #expect(await server.tally.settle { $0.open == 0 }.open == 0)
        #expect(server.tally.now.handshakes == 0)
        // Handlers go a tick after their channel.
        _ = await server.tally.settle { _ in server.livingHandlers == 0 }
        #expect(server.livingHandlers == 0)
        await server.stop()
    }

    @Test("Spoilt handshakes and records never do more than close")
    func spoilt() throws {
        var generator = SystemRandomNumberGenerator()
        let server = try TLSContext(server: certificates.server())
        let client = try TLSContext(client: certificates.client())
        for _ in 0..<300 {
            let pair = (try End(TLSHandler(context: client, serverHostname: "localhost")), try End(TLSHandler(context: server)))
            pair.1.connect()
            pair.0.connect()
            _ = pair.0.write("text")
            let spoiltFlight = Int.random(in: 0..<4, using: &generator)
            for flight in 0..<4 {
                let (from, to) = flight.isMultiple(of: 2) ? pair : (pair.1, pair.0)
                var bytes = from.takeOutput()
                if flight == spoiltFlight, !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
                }
                to.receive(bytes)
            }
            for end in [pair.0, pair.1] {
                #expect(end.recorder.errors.count <= 1)
                end.channel.pipeline.fireChannelInactive()
                _ = try? end.channel.finish(acceptAlreadyClosed: true)
            }
        }
    }
}
