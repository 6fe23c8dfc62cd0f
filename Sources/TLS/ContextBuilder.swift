internal import COpenSSL
internal import Glibc

/// Fills an `SSL_CTX`; what it has made is freed unless `finish` hands it over.
final class ContextBuilder {
    let pointer: OpaquePointer
    private var finished = false

    init(method: OpaquePointer?, minimumVersion: TLSVersion) throws {
        OpenSSLErrors.clear()
        guard let pointer = SSL_CTX_new(method) else { throw TLSError.unavailable(OpenSSLErrors.drain()) }
        self.pointer = pointer

        // No renegotiation (a peer could make us pay for handshakes), no compression (CRIME), our order of ciphers; a
        // truncated stream must stay an error, so IGNORE_UNEXPECTED_EOF stays off.
        partnership_SSL_CTX_set_options(pointer)
        // Idle connections give their 16 kB buffers back; writes may be partial and repeated from another address.
        partnership_SSL_CTX_set_modes(pointer)
        // Resumption is by ticket only: a shared session cache would be a lock between all event loops.
        partnership_SSL_CTX_set_session_cache_off(pointer)
        SSL_CTX_set_max_early_data(pointer, 0)

        let version = minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        try check(partnership_SSL_CTX_set_min_proto_version(pointer, version))
        try check(partnership_SSL_CTX_set_max_proto_version(pointer, TLS1_3_VERSION))
        try check(partnership_SSL_CTX_set1_groups_list(pointer, "X25519:P-256"))
        // Forward secrecy and authenticated encryption only. AES-128 first: SHA-256 keeps the handshake's key schedule
        // cheap, and nothing here needs to outlast 128 bits.
        try check(SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"))
        try check(
            SSL_CTX_set_ciphersuites(pointer, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"))
    }

    deinit {
        if !finished { SSL_CTX_free(pointer) }
    }

    /// Hands the context over: the caller frees it.
    func finish() -> OpaquePointer {
        finished = true
        return pointer
    }

    // MARK: Certificates

    /// Presents the chain and returns the earliest end of its validity, in seconds since 1970.
    func use(_ files: TLSCertificateFiles) throws -> Int64 {
        let path = files.certificateChainFile
        let chain = try PEMFile(path: path).certificates()
        let key = try PEMFile(path: files.privateKeyFile).privateKey()

        let expiry = try checkValidity(of: chain, path: path)
        for (index, certificate) in chain.enumerated().dropLast() {
            let issuer = chain[index + 1]
            guard X509_check_issued(issuer.pointer, certificate.pointer) == X509_V_OK else {
                OpenSSLErrors.clear()
                throw TLSError.file(
                    path: path, reason: "certificate \(index + 2) did not issue certificate \(index + 1): leaf first, then each issuer")
            }
        }

        OpenSSLErrors.clear()
        guard SSL_CTX_use_certificate(pointer, chain[0].pointer) == 1 else {
            throw TLSError.file(path: path, reason: OpenSSLErrors.drain())
        }
        for certificate in chain.dropFirst() {
            // add0 takes our reference only when it succeeds.
            X509_up_ref(certificate.pointer)
            guard partnership_SSL_CTX_add0_chain_cert(pointer, certificate.pointer) == 1 else {
                X509_free(certificate.pointer)
                throw TLSError.file(path: path, reason: OpenSSLErrors.drain())
            }
        }
        guard X509_check_private_key(chain[0].pointer, key.pointer) == 1 else {
            OpenSSLErrors.clear()
            throw TLSError.file(path: files.privateKeyFile, reason: "the private key does not belong to the certificate in \(path)")
        }
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1 else {
            throw TLSError.file(path: files.privateKeyFile, reason: OpenSSLErrors.drain())
        }
        return expiry
    }

    private func checkValidity(of chain: [Certificate], path: String) throws -> Int64 {
        let now = Int64(time(nil))
        var earliest = Int64.max
        for (index, certificate) in chain.enumerated() {
            guard let from = certificate.notBefore, let to = certificate.notAfter else {
                throw TLSError.file(path: path, reason: "certificate \(index + 1) has no readable validity")
            }
            guard now >= from else { throw TLSError.file(path: path, reason: "certificate \(index + 1) is not valid yet") }
            guard now <= to else { throw TLSError.file(path: path, reason: "certificate \(index + 1) has expired") }
            earliest = min(earliest, to)
        }
        return earliest
    }

    // MARK: Verification

    /// Server role. The session id context is set in any case: without it a resumed handshake with a client certificate
    /// dies with alert 80. It covers the accepted authorities, so a ticket never carries an authentication over to a
    /// context that would not have granted it.
    func ask(for certificates: TLSClientCertificates) throws {
        var policy: [UInt8] = []
        switch certificates {
        case .none:
            SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
        case .optional(let path):
            policy = [1] + (try accept(authorities: path))
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        case .required(let path):
            policy = [2] + (try accept(authorities: path))
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
        let identifier = OpenSSLDigest.sha256(policy)
        try check(SSL_CTX_set_session_id_context(pointer, identifier, UInt32(identifier.count)))
    }

    private func accept(authorities path: String) throws -> [UInt8] {
        let file = try PEMFile(path: path)
        let store = SSL_CTX_get_cert_store(pointer)
        for certificate in try file.certificates() {
            guard X509_STORE_add_cert(store, certificate.pointer) == 1, SSL_CTX_add_client_CA(pointer, certificate.pointer) == 1 else {
                throw TLSError.file(path: path, reason: OpenSSLErrors.drain())
            }
        }
        return file.bytes
    }

    /// Client role: verification is mandatory.
    func trust(_ roots: TLSTrustRoots) throws {
        switch roots {
        case .system:
            try check(SSL_CTX_set_default_verify_paths(pointer))
        case .file(let path):
            let store = SSL_CTX_get_cert_store(pointer)
            for certificate in try PEMFile(path: path).certificates() where X509_STORE_add_cert(store, certificate.pointer) != 1 {
                throw TLSError.file(path: path, reason: OpenSSLErrors.drain())
            }
        }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }

    // MARK: Resumption

    func resume(_ resumption: TLSResumption, ticketKeys: TicketKeys) throws {
        switch resumption {
        case .disabled:
            partnership_SSL_CTX_set_no_ticket(pointer)
            try check(SSL_CTX_set_num_tickets(pointer, 0))
        case .tickets(let lifetime):
            SSL_CTX_set_timeout(pointer, Int(max(1, lifetime.components.seconds)))
            var bytes = ticketKeys.bytes
            guard partnership_SSL_CTX_ticket_keys_length(pointer) == bytes.count else {
                throw TLSError.unavailable("unexpected length of the session ticket keys")
            }
            try check(partnership_SSL_CTX_set_ticket_keys(pointer, &bytes, bytes.count))
        }
    }

    // MARK: ALPN

    /// RFC 7301's list: each name after its length. Nil for no names. The caller deallocates.
    static func wireForm(_ names: [String]) throws -> UnsafeMutableBufferPointer<UInt8>? {
        var bytes: [UInt8] = []
        for name in names {
            guard (1...255).contains(name.utf8.count) else {
                throw TLSError.setting("an application protocol must have 1 to 255 bytes: “\(name)”")
            }
            bytes.append(UInt8(name.utf8.count))
            bytes.append(contentsOf: name.utf8)
        }
        guard !bytes.isEmpty else { return nil }
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = buffer.initialize(from: bytes)
        return buffer
    }

    private func check(_ result: Int32) throws {
        guard result == 1 else { throw TLSError.unavailable(OpenSSLErrors.drain()) }
    }
}

/// The keys that encrypt session tickets. Reloading certificates keeps them, so that clients still resume.
struct TicketKeys: Sendable {
    /// OpenSSL's layout: name, HMAC key, AES key.
    let bytes: [UInt8]
    let made: ContinuousClock.Instant

    /// Whoever steals a key can read the TLS 1.2 connections resumed under it, so none serves longer than this.
    static let lifetime = Duration.seconds(24 * 3600)

    static func random() -> TicketKeys {
        var bytes = [UInt8](repeating: 0, count: 80)
        precondition(RAND_bytes(&bytes, Int32(bytes.count)) == 1, "no randomness from OpenSSL")
        return TicketKeys(bytes: bytes, made: .now)
    }
}

enum OpenSSLDigest {
    static func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        let bytes = Array(bytes)
        SHA256(bytes, bytes.count, &digest)
        return digest
    }
}
