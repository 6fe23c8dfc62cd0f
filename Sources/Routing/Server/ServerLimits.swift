/// Every explicit limit of the transport, in one table. Sizes in bytes, times as durations.
///
/// The defaults are generous for an honest client and keep what a dishonest one can hold small:
/// connections × (head + window) is the memory that strangers can make the service spend.
package struct ServerLimits: Sendable {
    // MARK: Head

    /// Header fields in one request. Browsers send about 20; more than 100 is an attack on linear lookups. → 431
    package var headerCount = 100
    /// Name and value of one field. Room for a large token, not for a smuggled body. → 431
    package var headerFieldSize = 16 * 1024
    /// All names and values together; over HTTP/2 also announced as SETTINGS_MAX_HEADER_LIST_SIZE. → 431
    package var headerListSize = 32 * 1024
    /// The request target. A filter over 200 identifiers fits into a quarter of it. → 414
    package var targetSize = 8 * 1024
    /// From the first byte of a request to the end of its head: the defence against slow headers. → 408
    package var headTimeout = Duration.seconds(10)

    // MARK: Body

    /// A body that its operation gives no limit of its own. → 413
    package var bodySize = 1024 * 1024
    /// Bytes per second, on average since the grace ended, below which a body is given up while the service waits for it. → 408
    package var bodyRate = 1024
    /// How long a body may arrive at any speed before `bodyRate` holds. → 408
    package var bodyGrace = Duration.seconds(10)
    /// What is read and thrown away of a body nobody wanted, so that the answer isn't lost in a reset. Beyond: closed.
    package var discardedBody = 1024 * 1024
    /// How long a closing connection listens on, so that the client can read the answer before the reset.
    package var lingerTimeout = Duration.seconds(5)

    // MARK: Connection

    /// Connections at once. Beyond, the one idle longest is closed for each newcomer; while none is idle newcomers wait in the backlog.
    /// Fewer where the process may open fewer files.
    package var connections = 16_384
    /// Connections of one address at once (IPv6: of one /64), but for trusted proxies and the exempt. Beyond, the one of them idle longest
    /// is closed for the newcomer; while none is idle the newcomer is hung up on. 0 is any number. A school behind one address has as many.
    package var connectionsPerAddress = 512
    /// Not yet accepted connections the kernel keeps.
    package var backlog = 1_024
    /// Between two requests of a connection, and before the first. Nothing but a request ends it: no PING, no SETTINGS.
    package var idleTimeout = Duration.seconds(60)
    /// How long a connection is silent until TCP asks whether its client is still there; given up after three questions without answer.
    package var keepAlive = Duration.seconds(60)
    /// From the connection to the end of the TLS handshake.
    package var handshakeTimeout = Duration.seconds(10)
    /// How long a client may take for the next piece of our answer, 16 KiB over HTTP/2, 32 over HTTP/1, or what is left. Then the stream
    /// is reset, and the connection given up if it took nothing else either. So this is a least rate as well, of 270 or 540 bytes a second.
    package var writeStall = Duration.seconds(60)
    /// From the order to stop until connections still busy are cut.
    package var drainTimeout = Duration.seconds(25)

    // MARK: What clients leave unread

    /// What an answer on its way counts beside the bytes of its body: its stream, task, head and the buffers below it.
    package var answerCost = 16 * 1024
    /// Requests of one connection that are being answered at once; its further streams wait, as others' requests would behind them.
    package var requestsAtOnce = 16
    /// What a connection takes of memory, about: by it is told when there is something to give back.
    package var connectionCost = 48 * 1024
    /// Unread answers of one connection, their cost included. Beyond, its further requests wait until it has read some: nothing is begun
    /// for a client that doesn't read. Answers that were begun together may exceed it.
    package var unreadPerConnection = 1024 * 1024
    /// Unread answers of all connections together. Beyond, the connection that leaves most unread is cut.
    package var unreadInAll = 64 * 1024 * 1024
    /// What the kernel takes of an answer ahead of what it can send: what nobody reads isn't held there either.
    package var kernelBuffer = 128 * 1024

    // MARK: HTTP/2

    /// Streams a client may have open on one connection.
    package var concurrentStreams = 100
    /// Streams a client may reset within `resetWindow` before its connection is closed (rapid reset, CVE-2023-44487).
    package var resetStreams = 200
    /// Frames within `resetWindow` that ask for nothing: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, RST_STREAM, CONTINUATION, empty DATA,
    /// unknown ones. Each request and each piece of an answer allows for four more. Beyond, the connection is closed.
    package var idleFrames = 1_000
    /// See `resetStreams`.
    package var resetWindow = Duration.seconds(30)
    /// What a client may send on one stream before we have read it.
    package var streamWindow = 256 * 1024

    package init() {}

    package static let standard = ServerLimits()
}
