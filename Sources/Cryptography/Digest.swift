internal import COpenSSL

/// SHA-256 of bytes that are all there. For a stream of pieces, `SHA256`.
package enum Digest {
    /// The length of a SHA-256 digest in bytes.
    package static let length = 32

    /// - Returns: 32 bytes.
    package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.withContiguousStorageIfAvailable { sha256(UnsafeRawBufferPointer($0)) } ?? sha256(Array(bytes))
    }

    /// - Returns: 32 bytes.
    package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { target, count in
            let result = EVP_Digest(bytes.baseAddress, bytes.count, target.baseAddress, nil, Algorithm.sha256, nil)
            precondition(result == 1, "OpenSSL cannot compute SHA-256")
            count = length
        }
    }
}

/// SHA-256 of pieces: `update` as often as needed, then `finalize`, after which it starts anew.
/// Belongs to one task at a time.
package final class SHA256 {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        self.context = context
        start()
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func update(_ bytes: some Sequence<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update(UnsafeRawBufferPointer($0)) }) == nil { update(Array(bytes)) }
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "OpenSSL cannot compute SHA-256")
    }

    /// - Returns: 32 bytes: the digest of everything since `init` or the last `finalize`.
    package func finalize() -> [UInt8] {
        let digest = [UInt8](unsafeUninitializedCapacity: Digest.length) { target, count in
            precondition(EVP_DigestFinal_ex(context, target.baseAddress, nil) == 1, "OpenSSL cannot compute SHA-256")
            count = Digest.length
        }
        start()
        return digest
    }

    private func start() {
        precondition(EVP_DigestInit_ex2(context, Algorithm.sha256, nil) == 1, "OpenSSL cannot compute SHA-256")
    }
}

@available(*, unavailable)
extension SHA256: Sendable {}

/// Algorithms are looked up once: OpenSSL 3 searches its providers under a lock, and for a short input that costs more
/// than the digest.
enum Algorithm {
    // Reference counted by OpenSSL, never changed, never freed.
    nonisolated(unsafe) static let sha256: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { preconditionFailure("OpenSSL offers no SHA-256") }
        return algorithm
    }()

    nonisolated(unsafe) static let hmac: OpaquePointer = {
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { preconditionFailure("OpenSSL offers no HMAC") }
        return algorithm
    }()
}
