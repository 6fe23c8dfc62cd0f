package import Core

/// The header `ETag`: strong where every member is stored, weak where members derive from the clock or other rows.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// As it stands in the header: `"7"`, `W/"7.1c8a0b9e2f4d6370"`.
    package let description: String

    package var isWeak: Bool { description.utf8.first == UInt8(ascii: "W") }

    init(verbatim: String) {
        description = verbatim
    }

    /// The strong tag of a stored version.
    package init(_ version: VersionTag) {
        description = version.description
    }

    /// `W/"7.<hash>"`: the stored version and a hash of the whole document.
    package static func weak(_ version: VersionTag, of document: [UInt8]) -> EntityTag {
        EntityTag(verbatim: "W/\"\(version.number).\(hex(document))\"")
    }

    /// `W/"<hash>"`, for documents without a version.
    package static func weak(of document: [UInt8]) -> EntityTag {
        EntityTag(verbatim: "W/\"\(hex(document))\"")
    }

    /// `"<hash>"`, for bytes that are always sent exactly as they are.
    package static func strong(of document: [UInt8]) -> EntityTag {
        EntityTag(verbatim: "\"\(hex(document))\"")
    }

    /// RFC 9110 §8.8.3.2, weak comparison.
    func matchesWeakly(_ other: EntityTag) -> Bool { opaque.elementsEqual(other.opaque) }

    /// Strong comparison: neither may be weak.
    func matchesStrongly(_ other: EntityTag) -> Bool { !isWeak && !other.isWeak && description == other.description }

    private var opaque: Substring.UTF8View { description[...].utf8.dropFirst(isWeak ? 2 : 0) }

    private static func hex(_ document: [UInt8]) -> String {
        let digits = String(ContentHash.of(document), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// A 64-bit hash of content, eight bytes at a time. It tells versions of one document apart; it is no protection against somebody
/// who wants two documents to look alike, and needs none: whoever writes a document can also write the other.
enum ContentHash {
    static func of(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { of($0) }
    }

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count) &* multiplier ^ seed
        var offset = 0
        while offset + 8 <= bytes.count {
            mix(&hash, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        mix(&hash, rest)
        mix(&hash, 0)
        return hash
    }

    private static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let multiplier: UInt64 = 0xD6E8_FEB8_6659_FD93

    private static func mix(_ hash: inout UInt64, _ word: UInt64) {
        // The product of all 128 bits folded to 64 lets every bit of the word reach every bit of the hash.
        let product = (hash ^ word ^ seed).multipliedFullWidth(by: multiplier)
        hash = product.high ^ product.low
    }
}
