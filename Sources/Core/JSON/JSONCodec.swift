/// Codable to JSON and back, for every resource alike.
package enum JSONCodec {
    /// Bytes with every member present: an optional without a value is written as null.
    package static func encode(_ value: some Encodable) throws -> [UInt8] { try encode(value, capacity: 1024) }

    /// - Parameter capacity: how many bytes it will probably take.
    package static func encode(_ value: some Encodable, capacity: Int) throws -> [UInt8] {
        let encoder = JSONBytesEncoder(capacity: capacity)
        try encoder.write(value)
        return encoder.writer.bytes
    }

    /// The same as a tree.
    package static func tree(_ value: some Encodable) throws -> JSON {
        try JSON(parsing: encode(value))
    }

    /// Absent and null are the same to an optional member. Throws `DecodingError` with the path of what doesn't fit.
    package static func decode<Value: Decodable>(_ type: Value.Type, from tree: JSON) throws -> Value {
        try JSONTreeDecoder(tree: tree, codingPath: []).unbox(type)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, fromBytes bytes: [UInt8]) throws -> Value {
        try decode(type, from: JSON(parsing: bytes))
    }
}
