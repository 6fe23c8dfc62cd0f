import Core
import Cryptography

/// The secret of an API token: `ptn_`, 43 characters of base64url (256 random bits) and six characters of checksum.
///
/// The prefix lets scanners find leaked ones, the checksum tells a mistyped one without asking the database.
package enum TokenSecret {
    package static let prefix = "ptn_"
    private static let randomLength = 43
    private static let checksumLength = 6

    package static func make() -> String {
        let random = prefix + Base64URL.encode(SecureRandom.bytes(32))
        return random + checksum(of: random)
    }

    /// Whether `text` has the form of a secret; says nothing about whether such a token exists.
    package static func isWellFormed(_ text: String) -> Bool {
        guard text.utf8.count == prefix.utf8.count + randomLength + checksumLength, text.hasPrefix(prefix) else { return false }
        return text.hasSuffix(checksum(of: String(text.dropLast(checksumLength))))
    }

    /// What is stored: SHA-256 as lower-case hex. 256 random bits need no salt and no slow hash.
    package static func digest(_ secret: String) -> String {
        Hex.encode(Digest.sha256(Array(secret.utf8)))
    }

    private static func checksum(of text: String) -> String {
        String(Base64URL.encode(Digest.sha256(Array(text.utf8))).prefix(checksumLength))
    }
}
