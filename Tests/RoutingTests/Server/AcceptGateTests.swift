import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import Routing

@Suite("Accepting")
struct AcceptGateTests {
    /// Counts what reaches the socket.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = Never
        var count = 0

        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    @Test("After a failure nothing is accepted for a while, and then again")
    func pauses() throws {
        let channel = EmbeddedChannel()
        let reads = Reads()
        try channel.pipeline.syncOperations.addHandlers([reads, AcceptGate(capacity: 10, registry: ConnectionRegistry())])
        func isReading() -> Bool? { channel.options.lazy.compactMap { $0.value as? Bool }.last }

        channel.pipeline.read()
        #expect(reads.count == 1)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
        #expect(isReading() == false)
        channel.pipeline.read()
        #expect(reads.count == 1)
        channel.embeddedEventLoop.advanceTime(by: AcceptGate.pause)
        #expect(isReading() == true)
        channel.pipeline.read()
        #expect(reads.count == 2)
        // The error went on to whoever else looks at errors.
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }
}
