package import OrderedCollections

/// A JSON value as a tree; objects keep the order of their members.
package enum JSON: Hashable, Sendable {
    package typealias Object = OrderedDictionary<String, JSON>

    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number; always finite.
    case double(Double)
    case string(String)
    case array([JSON])
    case object(Object)

    /// The member of an object; nil when absent or when this isn't an object.
    package subscript(member: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[member]
    }

    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var arrayValue: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    package var objectValue: Object? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// Merge patch (RFC 7396): members of `patch` replace, null removes, objects merge.
    package func merging(patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members = objectValue ?? [:]
        for (name, change) in changes {
            if change == .null {
                members.removeValue(forKey: name)
            } else {
                members[name] = (members[name] ?? .null).merging(patch: change)
            }
        }
        return .object(members)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// The last of two equal keys wins.
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements) { _, last in last }) }
}

extension JSON: Codable {
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? JSONTreeDecoder else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a JSON tree is only read from JSON"))
        }
        self = decoder.tree
    }

    package func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? JSONBytesEncoder else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "a JSON tree is only written to JSON"))
        }
        write(to: &encoder.writer)
    }
}
