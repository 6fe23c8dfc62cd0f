import NIOCore

/// Decides what becomes of a newcomer. While as many connections as allowed are open and none of them is idle, it stops accepting: the rest
/// wait in the kernel's backlog, which is kinder and cheaper than accepting them to turn them away. The few that the listener accepts in one
/// go with the last that has a place wait here.
///
/// When accepting fails for want of files or memory it pauses: the connection that waits would otherwise wake the loop again at once,
/// without end. Sits in the listening channel's pipeline, confined to its event loop.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    /// From a failure to the next attempt.
    static let pause = TimeAmount.seconds(1)
    /// How often those who wait are given the place of a connection that has become idle meanwhile.
    static let turn = TimeAmount.milliseconds(100)

    private let capacity: Int
    private let registry: ConnectionRegistry
    private var waiting: [any Channel] = []
    private var open = 0
    private var readWaits = false
    private var isPausing = false
    private var turnIsDue = false

    init(capacity: Int, registry: ConnectionRegistry) {
        self.capacity = capacity
        self.registry = registry
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        waiting.append(unwrapInboundIn(data))
        serveWaiting(context)
    }

    private var hasPlace: Bool { open < capacity || (open == capacity && registry.hasIdle) }

    private func serveWaiting(_ context: ChannelHandlerContext) {
        while !waiting.isEmpty, hasPlace { serve(waiting.removeFirst(), context) }
        if !waiting.isEmpty { takeTurns(context) }
    }

    private func serve(_ channel: any Channel, _ context: ChannelHandlerContext) {
        guard registry.admit(channel) else { return channel.close(promise: nil) }
        open += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        channel.closeFuture.hop(to: context.eventLoop).whenComplete { _ in
            let (gate, context) = bound.value
            gate.open -= 1
            gate.goOn(context)
        }
        context.fireChannelRead(wrapInboundOut(channel))
    }

    func read(context: ChannelHandlerContext) {
        if mayAccept { return context.read() }
        readWaits = true
        if !isPausing { takeTurns(context) }
    }

    private var mayAccept: Bool { !isPausing && waiting.isEmpty && hasPlace }

    func channelInactive(context: ChannelHandlerContext) {
        for channel in waiting { channel.close(promise: nil) }
        waiting = []
        context.fireChannelInactive()
    }

    /// Those who wait are served when a connection closes, which the gate is told, or becomes idle, which it looks for.
    private func takeTurns(_ context: ChannelHandlerContext) {
        guard !turnIsDue else { return }
        turnIsDue = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.turn) {
            let (gate, context) = bound.value
            gate.turnIsDue = false
            guard context.channel.isActive else { return }
            // One that was to make room may have become busy first.
            if gate.open > gate.capacity { gate.registry.makeRoom() }
            gate.goOn(context)
            if gate.readWaits, !gate.isPausing { gate.takeTurns(context) }
        }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        if !waiting.isEmpty {
            serveWaiting(context)
            context.fireChannelReadComplete()
        }
        guard readWaits, mayAccept else { return }
        readWaits = false
        context.read()
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
}
