internal import COpenSSL
internal import Glibc

/// One reference to an OpenSSL `X509`.
final class Certificate {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }

    /// The end of validity in seconds since 1970.
    var notAfter: Int64? { Self.seconds(X509_get0_notAfter(pointer)) }

    /// The start of validity in seconds since 1970.
    var notBefore: Int64? { Self.seconds(X509_get0_notBefore(pointer)) }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts))
    }
}

/// One reference to an OpenSSL `EVP_PKEY`.
final class PrivateKey {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }
}

/// A file's bytes, read once, so that what is checked is what is used even while somebody replaces it.
struct PEMFile {
    let path: String
    let bytes: [UInt8]

    /// Chains and authority bundles are far below this; a wrong path to something huge is refused early.
    private static let largest = 4 << 20

    init(path: String) throws {
        // Non-blocking, so that a FIFO in the file's place is refused instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw TLSError.file(path: path, reason: Self.text(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw TLSError.file(path: path, reason: Self.text(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw TLSError.file(path: path, reason: "not a regular file") }
        guard status.st_size <= Self.largest else { throw TLSError.file(path: path, reason: "too large for a PEM file") }

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw TLSError.file(path: path, reason: Self.text(errno)) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= Self.largest else { throw TLSError.file(path: path, reason: "too large for a PEM file") }
        }
        guard !bytes.isEmpty else { throw TLSError.file(path: path, reason: "is empty") }
        self.path = path
        self.bytes = bytes
    }

    /// All certificates in the file's order; at least one.
    func certificates() throws -> [Certificate] {
        try withBIO { bio in
            var certificates: [Certificate] = []
            while let pointer = PEM_read_bio_X509(bio, nil, refusePassword, nil) {
                certificates.append(Certificate(owning: pointer))
            }
            // The loop always ends with an error; only “no start line” after the last certificate is a normal end.
            let last = ERR_peek_last_error()
            let ended = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE
            let reason = OpenSSLErrors.drain()
            guard ended else {
                throw TLSError.file(path: path, reason: "certificate \(certificates.count + 1) cannot be read: \(reason)")
            }
            guard !certificates.isEmpty else { throw TLSError.file(path: path, reason: "contains no PEM certificate") }
            return certificates
        }
    }

    func privateKey() throws -> PrivateKey {
        try withBIO { bio in
            if let pointer = PEM_read_bio_PrivateKey(bio, nil, refusePassword, nil) { return PrivateKey(owning: pointer) }
            let reason = OpenSSLErrors.drain()
            if contains("ENCRYPTED") {
                throw TLSError.file(path: path, reason: "the private key is encrypted; a key without a pass phrase is needed")
            }
            if !contains("PRIVATE KEY-----") { throw TLSError.file(path: path, reason: "contains no PEM private key") }
            throw TLSError.file(path: path, reason: "the private key cannot be read: \(reason)")
        }
    }

    private func withBIO<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        OpenSSLErrors.clear()
        return try bytes.withUnsafeBytes { raw in
            guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else {
                throw TLSError.unavailable(OpenSSLErrors.drain())
            }
            defer { BIO_free(bio) }
            return try body(bio)
        }
    }

    private func contains(_ text: StaticString) -> Bool {
        let wanted = text.withUTF8Buffer { Array($0) }
        return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
    }

    private static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}

/// OpenSSL's own callback would ask on the terminal and stop the service there.
private func refusePassword(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    -1
}

/// What tells a replaced file from the one that was read: an atomic rename changes the inode, an overwrite the times or
/// the size. Nil members mean that there is no such file now.
struct FileFingerprint: Equatable, Sendable {
    private var inode: UInt?
    private var device: UInt?
    private var size: Int?
    private var modified: [Int]?

    init(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        inode = UInt(status.st_ino)
        device = UInt(status.st_dev)
        size = Int(status.st_size)
        modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
