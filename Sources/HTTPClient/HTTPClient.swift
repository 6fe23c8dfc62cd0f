import NIOCore
import NIOHTTP1
import NIOPosix
package import TLS

/// Sends requests to servers of other people: over TLS with verification, to addresses that were checked, following nothing, with limits on
/// time and size. Each request has a connection of its own.
package struct HTTPClient: Sendable {
    package struct Limits: Sendable {
        package var connect = Duration.seconds(5)
        package var handshake = Duration.seconds(10)
        /// From the request to the first byte of the answer.
        package var firstByte = Duration.seconds(15)
        /// From the head of the answer to the end of its body: the status is known by then, so nothing depends on the rest.
        package var body = Duration.seconds(5)
        /// From the look-up of the name on.
        package var whole = Duration.seconds(30)
        /// Bytes of an answer that are read, head included; then the connection is closed.
        package var answerBytes = 65_536
        /// Bytes of the body that are handed over.
        package var keptBytes = 1_024

        package init() {}
    }

    /// The status of an answer, what it says about coming again, and the beginning of its body.
    package struct Answer: Hashable, Sendable {
        package var status: Int
        package var retryAfter: String?
        package var body: [UInt8]

        package init(status: Int, retryAfter: String? = nil, body: [UInt8] = []) {
            self.status = status
            self.retryAfter = retryAfter
            self.body = body
        }
    }

    private let context: TLSContext
    private let allowed: [AddressRange]
    private let resolve: NameResolver.Resolve
    private let limits: Limits

    /// - Parameters:
    ///   - allowed: addresses that are reached although they are not of the public internet.
    ///
    /// Throws `TLSError` when the authorities can't be read.
    package init(
        trustRoots: TLSTrustRoots = .system, allowing allowed: [AddressRange] = [],
        resolve: @escaping NameResolver.Resolve = NameResolver.system,
        limits: Limits = Limits()
    ) throws {
        context = try TLSContext(client: TLSClientConfiguration(trustRoots: trustRoots, handshakeTimeout: limits.handshake))
        self.allowed = allowed
        self.resolve = resolve
        self.limits = limits
    }

    /// Throws ``OutgoingError/target(_:)`` for what nothing would be sent to, as far as it can be told without a look-up.
    package func check(_ url: String) throws { _ = try OutgoingTarget(url, allowing: allowed) }

    /// Posts a body. Throws ``OutgoingError`` when there is no answer; any status is one.
    package func post(_ url: String, headers: [(name: String, value: String)], body: [UInt8]) async throws -> Answer {
        let target = try OutgoingTarget(url, allowing: allowed)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Answer.self)
        let deadline = loop.scheduleTask(in: TimeAmount(limits.whole)) {
            promise.fail(OutgoingError.timedOut("before the answer was whole"))
        }
        promise.futureResult.whenComplete { _ in deadline.cancel() }
        let work = Task {
            do {
                try await exchange(target, headers, body, promise, on: loop)
            } catch {
                promise.fail(Self.translated(error))
            }
        }
        return try await withTaskCancellationHandler {
            defer { work.cancel() }
            return try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }

    private func exchange(
        _ target: OutgoingTarget, _ headers: [(name: String, value: String)], _ body: [UInt8], _ promise: EventLoopPromise<Answer>,
        on loop: any EventLoop
    ) async throws {
        let addresses = try await resolve(target.host)
        // One that is refused spoils the name: which one is used would else be up to whoever answers for it.
        for address in addresses { try OutgoingTarget.check(address, allowing: allowed) }
        try Task.checkCancellation()
        var request = HTTPRequestHead(version: .http1_1, method: .POST, uri: target.path)
        request.headers.add(name: "Host", value: target.authority)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.headers.add(name: "Content-Length", value: String(body.count))
        request.headers.add(name: "Connection", value: "close")
        let head = request
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limits.connect))
            .channelInitializer { [context, limits] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(TLSHandler(context: context, serverHostname: target.host))
                    try pipeline.addHandler(AnswerLimiter(bytes: limits.answerBytes))
                    try pipeline.addHandler(HTTPRequestEncoder())
                    try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
                    try pipeline.addHandler(AnswerReader(head: head, body: body, limits: limits, promise: promise))
                }
            }
        let channel = try await connect(bootstrap, addresses, port: target.port)
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }

    /// To the first of the addresses that takes a connection: of two kinds one may lead nowhere from here.
    private func connect(_ bootstrap: ClientBootstrap, _ addresses: [NetworkAddress], port: Int) async throws -> any Channel {
        var failure: any Error = OutgoingError.unresolved
        for address in addresses {
            do {
                return try await bootstrap.connect(to: SocketAddress(ipAddress: address.text, port: port)).get()
            } catch {
                failure = error
            }
            try Task.checkCancellation()
        }
        throw failure
    }

    static func translated(_ error: any Error) -> any Error {
        switch error {
        case let error as OutgoingError: error
        case let error as TLSError: error == .handshakeTimedOut ? OutgoingError.timedOut("in the handshake") : OutgoingError.tls("\(error)")
        case is HTTPParserError: OutgoingError.protocolViolation("what came back is no HTTP")
        case ChannelError.connectTimeout: OutgoingError.timedOut("while connecting")
        case let error as IOError: OutgoingError.unreachable(String(cString: strerror(error.errnoCode)))
        case is CancellationError: error
        default: OutgoingError.unreachable("the connection broke")
        }
    }
}
