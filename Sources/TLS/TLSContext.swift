internal import COpenSSL
internal import Glibc

/// An OpenSSL `SSL_CTX` with everything its callbacks need.
///
/// It is configured in `init` and never changed afterwards; OpenSSL counts its references atomically. That is why it may
/// cross threads: this is the target's only `@unchecked Sendable`. Building one reads files: not for an event loop.
package final class TLSContext: @unchecked Sendable {
    package enum Role: Sendable {
        case server
        case client
    }

    package let role: Role
    /// The earliest end of validity of any certificate this side presents, in seconds since 1970; nil without one.
    package let notAfter: Int64?
    package let handshakeTimeout: Duration
    package let shutdownTimeout: Duration

    let pointer: OpaquePointer
    /// Other contexts by server name. They live as long as this one, which the callback relies upon.
    private let serverNames: ServerNames?
    /// The ALPN list in wire form, server order; read by the callback.
    private let applicationProtocols: UnsafeMutableBufferPointer<UInt8>?

    deinit {
        SSL_CTX_free(pointer)
        applicationProtocols?.deallocate()
    }

    // MARK: Server

    /// - Throws: `TLSError` that names the file and the reason.
    package convenience init(server configuration: TLSServerConfiguration) throws {
        try self.init(server: configuration, ticketKeys: .random())
    }

    convenience init(server configuration: TLSServerConfiguration, ticketKeys: TicketKeys) throws {
        var others: [String: TLSContext] = [:]
        for (name, files) in configuration.additionalCertificates {
            guard !name.isEmpty else { throw TLSError.setting("a server name of an additional certificate is empty") }
            let context = try TLSContext(server: configuration, certificate: files, serverNames: nil, ticketKeys: ticketKeys)
            others[ServerNames.canonical(name)] = context
        }
        try self.init(
            server: configuration, certificate: configuration.certificate,
            serverNames: others.isEmpty ? nil : ServerNames(others), ticketKeys: ticketKeys)
    }

    private init(
        server configuration: TLSServerConfiguration, certificate files: TLSCertificateFiles, serverNames: ServerNames?,
        ticketKeys: TicketKeys
    ) throws {
        let builder = try ContextBuilder(method: TLS_server_method(), minimumVersion: configuration.minimumVersion)
        let expiry = try builder.use(files)
        try builder.ask(for: configuration.clientCertificates)
        try builder.resume(configuration.resumption, ticketKeys: ticketKeys)

        self.role = .server
        self.serverNames = serverNames
        self.notAfter = ([expiry] + (serverNames?.contexts.compactMap(\.notAfter) ?? [])).min()
        self.handshakeTimeout = configuration.handshakeTimeout
        self.shutdownTimeout = configuration.shutdownTimeout
        self.applicationProtocols = try ContextBuilder.wireForm(configuration.applicationProtocols)
        self.pointer = builder.finish()

        // The callbacks get this object unretained: every connection keeps its context, so it outlives every call.
        let this = Unmanaged.passUnretained(self).toOpaque()
        if applicationProtocols != nil { SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, this) }
        if serverNames != nil { partnership_SSL_CTX_set_servername_callback(pointer, selectCertificate, this) }
    }

    // MARK: Client

    /// - Throws: `TLSError` that names the file and the reason.
    package init(client configuration: TLSClientConfiguration) throws {
        let builder = try ContextBuilder(method: TLS_client_method(), minimumVersion: configuration.minimumVersion)
        try builder.trust(configuration.trustRoots)
        let expiry = try configuration.certificate.map { try builder.use($0) }
        let protocols = try ContextBuilder.wireForm(configuration.applicationProtocols)
        if let protocols { SSL_CTX_set_alpn_protos(builder.pointer, protocols.baseAddress, UInt32(protocols.count)) }

        self.role = .client
        self.serverNames = nil
        self.notAfter = expiry
        self.handshakeTimeout = configuration.handshakeTimeout
        self.shutdownTimeout = configuration.shutdownTimeout
        self.applicationProtocols = protocols
        self.pointer = builder.finish()
    }

    // MARK: Callbacks

    /// The first of the listener's protocols that the client offers, in wire form.
    fileprivate func selectedProtocol(offered: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard let applicationProtocols else { return nil }
        let own = UnsafeBufferPointer(applicationProtocols)
        var start = 0
        while start < own.count {
            let name = own.alpnName(at: start)
            var other = 0
            while other < offered.count, let candidate = offered.checkedALPNName(at: other) {
                if candidate.elementsEqual(name) { return UnsafeBufferPointer(rebasing: name) }
                other = candidate.endIndex
            }
            start = name.endIndex
        }
        return nil
    }

    fileprivate func context(serverName: String) -> TLSContext? {
        serverNames?.context(for: serverName)
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func alpnName(at index: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
        self[(index + 1)..<(index + 1 + Int(self[index]))]
    }

    /// Nil when the length byte points past the end: this list is the peer's.
    fileprivate func checkedALPNName(at index: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
        index + 1 + Int(self[index]) <= count ? alpnName(at: index) : nil
    }
}

/// ALPN belongs to the listener: selection in its order, and no overlap is the fatal alert 120 (RFC 7301 3.2) rather than
/// a connection whose protocol each side understands differently.
private func selectProtocol(
    _ ssl: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ outLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let out, let outLength, let offered, let argument else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let context = Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue()
    guard
        let selected = context.selectedProtocol(offered: UnsafeBufferPointer(start: offered, count: Int(offeredLength))),
        let name = selected.baseAddress
    else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    out.pointee = name
    outLength.pointee = UInt8(selected.count)
    return SSL_TLSEXT_ERR_OK
}

/// An unknown name gets the default certificate: the client decides whether that will do.
private func selectCertificate(
    _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<Int32>?, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let ssl, let argument, let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else { return SSL_TLSEXT_ERR_NOACK }
    let context = Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue()
    guard let other = context.context(serverName: String(cString: name)) else { return SSL_TLSEXT_ERR_OK }
    return SSL_set_SSL_CTX(ssl, other.pointer) == nil ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_OK
}

/// Contexts by server name: an exact name first, then a wildcard for the first label.
struct ServerNames: Sendable {
    private let byName: [String: TLSContext]

    init(_ byName: [String: TLSContext]) {
        self.byName = byName
    }

    var contexts: some Collection<TLSContext> { byName.values }

    func context(for name: String) -> TLSContext? {
        let name = Self.canonical(name)
        if let exact = byName[name] { return exact }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return byName["*" + name[dot...]]
    }

    /// Lower case without the final dot of a fully qualified name.
    static func canonical(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
