import Core

/// Turns a resource into its column values, in declaration order. What isn't a scalar becomes JSON text.
final class RowEncoder: Encoder {
    private var values: [SQLValue] = []
    private var keys: [String] = []

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// One value per member; `columns` are the members' names, to check the order in debug builds.
    static func values(of resource: some Encodable, columns: [String]) throws -> [SQLValue] {
        let encoder = RowEncoder()
        encoder.values.reserveCapacity(columns.count)
        try resource.encode(to: encoder)
        assert(encoder.keys == columns, "members are not encoded in the order of the columns")
        return encoder.values
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Columns<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { preconditionFailure("a resource is encoded by its members") }
    func singleValueContainer() -> any SingleValueEncodingContainer { preconditionFailure("a resource is encoded by its members") }

    private func append(_ value: SQLValue, _ key: some CodingKey) {
        values.append(value)
        assert({ keys.append(key.stringValue) }() == ())
    }

    private struct Columns<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let encoder: RowEncoder
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) { encoder.append(.null, key) }
        func encode(_ value: String, forKey key: Key) { encoder.append(.text(value), key) }
        func encode(_ value: Int, forKey key: Key) { encoder.append(.integer(Int64(value)), key) }
        func encode(_ value: Int64, forKey key: Key) { encoder.append(.integer(value), key) }
        func encode(_ value: Double, forKey key: Key) { encoder.append(.real(value), key) }
        func encode(_ value: Bool, forKey key: Key) { encoder.append(.integer(value ? 1 : 0), key) }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            encoder.append(try RowEncoder.column(value), key)
        }

        // The defaults of these leave an absent value out; a column is never left out.
        func encodeIfPresent(_ value: String?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Int64?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Bool?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
            guard let value else { return encodeNil(forKey: key) }
            try encode(value, forKey: key)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            preconditionFailure("a resource is encoded by its members")
        }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            preconditionFailure("a resource is encoded by its members")
        }
        func superEncoder() -> any Encoder { encoder }
        func superEncoder(forKey key: Key) -> any Encoder { encoder }
    }

    private static func column(_ value: some Encodable) throws -> SQLValue {
        if let value = exactly(value, Instant.self) { return .text(value.description) }
        if let value = exactly(value, LocalDate.self) { return .text(value.description) }
        if let value = exactly(value, VersionTag.self) { return .text(value.description) }
        if let value = exactly(value, [String].self), value.isEmpty { return .json("[]") }
        // Enums and the like are one JSON scalar, everything else is kept as JSON text.
        let bytes = try JSONCodec.encode(value, capacity: 64)
        switch bytes.first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .json(String(decoding: bytes, as: UTF8.self))
        // The name of a case, with nothing to unescape.
        case UInt8(ascii: "\"") where !bytes.contains(UInt8(ascii: "\\")):
            return .text(String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self))
        default:
            guard let scalar = SQLValue(try JSON(parsing: bytes)) else { preconditionFailure("neither object nor array is a scalar") }
            return scalar
        }
    }
}
