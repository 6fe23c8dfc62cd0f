import NIOCore

/// Stops accepting while as many connections as allowed are open. The rest wait in the kernel's backlog, which is kinder and
/// cheaper than accepting them to turn them away. A few more than the limit may slip in, since the listener accepts in batches.
/// Sits in the listening channel's pipeline, confined to its event loop.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let capacity: Int
    private var open = 0
    private var readWaits = false

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
        if open < capacity { context.read() } else { readWaits = true }
    }

    private func connectionClosed(_ context: ChannelHandlerContext) {
        open -= 1
        guard readWaits, open < capacity else { return }
        readWaits = false
        context.read()
    }
}
