internal import COpenSSL

/// HMAC-SHA256 (RFC 2104).
package enum HMAC {
    /// - Parameter key: any length; 32 random bytes are right.
    /// - Returns: 32 bytes.
    package static func sha256(_ message: some Sequence<UInt8>, key: some Sequence<UInt8>) -> [UInt8] {
        let key = Array(key)
        return message.withContiguousStorageIfAvailable { compute(UnsafeRawBufferPointer($0), key) }
            ?? Array(message).withUnsafeBytes { compute($0, key) }
    }

    private static func compute(_ message: UnsafeRawBufferPointer, _ key: [UInt8]) -> [UInt8] {
        guard let context = EVP_MAC_CTX_new(Algorithm.hmac) else { preconditionFailure("out of memory") }
        defer { EVP_MAC_CTX_free(context) }
        return [UInt8](unsafeUninitializedCapacity: Digest.length) { target, count in
            let done =
                partnership_EVP_MAC_init_sha256(context, key, key.count) == 1
                && EVP_MAC_update(context, message.baseAddress, message.count) == 1
                && EVP_MAC_final(context, target.baseAddress, &count, Digest.length) == 1
            precondition(done && count == Digest.length, "OpenSSL cannot compute HMAC-SHA256")
        }
    }
}

/// Compares secrets in a time that depends on their length only. Different lengths are unequal at once.
package func constantTimeEquals(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    let (one, other) = (Array(one), Array(other))
    return CRYPTO_memcmp(one, other, one.count) == 0
}

/// Bytes from OpenSSL's generator, which is seeded by the kernel.
package enum SecureRandom {
    /// Stops the process when there is no randomness: nothing that was asked for could be made safely.
    package static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0 && count <= Int(Int32.max), "a count of random bytes must fit 31 bits")
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            precondition(RAND_bytes(target.baseAddress, Int32(count)) == 1, "OpenSSL has no randomness")
            filled = count
        }
    }
}
