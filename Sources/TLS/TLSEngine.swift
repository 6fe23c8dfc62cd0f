internal import COpenSSL
internal import NIOCore

/// One OpenSSL `SSL` over ciphertext buffers. It knows nothing of channels; it belongs to one event loop.
final class TLSEngine {
    enum HandshakeResult {
        case finished
        case needsInput
        case failed(String)
    }

    enum ReadResult {
        /// Plaintext was appended; there may be more.
        case bytes
        case needsInput
        /// The peer's close_notify: no more plaintext will come.
        case ended
        case failed(String)
    }

    /// The largest plaintext of one record.
    static let largestRecord = 16384
    /// More than what a record adds to its plaintext: header, content type and tag, or the TLS 1.2 nonce.
    static let recordOverhead = 40

    let buffers: CiphertextBuffers
    private let ssl: OpaquePointer
    private let bio: OpaquePointer
    /// The callbacks of the `SSL_CTX` point to this object.
    private let context: TLSContext
    /// After a fatal error OpenSSL forbids every further call, SSL_shutdown too.
    private var broken = false

    /// - Parameter serverHostname: client role: the DNS name or IP address the certificate must be for.
    init(context: TLSContext, serverHostname: String?, allocator: ByteBufferAllocator) throws {
        OpenSSLErrors.clear()
        guard let ssl = SSL_new(context.pointer) else { throw TLSError.unavailable(OpenSSLErrors.drain()) }
        let buffers = CiphertextBuffers(allocator: allocator)
        guard let bio = CiphertextBIO.make(over: buffers) else {
            SSL_free(ssl)
            throw TLSError.unavailable(OpenSSLErrors.drain())
        }
        // Takes over the one reference we have.
        SSL_set_bio(ssl, bio, bio)
        self.ssl = ssl
        self.bio = bio
        self.buffers = buffers
        self.context = context

        switch context.role {
        case .server:
            SSL_set_accept_state(ssl)
        case .client:
            SSL_set_connect_state(ssl)
            guard let serverHostname else { throw TLSError.setting("a TLS client needs the name of its server") }
            try Self.expect(serverHostname, on: ssl)
        }
    }

    deinit {
        CiphertextBIO.detach(bio)
        SSL_free(ssl)
    }

    /// The certificate must name the server; an address is compared with the addresses in it and never sent as SNI.
    private static func expect(_ name: String, on ssl: OpaquePointer) throws {
        // An empty name or one with a NUL would switch the comparison off or cut it short.
        guard !name.isEmpty, !name.utf8.contains(0) else { throw TLSError.setting("the server's name is not a host name") }
        let parameters = SSL_get0_param(ssl)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
        OpenSSLErrors.clear()
        let host = name.hasSuffix(".") ? String(name.dropLast()) : name
        SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard !host.isEmpty, SSL_set1_host(ssl, host) == 1, partnership_SSL_set_tlsext_host_name(ssl, host) == 1 else {
            OpenSSLErrors.clear()
            throw TLSError.setting("the server's name is not a host name: “\(name)”")
        }
    }

    // MARK: Steps

    func handshake() -> HandshakeResult {
        OpenSSLErrors.clear()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return .finished }
        if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return .needsInput }
        return .failed(failure())
    }

    /// Appends the plaintext of at most one record.
    func read(into plaintext: inout ByteBuffer) -> ReadResult {
        OpenSSLErrors.clear()
        var result: Int32 = 0
        let wanted = max(256, min(Self.largestRecord, buffers.inboundBytes + Int(SSL_pending(ssl))))
        plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target in
            var count = 0
            result = SSL_read_ex(ssl, target.baseAddress, target.count, &count)
            return result == 1 ? count : 0
        }
        if result == 1 { return .bytes }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(failure())
        }
    }

    /// Whether another `read` could give something without new input; saves a fruitless call per request.
    var mayHaveMore: Bool { buffers.inbound != nil || SSL_has_pending(ssl) == 1 }

    /// Encrypts all of it into `buffers`.
    /// - Returns: the reason, if it failed.
    func write(_ plaintext: UnsafeRawBufferPointer) -> String? {
        var rest = plaintext
        while !rest.isEmpty {
            OpenSSLErrors.clear()
            var count = 0
            let result = SSL_write_ex(ssl, rest.baseAddress, rest.count, &count)
            // The BIO takes everything and renegotiation is off, so there is nothing a write could wait for.
            guard result == 1 else { return failure() }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return nil
    }

    /// Appends our close_notify to `buffers`. Once is enough; the peer's is found by `read`.
    func sendCloseNotify() {
        guard !broken else { return }
        OpenSSLErrors.clear()
        if SSL_shutdown(ssl) < 0 { OpenSSLErrors.clear() }
    }

    private func failure() -> String {
        broken = true
        let verification = SSL_get_verify_result(ssl)
        let reason = OpenSSLErrors.drain()
        guard verification != X509_V_OK, let text = X509_verify_cert_error_string(verification) else { return reason }
        return "\(reason): \(String(cString: text))"
    }

    // MARK: What was agreed

    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// `TLSv1.2` or `TLSv1.3`.
    var version: String { SSL_get_version(ssl).map { String(cString: $0) } ?? "" }

    var wasResumed: Bool { SSL_session_reused(ssl) == 1 }

    var peerCertificate: TLSPeerCertificate? {
        guard let pointer = SSL_get1_peer_certificate(ssl) else { return nil }
        return TLSPeerCertificate(Certificate(owning: pointer))
    }
}
