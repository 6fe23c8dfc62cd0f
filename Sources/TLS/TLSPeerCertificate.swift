internal import COpenSSL

/// What the peer's verified certificate says, for whoever decides what it may do.
package struct TLSPeerCertificate: Sendable, Hashable {
    /// RFC 2253, for logs: `CN=integration,O=Example Trust`. Never decide by it.
    package let subject: String
    /// SHA-256 of the DER SubjectPublicKeyInfo: stays the same when a certificate is renewed with its key.
    package let publicKeyDigest: [UInt8]
    package let dnsNames: [String]
    package let uris: [String]
    package let emailAddresses: [String]
    /// 4 or 16 bytes each.
    package let ipAddresses: [[UInt8]]
    /// End of validity in seconds since 1970.
    package let notAfter: Int64?

    init(_ certificate: Certificate) {
        OpenSSLErrors.clear()
        subject = Self.subject(of: certificate)
        publicKeyDigest = Self.publicKeyDigest(of: certificate)
        notAfter = certificate.notAfter

        var dnsNames: [String] = []
        var uris: [String] = []
        var emailAddresses: [String] = []
        var ipAddresses: [[UInt8]] = []
        if let extensionValue = X509_get_ext_d2i(certificate.pointer, NID_subject_alt_name, nil, nil) {
            let names = OpaquePointer(extensionValue)
            defer { GENERAL_NAMES_free(names) }
            for index in 0..<partnership_GENERAL_NAMES_count(names) {
                var type: Int32 = -1
                guard let value = GENERAL_NAME_get0_value(partnership_GENERAL_NAMES_value(names, index), &type) else { continue }
                switch type {
                case GEN_DNS: dnsNames.append(Self.text(value))
                case GEN_URI: uris.append(Self.text(value))
                case GEN_EMAIL: emailAddresses.append(Self.text(value))
                case GEN_IPADD: ipAddresses.append(Self.bytes(value))
                default: break
                }
            }
        }
        self.dnsNames = dnsNames
        self.uris = uris
        self.emailAddresses = emailAddresses
        self.ipAddresses = ipAddresses
        OpenSSLErrors.clear()
    }

    private static func subject(of certificate: Certificate) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        guard partnership_X509_NAME_print(bio, X509_get_subject_name(certificate.pointer)) >= 0 else { return "" }
        var text = [UInt8](repeating: 0, count: Int(BIO_ctrl_pending(bio)))
        let count = BIO_read(bio, &text, Int32(text.count))
        return count > 0 ? String(decoding: text[..<Int(count)], as: UTF8.self) : ""
    }

    private static func publicKeyDigest(of certificate: Certificate) -> [UInt8] {
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.pointer), &encoded)
        guard length > 0, let encoded else { return [] }
        defer { CRYPTO_free(encoded, #file, #line) }
        return OpenSSLDigest.sha256(UnsafeBufferPointer(start: encoded, count: Int(length)))
    }

    private static func bytes(_ value: UnsafeMutableRawPointer) -> [UInt8] {
        let string = value.assumingMemoryBound(to: ASN1_STRING.self)
        guard let data = ASN1_STRING_get0_data(string) else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(string))))
    }

    private static func text(_ value: UnsafeMutableRawPointer) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }
}
