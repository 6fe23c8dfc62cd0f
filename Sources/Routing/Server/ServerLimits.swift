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

    /// Connections at once; at this number no further one is accepted until one closes. They wait in the backlog.
    package var connections = 4_096
    /// Not yet accepted connections the kernel keeps.
    package var backlog = 1_024
    /// Between two requests of a connection.
    package var idleTimeout = Duration.seconds(60)
    /// From the connection to the end of the TLS handshake.
    package var handshakeTimeout = Duration.seconds(10)
    /// How long a client may leave our answer unread (not one byte taken) before the connection is given up.
    package var writeStall = Duration.seconds(60)
    /// From the order to stop until connections still busy are cut.
    package var drainTimeout = Duration.seconds(25)

    // MARK: HTTP/2

    /// Streams a client may have open on one connection.
    package var concurrentStreams = 100
    /// Streams a client may reset within `resetWindow` before its connection is closed (rapid reset, CVE-2023-44487).
    package var resetStreams = 200
    /// See `resetStreams`.
    package var resetWindow = Duration.seconds(30)
    /// What a client may send on one stream before we have read it.
    package var streamWindow = 256 * 1024

    package init() {}

    package static let standard = ServerLimits()
}
