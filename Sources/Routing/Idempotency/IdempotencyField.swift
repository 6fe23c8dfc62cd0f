import Core
import HTTPTypes

/// The field `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible characters, quoted or bare.
enum IdempotencyField {
    static let name = HTTPField.Name("Idempotency-Key")!
    private static let maximumLength = 255

    /// The key; nil when there is no such field. Throws 400 for one that is malformed or repeated.
    static func key(in headers: HTTPFields) throws(Problem) -> String? {
        guard let field = headers.value(name) else { return nil }
        let key = unquoted(field)
        guard let key, (1...maximumLength).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem.invalidParameters([
                FieldError(
                    parameter: name.rawName, code: "pattern",
                    detail: "must be 1 to \(maximumLength) visible ASCII characters, bare or in quotes, and be sent once")
            ])
        }
        return key
    }

    /// What a quoted string says (RFC 9651 §3.3.3), or the text itself when it isn't quoted; nil when the quoting is broken.
    private static func unquoted(_ field: String) -> String? {
        guard field.utf8.first == UInt8(ascii: "\"") else { return field }
        var key: [UInt8] = []
        var rest = field.utf8.dropFirst()[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return rest.isEmpty ? String(decoding: key, as: UTF8.self) : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else { return nil }
                key.append(escaped)
            default: key.append(byte)
            }
        }
        return nil
    }
}
