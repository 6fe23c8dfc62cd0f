import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite("Two ends in memory")
struct EmbeddedPairTests {
    @Test("The handshake agrees on a protocol however the bytes arrive", arguments: EmbeddedPair.Delivery.allCases)
    func handshake(delivery: EmbeddedPair.Delivery) throws {
        let pair = try EmbeddedPair(client: TestCertificates.shared.client(protocols: ["http/1.1", "h2"]), delivery: delivery)
        pair.exchange()
        #expect(pair.client.recorder.seen.first == .handshake("h2"))
        #expect(pair.server.recorder.seen.first == .handshake("h2"))
        #expect(pair.server.handler.protocolVersion == "TLSv1.3")
        pair.finish()
    }

    @Test("Bytes of every size arrive whole and in order", arguments: EmbeddedPair.Delivery.allCases)
    func sizes(delivery: EmbeddedPair.Delivery) throws {
        let pair = try EmbeddedPair(delivery: delivery)
        pair.exchange()
        var sent: [UInt8] = []
        let sizes = [0, 1, 2, 16383, 16384, 16385, 65535, 65536, 65537, 200_000, 0, 5]
        for size in sizes where delivery != .oneByteAtATime || size < 16385 {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ size) }
            sent += bytes
            let written = pair.client.channel.writeAndFlush(ByteBuffer(bytes: bytes))
            pair.exchange()
            #expect(throws: Never.self) { try written.wait() }
        }
        pair.exchange()
        #expect(pair.server.recorder.bytes == sent)
        #expect(pair.server.recorder.errors.isEmpty)
        pair.finish()
    }

    @Test("What is written before the handshake is sent after it")
    func earlyWrites() throws {
        let pair = try EmbeddedPair(connect: false)
        let first = pair.client.write("one ")
        pair.server.connect()
        pair.client.connect()
        let second = pair.client.write("two")
        let unflushed = pair.client.channel.write(ByteBuffer(string: "never flushed"))
        pair.exchange()
        try first.wait()
        try second.wait()
        #expect(String(decoding: pair.server.recorder.bytes, as: UTF8.self) == "one two")
        pair.finish()
        #expect(throws: (any Error).self) { try unflushed.wait() }
    }

    @Test("A request in the same segment as Finished gets its channelReadComplete")
    func finishedAndRequestTogether() throws {
        let pair = try EmbeddedPair()
        let request = pair.client.write("GET / HTTP/1.1\r\n\r\n")
        // Server flight to the client; then Finished and the request leave together.
        pair.deliver(pair.client.takeOutput(), to: pair.server)
        pair.deliver(pair.server.takeOutput(), to: pair.client)
        try request.wait()
        pair.deliver(pair.client.takeOutput(), to: pair.server)
        #expect(pair.server.recorder.seen == [.handshake("http/1.1"), .read("GET / HTTP/1.1\r\n\r\n"), .readComplete])
        pair.finish()
    }

    @Test("channelReadComplete follows every delivery and comes at no other time", arguments: EmbeddedPair.Delivery.allCases)
    func readCompletes(delivery: EmbeddedPair.Delivery) throws {
        let pair = try EmbeddedPair(delivery: delivery)
        pair.exchange()
        for _ in 0..<5 {
            _ = pair.client.write("hello")
            pair.exchange()
        }
        let events = pair.server.recorder.seen.dropFirst()
        #expect(Array(events) == Array(repeatElement([Seen.read("hello"), .readComplete], count: 5).joined()))
        pair.finish()
    }

    @Test("Small writes of one flush become one record, and their promises complete in order")
    func joinedWrites() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        var completed: [Int] = []
        for index in 0..<5 {
            pair.client.channel.write(ByteBuffer(string: "part\(index) ")).assumeIsolated().whenSuccess { completed.append(index) }
        }
        pair.client.channel.flush()
        let ciphertext = pair.client.takeOutput()
        #expect(completed == [0, 1, 2, 3, 4])
        // 5 bytes of header, 30 of text, 1 of content type, 16 of tag.
        #expect(ciphertext.count == 52)
        pair.deliver(ciphertext, to: pair.server)
        #expect(pair.server.recorder.seen.dropFirst() == [.read("part0 part1 part2 part3 part4 "), .readComplete])
        pair.finish()
    }

    @Test("A handler that answers and closes inside channelRead does both in order")
    func reentrantCloseInRead() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        pair.server.recorder.onEvent = { context, event in
            if case .read = event {
                context.writeAndFlush(NIOAny(ByteBuffer(string: "answer")), promise: nil)
                context.close(promise: nil)
            }
        }
        _ = pair.client.write("request")
        pair.exchange()
        #expect(String(decoding: pair.client.recorder.bytes, as: UTF8.self) == "answer")
        #expect(pair.client.recorder.seen.contains(.inputClosed))
        pair.client.channel.close(promise: nil)
        pair.exchange()
        #expect(!pair.server.channel.isActive)
        #expect(pair.server.recorder.errors.isEmpty)
        pair.finish()
    }

    @Test("Input that arrives while plaintext is being delivered is delivered after it")
    func reentrantInput() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        _ = pair.client.write("first")
        let first = pair.client.takeOutput()
        _ = pair.client.write("second")
        let second = pair.client.takeOutput()
        var nested = false
        pair.server.recorder.onEvent = { context, event in
            guard case .read("first") = event, !nested else { return }
            nested = true
            context.pipeline.fireChannelRead(ByteBuffer(bytes: second))
        }
        pair.server.receive(first)
        #expect(pair.server.recorder.seen.dropFirst() == [.read("first"), .read("second"), .readComplete])
        pair.finish()
    }

    @Test("After the peer's close_notify this side can still write")
    func halfClosure() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        _ = pair.client.write("request")
        pair.client.channel.close(mode: .output, promise: nil)
        pair.deliver(pair.client.takeOutput(), to: pair.server)
        #expect(pair.server.recorder.seen.dropFirst() == [.read("request"), .readComplete, .inputClosed])
        _ = pair.server.write("long ")
        _ = pair.server.write("answer")
        pair.server.channel.close(promise: nil)
        pair.exchange()
        #expect(String(decoding: pair.client.recorder.bytes, as: UTF8.self) == "long answer")
        #expect(pair.client.recorder.errors.isEmpty && pair.server.recorder.errors.isEmpty)
        #expect(!pair.server.channel.isActive && !pair.client.channel.isActive)
        pair.finish()
    }

    @Test("Writing after closing the output fails")
    func writeAfterCloseOutput() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        pair.client.channel.close(mode: .output, promise: nil)
        let late = pair.client.write("late")
        #expect(throws: ChannelError.outputClosed) { try late.wait() }
        pair.finish()
    }

    @Test("Closing the output before the handshake sends what was written, then ends")
    func earlyCloseOutput() throws {
        let pair = try EmbeddedPair()
        _ = pair.client.write("all there is")
        pair.client.channel.close(mode: .output, promise: nil)
        pair.exchange()
        #expect(String(decoding: pair.server.recorder.bytes, as: UTF8.self) == "all there is")
        #expect(pair.server.recorder.seen.last == .inputClosed)
        pair.finish()
    }

    @Test("Without half-closure a close_notify closes the channel")
    func noHalfClosure() throws {
        let pair = try EmbeddedPair(halfClosure: false)
        pair.exchange()
        _ = pair.client.write("bye")
        let closed = pair.client.channel.close()
        pair.exchange()
        try closed.wait()
        #expect(String(decoding: pair.server.recorder.bytes, as: UTF8.self) == "bye")
        #expect(!pair.server.channel.isActive && !pair.client.channel.isActive)
        #expect(pair.server.recorder.errors.isEmpty && pair.client.recorder.errors.isEmpty)
        pair.finish()
    }

    @Test("FIN without close_notify is reported as a truncation, before the end of the input")
    func truncation() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        _ = pair.client.write("half a requ")
        pair.exchange()
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.seen.suffix(2) == [.error(TLSError.truncated.description), .inputClosed])
        #expect(pair.server.channel.isActive)
        pair.finish()
    }

    @Test("A channel that ends without close_notify is reported as a truncation")
    func truncationWithoutHalfClosure() throws {
        let pair = try EmbeddedPair(halfClosure: false)
        pair.exchange()
        pair.client.channel.pipeline.fireChannelInactive()
        #expect(pair.client.recorder.seen.suffix(2) == [.error(TLSError.truncated.description), .inactive])
        pair.finish()
    }

    @Test("A peer that never answers our close_notify is left after the shutdown timeout")
    func shutdownTimeout() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        let closed = pair.server.channel.close()
        #expect(pair.server.channel.isActive)
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(pair.server.channel.isActive)
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!pair.server.channel.isActive)
        try closed.wait()
        pair.finish()
    }

    @Test("A peer that never finishes the handshake is left after the handshake timeout")
    func handshakeTimeout() throws {
        let pair = try EmbeddedPair()
        pair.server.receive(pair.client.takeOutput().prefix(20))
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(11))
        #expect(pair.server.recorder.errors == [TLSError.handshakeTimedOut.description])
        #expect(!pair.server.channel.isActive)
        pair.finish()
    }

    @Test("A finished handshake is not timed out, and leaves no timer")
    func noTimer() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(3600))
        #expect(pair.server.channel.isActive && pair.server.recorder.errors.isEmpty)
        pair.finish()
    }

    @Test("A bad record fails its connection and no other on the same loop")
    func errorsStayApart() throws {
        let broken = try EmbeddedPair()
        let healthy = try EmbeddedPair()
        broken.exchange()
        healthy.exchange()
        _ = broken.client.write("to be spoilt")
        var bytes = broken.client.takeOutput()
        bytes[bytes.count - 1] ^= 1
        _ = healthy.client.write("un")
        let good = healthy.client.takeOutput()
        healthy.server.receive(good.prefix(10))
        broken.server.receive(bytes)
        // The alert is out although the connection failed.
        let alert = broken.server.takeOutput()
        #expect(!alert.isEmpty)
        healthy.server.receive(good.dropFirst(10))
        _ = healthy.client.write("harmed")
        healthy.exchange()

        #expect(broken.server.recorder.errors.count == 1 && !broken.server.channel.isActive)
        #expect(String(decoding: healthy.server.recorder.bytes, as: UTF8.self) == "unharmed")
        #expect(healthy.server.recorder.errors.isEmpty && healthy.server.channel.isActive)
        broken.client.receive(alert)
        #expect(broken.client.recorder.errors.first?.contains("bad record mac") == true)
        broken.finish()
        healthy.finish()
    }

    @Test("Pending writes fail when the connection does")
    func pendingFail() throws {
        let pair = try EmbeddedPair()
        let flushed = pair.server.write("never")
        let unflushed = pair.server.channel.write(ByteBuffer(string: "neither"))
        pair.server.receive(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        #expect(throws: TLSError.self) { try flushed.wait() }
        #expect(throws: TLSError.self) { try unflushed.wait() }
        pair.finish()
    }

    @Test("A channel that is not writable holds encryption back, and becoming writable goes on")
    func backPressure() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        pair.server.channel.isWritable = false
        let written = pair.server.channel.writeAndFlush(ByteBuffer(repeating: 7, count: 300_000))
        #expect(pair.server.takeOutput().isEmpty)
        pair.server.channel.isWritable = true
        pair.server.channel.pipeline.fireChannelWritabilityChanged()
        try written.wait()
        pair.exchange()
        #expect(pair.client.recorder.bytes.count == 300_000)
        #expect(pair.server.recorder.seen.last == .writable(true))
        pair.finish()
    }

    @Test("Closing sends what was flushed even if the channel cannot take it yet")
    func closeWithBackPressure() throws {
        let pair = try EmbeddedPair()
        pair.exchange()
        pair.server.channel.isWritable = false
        let written = pair.server.channel.writeAndFlush(ByteBuffer(repeating: 7, count: 300_000))
        let unflushed = pair.server.channel.write(ByteBuffer(string: "not flushed"))
        pair.server.channel.close(promise: nil)
        pair.exchange()
        try written.wait()
        #expect(throws: ChannelError.self) { try unflushed.wait() }
        #expect(pair.client.recorder.bytes.count == 300_000)
        #expect(pair.client.recorder.seen.last == .inputClosed)
        pair.finish()
    }

    @Test("Removing the handler fails what is pending and leaves no timer behind")
    func removal() throws {
        let pair = try EmbeddedPair()
        let pending = pair.server.write("pending")
        try pair.server.channel.pipeline.syncOperations.removeHandler(pair.server.handler).wait()
        #expect(throws: ChannelError.self) { try pending.wait() }
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(pair.server.recorder.errors.isEmpty)
        pair.finish()
    }

    @Test("The client refuses a certificate for another name", arguments: ["wrong.example", "127.0.0.2"])
    func wrongName(name: String) throws {
        let pair = try EmbeddedPair(hostname: name)
        pair.exchange()
        #expect(pair.client.recorder.errors.first?.contains("mismatch") == true)
        #expect(pair.server.recorder.errors.first?.contains("alert") == true)
        pair.finish()
    }

    @Test("The client accepts a certificate for the address it connects to")
    func address() throws {
        let pair = try EmbeddedPair(hostname: "127.0.0.1")
        pair.exchange()
        #expect(pair.client.recorder.seen.first == .handshake("http/1.1"))
        pair.finish()
    }

    @Test("The client refuses an authority it does not know")
    func unknownAuthority() throws {
        var client = TestCertificates.shared.client()
        client.trustRoots = .system
        let pair = try EmbeddedPair(client: client)
        pair.exchange()
        #expect(pair.client.recorder.errors.first?.contains("certificate verify failed") == true)
        pair.finish()
    }

    @Test("A name that is no host name is refused before anything is sent", arguments: ["", "a\0b", "."])
    func badName(name: String) throws {
        let context = try TLSContext(client: TestCertificates.shared.client())
        #expect(throws: TLSError.self) { try TLSHandler(context: context, serverHostname: name) }
    }
}
