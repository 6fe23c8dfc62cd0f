import NIOCore

/// Stops accepting while as many connections as allowed are open. The rest wait in the kernel's backlog, which is kinder and
/// cheaper than accepting them to turn them away. A few more than the limit may slip in, since the listener accepts in batches.
///
/// When accepting fails for want of files or memory it pauses: the connection that waits would otherwise wake the loop again at once,
/// without end. Sits in the listening channel's pipeline, confined to its event loop.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    /// From a failure to the next attempt.
    static let pause = TimeAmount.seconds(1)

    private let capacity: Int
    private var open = 0
    private var readWaits = false
    private var isPausing = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        open += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
            let (gate, context) = bound.value
            gate.connectionClosed(context)
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if open < capacity, !isPausing { context.read() } else { readWaits = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)
        guard error is IOError, !isPausing, let options = context.channel.syncOptions else { return }
        isPausing = true
        // NIO leaves a listener that failed registered with the loop; turning reading off is what takes it out.
        try? options.setOption(.autoRead, value: false)
        let bound = NIOLoopBound((self, options), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.pause) {
            let (gate, options) = bound.value
            gate.isPausing = false
            try? options.setOption(.autoRead, value: true)
        }
    }

    private func connectionClosed(_ context: ChannelHandlerContext) {
        open -= 1
        guard readWaits, !isPausing, open < capacity else { return }
        readWaits = false
        context.read()
    }
}
