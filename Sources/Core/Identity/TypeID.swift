import Cryptography

/// Ids as `sch_01h455vb4pex5vsknk084sn02q`: a prefix that names the type and 26 lower-case Crockford base32 characters of a UUIDv7.
///
/// Form: TypeID 0.3 (jetify-com/typeid); the UUID is version 7 of RFC 9562, so ids of one type sort by creation.
package enum TypeID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Whether a byte is of the alphabet: digits and lower case but for i, l, o and u.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    /// A new id. `prefix` is without the underscore.
    package static func make(_ prefix: String, at instant: Instant) -> String {
        var uuid = SecureRandom.bytes(16)
        let time = UInt64(bitPattern: instant.milliseconds)
        for index in 0..<6 { uuid[index] = UInt8(truncatingIfNeeded: time >> (40 - 8 * UInt64(index))) }
        uuid[6] = uuid[6] & 0x0F | 0x70
        uuid[8] = uuid[8] & 0x3F | 0x80
        return prefix + "_" + encode(uuid)
    }

    /// Whether `text` is an id of this prefix: lower case, 26 suffix characters, the first at most 7 (128 bits fit).
    package static func isValid(_ text: String, prefix: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count == prefix.utf8.count + 27, bytes.starts(with: prefix.utf8) else { return false }
        let rest = bytes.dropFirst(prefix.utf8.count)
        guard rest.first == UInt8(ascii: "_"), let first = rest.dropFirst().first, first <= UInt8(ascii: "7") else { return false }
        return rest.dropFirst().allSatisfy(isDigit)
    }

    static func encode(_ uuid: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            let high = uuid[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let low = uuid[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            var value = UInt128(high) << 64 | UInt128(low)
            for index in stride(from: 25, through: 0, by: -1) {
                buffer[index] = alphabet[Int(value & 31)]
                value >>= 5
            }
            return 26
        }
    }
}
