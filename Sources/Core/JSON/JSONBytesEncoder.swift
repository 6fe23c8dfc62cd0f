/// The encoder behind ``JSONCodec``: containers append to one shared writer, so members must be encoded one after the other
/// (synthesised conformances do). A container is closed when the next thing on the same level begins or its parent ends.
final class JSONBytesEncoder: Encoder {
    var writer: JSONWriter
    /// What is open, outermost last needed: true for an object, false for an array.
    private var open: [Bool] = []

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(capacity: Int) {
        writer = JSONWriter(reservingCapacity: capacity)
    }

    func write<Value: Encodable>(_ value: Value) throws {
        // The scalars come first: they are nearly every member.
        if let text = exactly(value, String.self) {
            writer.string(text)
        } else if let number = exactly(value, Int.self) {
            writer.integer(number)
        } else if let number = exactly(value, Int64.self) {
            writer.integer(number)
        } else if let number = exactly(value, Double.self) {
            try writeFinite(number)
        } else if let flag = exactly(value, Bool.self) {
            writer.bool(flag)
        } else if let tree = exactly(value, JSON.self) {
            tree.write(to: &writer)
        } else {
            let level = open.count
            try value.encode(to: self)
            close(to: level)
        }
    }

    func writeFinite(_ number: Double) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(number, .init(codingPath: [], debugDescription: "not a finite number"))
        }
        writer.double(number)
    }

    /// Opens an object or array and returns its level.
    func beginContainer(object: Bool) -> Int {
        object ? writer.beginObject() : writer.beginArray()
        open.append(object)
        return open.count
    }

    /// Closes everything deeper than `level`.
    func close(to level: Int) {
        while open.count > level {
            open.removeLast() ? writer.endObject() : writer.endArray()
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed<Key>(encoder: self, level: beginContainer(object: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        Unkeyed(encoder: self, level: beginContainer(object: false))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let encoder: JSONBytesEncoder
        let level: Int
        var codingPath: [any CodingKey] { [] }

        private func key(_ key: Key) {
            encoder.close(to: level)
            encoder.writer.key(key.stringValue)
        }

        func encodeNil(forKey key: Key) {
            self.key(key)
            encoder.writer.null()
        }

        func encode(_ value: String, forKey key: Key) {
            self.key(key)
            encoder.writer.string(value)
        }

        func encode(_ value: Int, forKey key: Key) {
            self.key(key)
            encoder.writer.integer(value)
        }

        func encode(_ value: Bool, forKey key: Key) {
            self.key(key)
            encoder.writer.bool(value)
        }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            self.key(key)
            try encoder.write(value)
        }

        // The defaults of these leave an absent value out; here it is written as null.
        func encodeIfPresent(_ value: String?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Bool?, forKey key: Key) { value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encodeOrNull(value, forKey: key) }
        func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try encodeOrNull(value, forKey: key) }
        func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try encodeOrNull(value, forKey: key) }

        private func encodeOrNull<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
            guard let value else { return encodeNil(forKey: key) }
            try encode(value, forKey: key)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            self.key(key)
            return encoder.container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            self.key(key)
            return encoder.unkeyedContainer()
        }

        func superEncoder() -> any Encoder { encoder }
        func superEncoder(forKey key: Key) -> any Encoder {
            self.key(key)
            return encoder
        }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let encoder: JSONBytesEncoder
        let level: Int
        var codingPath: [any CodingKey] { [] }
        var count = 0

        private mutating func element() {
            encoder.close(to: level)
            count += 1
        }

        mutating func encodeNil() {
            element()
            encoder.writer.null()
        }

        mutating func encode<Value: Encodable>(_ value: Value) throws {
            element()
            try encoder.write(value)
        }

        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            element()
            return encoder.container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            element()
            return encoder.unkeyedContainer()
        }

        mutating func superEncoder() -> any Encoder {
            element()
            return encoder
        }
    }

    private struct Single: SingleValueEncodingContainer {
        let encoder: JSONBytesEncoder
        var codingPath: [any CodingKey] { [] }

        func encodeNil() { encoder.writer.null() }
        func encode(_ value: String) { encoder.writer.string(value) }
        func encode<Value: Encodable>(_ value: Value) throws {
            // A number of another width reaches here as itself; encoding it again would not end.
            if let number = value as? any BinaryInteger {
                encoder.writer.integer(number)
            } else if let number = value as? Float {
                try encoder.writeFinite(Double(number))
            } else {
                try encoder.write(value)
            }
        }
    }
}

/// The value, if it is of exactly this type. To compare types costs next to nothing, where a cast that fails costs more than to encode most values.
@inline(__always)
package func exactly<Value, Wanted>(_ value: Value, _ type: Wanted.Type) -> Wanted? {
    Value.self == Wanted.self ? unsafeBitCast(value, to: Wanted.self) : nil
}
