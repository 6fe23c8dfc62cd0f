import Core
import GRDBSQLite
import OrderedCollections

/// Reads Codable values from rows by position: the SELECT lists the members in declaration order, and synthesised conformances ask for
/// them in that order, so no column is ever looked up by name.
///
/// One decoder serves all rows of a statement. Scalars are columns; what isn't a scalar (arrays, nested structs) is JSON text.
final class RowDecoder: Decoder {
    private let row: OpaquePointer
    /// The next column to read.
    private var column: Int32 = 0
    /// Whether the row's own container was handed out: a further one belongs to a nested value.
    private var isInsideRow = false
    /// Values of members that take the place of those in the row.
    private let replacements: JSON.Object

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(row: OpaquePointer, replacing members: JSON.Object = [:]) {
        self.row = row
        replacements = members
    }

    /// The current row's value; its columns come first in the row.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        column = 0
        isInsideRow = false
        return try Value(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if isInsideRow { return try nested().container(keyedBy: type) }
        isInsideRow = true
        return KeyedDecodingContainer(Columns<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try nested().unkeyedContainer() }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    /// A decoder for the JSON text in the current column.
    private func nested() throws -> any Decoder {
        guard !row.isNull(column) else { throw missing(JSON.self) }
        return try JSONCodec.decode(CapturedDecoder.self, from: JSON(parsing: Array(row.utf8(column)))).decoder
    }

    private func missing<Value>(_ type: Value.Type) -> DecodingError {
        .valueNotFound(type, .init(codingPath: [], debugDescription: "column \(row.columnName(column)) is NULL"))
    }

    /// Lets a nested value read itself from Core's JSON decoder.
    private struct CapturedDecoder: Decodable {
        let decoder: any Decoder
        init(from decoder: any Decoder) { self.decoder = decoder }
    }

    private struct Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: RowDecoder
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        private func check(_ key: Key) {
            assert(decoder.row.columnName(decoder.column) == key.stringValue, "columns are not in the order of the members")
        }

        private func skipIfNull(_ key: Key) -> Bool {
            check(key)
            guard decoder.row.isNull(decoder.column) else { return false }
            decoder.column += 1
            return true
        }

        /// The value that takes the place of the column's, which is passed over.
        private func replacement(_ key: Key) -> JSON? {
            guard !decoder.replacements.isEmpty, let value = decoder.replacements[key.stringValue] else { return nil }
            check(key)
            decoder.column += 1
            return value
        }

        func contains(_ key: Key) -> Bool { true }

        func decodeNil(forKey key: Key) -> Bool {
            if let value = decoder.replacements[key.stringValue] { return value == .null && replacement(key) != nil }
            return skipIfNull(key)
        }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            if let value = replacement(key) { return try JSONCodec.decode(type, from: value) }
            check(key)
            let value = try decoder.scalarOrNested(type)
            decoder.column += 1
            return value
        }

        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
            decodeNil(forKey: key) ? nil : try decode(type, forKey: key)
        }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
            decodeNil(forKey: key) ? nil : try decode(type, forKey: key)
        }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
            decodeNil(forKey: key) ? nil : try decode(type, forKey: key)
        }
        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
            decodeNil(forKey: key) ? nil : try decode(type, forKey: key)
        }
        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            decodeNil(forKey: key) ? nil : try decode(type, forKey: key)
        }

        func decode(_ type: String.Type, forKey key: Key) throws -> String {
            if let value = replacement(key) { return try JSONCodec.decode(type, from: value) }
            check(key)
            let value = try decoder.decode(type)
            decoder.column += 1
            return value
        }

        func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
            if let value = replacement(key) { return try JSONCodec.decode(type, from: value) }
            check(key)
            let value = try decoder.decode(type)
            decoder.column += 1
            return value
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            check(key)
            defer { decoder.column += 1 }
            return try decoder.nested().container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            check(key)
            defer { decoder.column += 1 }
            return try decoder.nested().unkeyedContainer()
        }

        func superDecoder() -> any Decoder { decoder }
        func superDecoder(forKey key: Key) -> any Decoder { decoder }
    }

    private func scalarOrNested<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // A member that can be any scalar is what SQLite keeps in the column.
        if type == JSON.self, let scalar = row.json(column) as? Value { return scalar }
        // Most lists of a resource are empty.
        if type == [String].self, row.utf8(column).elementsEqual("[]".utf8), let empty = [String]() as? Value { return empty }
        return try Value(from: self)
    }
}

/// The current column as a scalar.
extension RowDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { row.isNull(column) }

    func decode(_ type: String.Type) throws -> String {
        guard !row.isNull(column) else { throw missing(type) }
        return row.text(column)
    }

    func decode(_ type: Bool.Type) throws -> Bool { try decode(Int64.self) != 0 }

    func decode(_ type: Double.Type) throws -> Double {
        guard !row.isNull(column) else { throw missing(type) }
        return row.double(column)
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    func decode(_ type: Int64.Type) throws -> Int64 {
        guard !row.isNull(column) else { throw missing(type) }
        return row.integer(column)
    }

    func decode(_ type: Int.Type) throws -> Int { Int(try decode(Int64.self)) }
    func decode(_ type: Int8.Type) throws -> Int8 { try narrow() }
    func decode(_ type: Int16.Type) throws -> Int16 { try narrow() }
    func decode(_ type: Int32.Type) throws -> Int32 { try narrow() }
    func decode(_ type: UInt.Type) throws -> UInt { try narrow() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try narrow() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try narrow() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try narrow() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try narrow() }

    private func narrow<Value: BinaryInteger>() throws -> Value {
        guard let value = Value(exactly: try decode(Int64.self)) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "column \(row.columnName(column)) is out of range"))
        }
        return value
    }
}
