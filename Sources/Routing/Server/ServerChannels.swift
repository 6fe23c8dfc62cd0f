import Logging
import NIOCore
import NIOHTTP2
import NIOTLS
import TLS

/// What becomes of an accepted connection: pipeline, negotiation, the loop that answers.
struct ServerChannels: Sendable {
    typealias Stream = NIOAsyncChannel<InboundPart, OutboundPart>

    enum Negotiated: Sendable {
        case http1(Stream)
        case http2(NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>)
    }

    struct Connection: Sendable {
        var negotiated: Negotiated
        var peerCertificate: HTTPServerRequest.PeerCertificate?
    }

    struct Child: Sendable {
        var channel: any Channel
        var open: OpenConnection
        /// Settled at once in plain text, after the handshake over TLS.
        var connection: EventLoopFuture<Connection>
    }

    let service: ExchangeService
    let tls: TLSContextStore?
    let limits: ServerLimits
    let registry: ConnectionRegistry
    let metrics: ServerMetrics?
    let logger: Logger
    private let executors: [ObjectIdentifier: EventLoopExecutor]

    init(
        service: ExchangeService, tls: TLSContextStore?, limits: ServerLimits, registry: ConnectionRegistry, metrics: ServerMetrics?,
        group: any EventLoopGroup, logger: Logger
    ) {
        self.service = service
        self.tls = tls
        self.limits = limits
        self.registry = registry
        self.metrics = metrics
        self.logger = logger
        executors = Dictionary(group.makeIterator().map { (ObjectIdentifier($0), EventLoopExecutor($0)) }) { first, _ in first }
    }

    /// nil for a loop that isn't of the group: then the global pool serves.
    func executor(for loop: any EventLoop) -> (any TaskExecutor)? { executors[ObjectIdentifier(loop)] }

    // MARK: Pipeline

    func setUp(_ channel: any Channel) -> EventLoopFuture<Child> {
        let child = channel.eventLoop.makeCompletedFuture { () throws -> Child in
            guard let open = registry.connection(of: channel) else { throw ChannelError.ioOnClosedChannel }
            open.becameIdle(.now())
            metrics?.connectionOpened()
            if let metrics { channel.closeFuture.whenComplete { _ in metrics.connectionClosed() } }
            guard let tls else {
                let connection = Connection(negotiated: try setUpHTTP1(open))
                return Child(channel: channel, open: open, connection: channel.eventLoop.makeSucceededFuture(connection))
            }
            let pipeline = channel.pipeline.syncOperations
            let handler = try tls.makeServerHandler()
            try pipeline.addHandler(handler)
            let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Connection> { result in
                channel.eventLoop.makeCompletedFuture {
                    var isHTTP2 = false
                    if case .negotiated("h2") = result { isHTTP2 = true }
                    return Connection(
                        negotiated: isHTTP2 ? try self.setUpHTTP2(open) : try self.setUpHTTP1(open),
                        peerCertificate: bound.value.peerCertificate.map { certificate in
                            HTTPServerRequest.PeerCertificate(
                                publicKeyDigest: certificate.publicKeyDigest, alternativeNames: certificate.dnsNames + certificate.uris)
                        })
                }
            }
            try pipeline.addHandler(negotiation)
            return Child(channel: channel, open: open, connection: negotiation.protocolNegotiationResult)
        }
        child.whenFailure { _ in channel.close(promise: nil) }
        return child
    }

    private func setUpHTTP1(_ open: OpenConnection) throws -> Negotiated {
        let channel = open.channel
        try channel.pipeline.syncOperations.addHandler(HTTP1Handler(limits: limits, connection: open))
        let stream = try Stream(wrappingChannelSynchronously: channel)
        drainIfLate(channel)
        return .http1(stream)
    }

    private func setUpHTTP2(_ open: OpenConnection) throws -> Negotiated {
        let channel = open.channel
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.concurrentStreams),
            // Twice ours: between the two the stream is answered 431, beyond the connection ends. Before the client has
            // acknowledged our settings, its first request may have 16 KiB.
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerListSize * 2),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.streamWindow),
        ]
        configuration.connection.targetWindowSize = limits.streamWindow * 4
        configuration.connection.maximumBufferedControlFrames = limits.idleFrames
        configuration.stream.targetWindowSize = limits.streamWindow
        // What a stream may have written and the client not taken before its sender waits.
        configuration.stream.outboundBufferSizeHighWatermark = 32 * 1024
        configuration.stream.outboundBufferSizeLowWatermark = 16 * 1024
        configuration.stream.streamResetFrameRateLimit.maximumCount = limits.resetStreams
        configuration.stream.streamResetFrameRateLimit.windowLength = TimeAmount(limits.resetWindow)
        let connection = HTTP2Connection(limits: limits, connection: open)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        let observer = HTTP2Connection.Observer(connection: bound)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP2Connection.Watch(connection))
        let multiplexer = try pipeline.configureAsyncHTTP2Pipeline(
            mode: .server, streamDelegate: observer, frameDelegate: observer, configuration: configuration
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(HTTP2StreamHandler(limits: self.limits, connection: bound.value))
                return try Stream(wrappingChannelSynchronously: stream)
            }
        }
        try pipeline.addHandler(connection)
        drainIfLate(channel)
        return .http2(multiplexer)
    }

    /// The order to stop may have come during the handshake, when nobody was there to hear it.
    private func drainIfLate(_ channel: any Channel) {
        guard registry.isDraining else { return }
        channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    // MARK: Serving

    /// Returns when the connection is closed.
    func serve(_ child: Child) async {
        let connection: Connection
        do {
            connection = try await child.connection.get()
        } catch {
            metrics?.handshakeFailed()
            logger.debug("No connection came about", metadata: ["error": "\(error)"])
            return child.channel.close(promise: nil)
        }
        let origin = ConnectionOrigin(
            connection: child.open, remoteAddress: child.channel.remoteAddress?.ipAddress ?? "unknown", isSecure: tls != nil,
            peerCertificate: connection.peerCertificate)
        await withTaskCancellationHandler {
            switch connection.negotiated {
            case .http1(let stream): await serve(stream, origin)
            case .http2(let multiplexer): await serve(multiplexer, on: child.channel, origin)
            }
        } onCancel: {
            child.channel.close(promise: nil)
        }
    }

    private func serve(_ stream: Stream, _ origin: ConnectionOrigin) async {
        var unread = 0
        do {
            try await stream.executeThenClose { inbound, outbound in
                let served = await service.serve(inbound: inbound, outbound: outbound, origin: origin)
                unread = served.unread
                guard served.isWhole else { return }
                // The handler closes, once the last bytes are out and the client has had time to read them.
                try await stream.channel.closeFuture.get()
            }
        } catch {
            logger.trace("A connection ended", metadata: ["error": "\(error)"])
        }
        if unread > 0 { origin.connection.taken(unread) }
    }

    private func serve(
        _ multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>, on channel: any Channel, _ origin: ConnectionOrigin
    ) async {
        let executor = executor(for: channel.eventLoop)
        await withDiscardingTaskGroup { group in
            do {
                for try await stream in multiplexer.inbound {
                    group.addTask(executorPreference: executor) { await self.serve(stream, origin) }
                }
            } catch {
                logger.trace("An HTTP/2 connection ended", metadata: ["error": "\(error)"])
            }
        }
    }
}
