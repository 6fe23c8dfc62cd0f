import Core
import Cryptography

/// The field `Repr-Digest` (RFC 9530): a dictionary of digests, of which SHA-256 is read and written here.
package enum ReprDigest {
    /// The SHA-256 a client says its file has, 32 bytes; nil when it names other algorithms only, which are ignored.
    ///
    /// Throws `invalid` parameters for what is no such dictionary.
    package static func sha256(_ field: String) throws -> [UInt8]? {
        var found: [UInt8]?
        for member in field.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = MediaType.trim(member).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, MediaType.isToken(parts[0]), let bytes = bytes(parts[1]) else { throw malformed }
            guard parts[0] == "sha-256" else { continue }
            guard bytes.count == Digest.length else { throw malformed }
            found = bytes
        }
        return found
    }

    /// As the field gives a digest of 32 bytes.
    package static func field(_ sha256: [UInt8]) -> String { "sha-256=:\(Base64.encode(sha256)):" }

    /// A byte sequence of structured fields (RFC 9651): base 64 between colons.
    private static func bytes(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count >= 2, text.hasPrefix(":"), text.hasSuffix(":") else { return nil }
        return Base64.decode(text.dropFirst().dropLast())
    }

    private static var malformed: Problem {
        Problem.invalidParameters([
            FieldError(parameter: "Repr-Digest", code: "format", detail: "must be as in RFC 9530: sha-256=:…: with 32 bytes in base 64")
        ])
    }
}
