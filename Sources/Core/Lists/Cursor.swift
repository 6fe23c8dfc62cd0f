import Cryptography

/// Where the next page starts: the sort values and the id of the last row, bound to the filters and sort it was made for.
///
/// On the wire it is opaque base64url text. It is not a secret and grants nothing: a forged one starts the page elsewhere.
package struct Cursor: Hashable, Sendable {
    /// Names filters and sort: a cursor of another list is refused.
    package var fingerprint: String
    /// One per sort key, then the id.
    package var values: [JSON]

    package init(fingerprint: String, values: [JSON]) {
        self.fingerprint = fingerprint
        self.values = values
    }

    package var encoded: String {
        Base64URL.encode(JSON.array([.string(fingerprint)] + values).bytes)
    }

    /// nil when it is none of ours.
    package init?(encoded: String) {
        guard let bytes = Base64URL.decode(encoded), let tree = try? JSON(parsing: bytes, maximumDepth: 2), let elements = tree.arrayValue,
            elements.count >= 2, let fingerprint = elements[0].stringValue, elements.last?.stringValue != nil
        else { return nil }
        self.init(fingerprint: fingerprint, values: Array(elements.dropFirst()))
    }
}
