/// The strong version tag of a stored row: `"7"` with its quotes, exactly as `If-Match` takes it.
///
/// It is the member `etag`, the column `etag` and (where every member is stored) the header `ETag`: one form in all layers.
package struct VersionTag: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Counts from 1, by one per change.
    package let number: Int64

    package static let first = VersionTag(number: 1)

    package init(number: Int64) {
        self.number = number
    }

    /// Parses `"7"`; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count >= 3, text.first == "\"", text.last == "\"" else { return nil }
        let digits = text.dropFirst().dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), digits.first != "0",
            let number = Int64(digits)
        else { return nil }
        self.number = number
    }

    package var next: VersionTag { VersionTag(number: number.addingSaturating(1)) }

    package var description: String { "\"\(number)\"" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let tag = VersionTag(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a version tag")
        }
        self = tag
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
