package import Logging
package import NIOCore
import NIOHTTP2
import NIOPosix
import NIOTLS
import ServiceLifecycle
package import TLS

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// One of TCP's that NIO has no name for.
    fileprivate static func tcp(_ name: CInt) -> Self { .tcpOption(NIOBSDSocket.Option(rawValue: name)) }
}

/// Listens on one address and answers with one responder: HTTP/1.1 in plain text, or HTTP/1.1 and HTTP/2 over TLS.
///
/// Runs until graceful shutdown, which stops accepting, closes idle connections at once, lets requests in progress finish and
/// cuts what is left after the drain timeout.
package final class HTTPServer: Service {
    package struct Configuration: Sendable {
        package var host: String
        /// 0 for a free port; `onListening` tells which.
        package var port: Int
        /// nil for plain text.
        package var tls: TLSContextStore?
        package var limits = ServerLimits.standard
        package var headers = CommonHeaders()
        package var compresses = true
        package var accessLog: AccessLog?
        package var metrics: ServerMetrics?
        package var trustedProxies = TrustedProxies()
        /// Addresses that may have any number of connections, as trusted proxies may.
        package var exemptAddresses: [String] = []

        package init(host: String, port: Int, tls: TLSContextStore? = nil) {
            self.host = host
            self.port = port
            self.tls = tls
        }
    }

    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable (SocketAddress) async -> Void
    private let registry: ConnectionRegistry
    private let children: ServerChannels

    /// - Parameter onListening: called once with the bound address, before the first connection is served.
    package init(
        configuration: Configuration, responder: any HTTPResponder, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger, onListening: @escaping @Sendable (SocketAddress) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.group = group
        self.logger = logger
        self.onListening = onListening
        let service = ExchangeService(
            responder: responder, limits: configuration.limits, headers: configuration.headers, compresses: configuration.compresses,
            accessLog: configuration.accessLog, metrics: configuration.metrics, proxies: configuration.trustedProxies)
        registry = ConnectionRegistry(
            limits: configuration.limits, exempt: configuration.trustedProxies.adding(configuration.exemptAddresses),
            metrics: configuration.metrics)
        children = ServerChannels(
            service: service, tls: configuration.tls, limits: configuration.limits, registry: registry, metrics: configuration.metrics,
            group: group, logger: logger)
    }

    /// Connections open now, also those in their handshake.
    package var openConnections: Int { registry.count }

    /// Bytes of answers that are made and not taken by their clients, on all connections.
    package var unreadBytes: Int { registry.unreadBytes }

    /// - Throws: when the address can't be bound.
    package func run() async throws {
        let limits = configuration.limits
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(limits.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Connections inherit what follows from the listener, which spares five system calls for each.
            .serverChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A client that vanished without a word is noticed by what it doesn't acknowledge,
            .serverChannelOption(.tcp(TCP_USER_TIMEOUT), value: Int(limits.writeStall.components.seconds * 1_000))
            // and by being asked, when there is nothing to acknowledge.
            .serverChannelOption(.socketOption(.so_keepalive), value: 1)
            .serverChannelOption(.tcp(TCP_KEEPIDLE), value: Int(limits.keepAlive.components.seconds))
            .serverChannelOption(.tcp(TCP_KEEPINTVL), value: 15)
            .serverChannelOption(.tcp(TCP_KEEPCNT), value: 3)
            .serverChannelOption(.tcp(TCP_NOTSENT_LOWAT), value: limits.kernelBuffer)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { [registry] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(capacity: limits.connections, registry: registry))
                }
            }
            .bind(host: configuration.host, port: configuration.port) { [children] channel in children.setUp(channel) }

        let listening = listener.channel
        let drainTimeout = TimeAmount(configuration.limits.drainTimeout)
        await withGracefulShutdownHandler {
            if let address = listening.localAddress { await onListening(address) }
            await withDiscardingTaskGroup { group in
                do {
                    try await listener.executeThenClose { inbound in
                        for try await child in inbound {
                            group.addTask(executorPreference: self.children.executor(for: child.channel.eventLoop)) {
                                await self.children.serve(child)
                            }
                        }
                    }
                } catch {
                    logger.error("The listener failed", metadata: ["error": "\(error)"])
                }
            }
        } onGracefulShutdown: { [registry] in
            listening.close(promise: nil)
            registry.drain()
            listening.eventLoop.scheduleTask(in: drainTimeout) { registry.cutAll() }
        }
    }
}
