/// The lowest protocol version a context accepts. Nothing below TLS 1.2 exists here.
package enum TLSVersion: Sendable {
    case tls12
    case tls13
}

/// A PEM certificate chain, leaf first, and the PEM private key of the leaf.
package struct TLSCertificateFiles: Sendable, Hashable {
    package var certificateChainFile: String
    package var privateKeyFile: String

    package init(certificateChainFile: String, privateKeyFile: String) {
        self.certificateChainFile = certificateChainFile
        self.privateKeyFile = privateKeyFile
    }
}

/// Whether a server asks its clients for a certificate. `caFile` is a PEM file of the authorities it accepts.
package enum TLSClientCertificates: Sendable, Hashable {
    case none
    /// Asked for; a client without one is served, a client with a bad one is refused.
    case optional(caFile: String)
    /// Without a good one there is no connection.
    case required(caFile: String)

    var caFile: String? {
        switch self {
        case .none: nil
        case .optional(let file), .required(let file): file
        }
    }
}

/// Session resumption is stateless: everything is in the ticket the client keeps.
package enum TLSResumption: Sendable {
    case disabled
    /// Tickets are accepted for this long. Their keys are replaced after a day by `TLSContextStore.watch`.
    case tickets(lifetime: Duration)
}

/// What a listener is given. Paths are opened when a context is built and again at each reload.
package struct TLSServerConfiguration: Sendable {
    /// For clients that name no server, or one that is not in `additionalCertificates`.
    package var certificate: TLSCertificateFiles
    /// By server name (SNI): `example.org`, or `*.example.org` for exactly one label. Compared without case.
    package var additionalCertificates: [String: TLSCertificateFiles]
    /// In the listener's order of preference. Empty means that ALPN is not answered.
    package var applicationProtocols: [String]
    package var clientCertificates: TLSClientCertificates
    package var minimumVersion: TLSVersion
    package var resumption: TLSResumption
    /// From the connection's start to the end of the handshake.
    package var handshakeTimeout: Duration
    /// How long a closing connection waits for the peer's close_notify.
    package var shutdownTimeout: Duration

    package init(
        certificateChainFile: String,
        privateKeyFile: String,
        additionalCertificates: [String: TLSCertificateFiles] = [:],
        applicationProtocols: [String] = ["h2", "http/1.1"],
        clientCertificates: TLSClientCertificates = .none,
        minimumVersion: TLSVersion = .tls12,
        resumption: TLSResumption = .tickets(lifetime: .seconds(3600)),
        handshakeTimeout: Duration = .seconds(10),
        shutdownTimeout: Duration = .seconds(5)
    ) {
        self.certificate = TLSCertificateFiles(certificateChainFile: certificateChainFile, privateKeyFile: privateKeyFile)
        self.additionalCertificates = additionalCertificates
        self.applicationProtocols = applicationProtocols
        self.clientCertificates = clientCertificates
        self.minimumVersion = minimumVersion
        self.resumption = resumption
        self.handshakeTimeout = handshakeTimeout
        self.shutdownTimeout = shutdownTimeout
    }
}

/// Whom a client believes. There is no setting to believe everybody.
package enum TLSTrustRoots: Sendable {
    /// The operating system's authorities.
    case system
    /// A PEM file of authorities, instead of the system's.
    case file(String)
}

/// What an outgoing connection is given.
package struct TLSClientConfiguration: Sendable {
    package var trustRoots: TLSTrustRoots
    /// Offered in this order. Empty means that ALPN is not offered.
    package var applicationProtocols: [String]
    /// Presented when the server asks for one.
    package var certificate: TLSCertificateFiles?
    package var minimumVersion: TLSVersion
    package var handshakeTimeout: Duration
    package var shutdownTimeout: Duration

    package init(
        trustRoots: TLSTrustRoots = .system,
        applicationProtocols: [String] = ["http/1.1"],
        certificate: TLSCertificateFiles? = nil,
        minimumVersion: TLSVersion = .tls12,
        handshakeTimeout: Duration = .seconds(10),
        shutdownTimeout: Duration = .seconds(5)
    ) {
        self.trustRoots = trustRoots
        self.applicationProtocols = applicationProtocols
        self.certificate = certificate
        self.minimumVersion = minimumVersion
        self.handshakeTimeout = handshakeTimeout
        self.shutdownTimeout = shutdownTimeout
    }
}
