import Core
import GRDB
import GRDBSQLite

/// A statement that GRDB prepared (and cached), bound and stepped directly on SQLite.
///
/// GRDB's own execution tracks regions and copies the SQL text each time, which costs more than a point read does.
struct PreparedStatement {
    /// Keeps the handle alive.
    private let statement: Statement
    let handle: OpaquePointer

    fileprivate init(_ statement: Statement) {
        self.statement = statement
        handle = statement.sqliteStatement
    }

    /// Runs to the end and ignores rows.
    func run(_ arguments: [SQLValue] = []) throws {
        try eachRow(arguments) { _ in }
    }

    /// The first row, read by `body`; nil when there is none.
    func first<Value>(_ arguments: [SQLValue] = [], read body: (OpaquePointer) throws -> Value) throws -> Value? {
        try withBound(arguments) { try step() ? body(handle) : nil }
    }

    /// Every row. The statement must not be used again within `body`.
    func eachRow(_ arguments: [SQLValue] = [], _ body: (OpaquePointer) throws -> Void) throws {
        try withBound(arguments) { while try step() { try body(handle) } }
    }

    /// Rows until `body` answers false.
    func scan(_ arguments: [SQLValue] = [], while body: (OpaquePointer) throws -> Bool) throws {
        try withBound(arguments) { while try step(), try body(handle) {} }
    }

    /// Texts and blobs are laid out once, side by side, and bound where they lie: SQLite would else allocate a copy of each.
    private func withBound<Value>(_ arguments: [SQLValue], _ body: () throws -> Value) throws -> Value {
        assert(sqlite3_stmt_busy(handle) == 0, "a statement is used within itself")
        var bytes: [UInt8] = []
        for argument in arguments {
            switch argument {
            case .text(let text), .json(let text): bytes += text.utf8
            case .blob(let blob): bytes += blob
            case .null, .integer, .real: break
            }
        }
        return try bytes.withUnsafeBytes { bytes in
            defer { reset() }
            try bind(arguments, bytes)
            return try body()
        }
    }

    private func bind(_ arguments: [SQLValue], _ bytes: UnsafeRawBufferPointer) throws {
        var offset = 0
        // Never nil, which would bind NULL in place of what is empty.
        func next(_ count: Int) -> UnsafeRawPointer {
            defer { offset += count }
            return bytes.baseAddress.map { $0 + offset } ?? Self.nothing
        }
        for (index, argument) in zip(Int32(1)..., arguments) {
            let code: Int32
            switch argument {
            case .null: code = sqlite3_bind_null(handle, index)
            case .integer(let value): code = sqlite3_bind_int64(handle, index, value)
            case .real(let value): code = sqlite3_bind_double(handle, index, value)
            case .text(let text), .json(let text):
                let count = text.utf8.count
                code = sqlite3_bind_text(handle, index, next(count).assumingMemoryBound(to: CChar.self), Int32(count), nil)
            case .blob(let blob): code = sqlite3_bind_blob(handle, index, next(blob.count), Int32(blob.count), nil)
            }
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    nonisolated(unsafe) private static let nothing = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        // The reading task was cancelled; a write never is.
        case SQLITE_INTERRUPT: throw CancellationError()
        case let code: throw failure(code)
        }
    }

    private func reset() {
        // The code repeats the error of the last step, which was thrown already.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))), sql: statement.sql)
    }
}

extension Database {
    /// Prepares once per connection. Only for SQL of which there are few texts: the cache never forgets one.
    func cached(_ sql: String) throws -> PreparedStatement { PreparedStatement(try cachedStatement(sql: sql)) }

    func prepared(_ sql: String) throws -> PreparedStatement { PreparedStatement(try makeStatement(sql: sql)) }

    /// The row id of the last insert on this connection.
    var lastRowID: Int64 { sqlite3_last_insert_rowid(sqliteConnection) }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes(sqliteConnection)) }
}

/// Reading columns of the current row.
extension OpaquePointer {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self, column) }

    func double(_ column: Int32) -> Double { sqlite3_column_double(self, column) }

    /// The empty string for NULL.
    func text(_ column: Int32) -> String { String(decoding: utf8(column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// The bytes of a text; valid until the next step.
    func utf8(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        // The text first, then its length: SQLite's documented order.
        let start = sqlite3_column_text(self, column)
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(self, column)))
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(self, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(self, column))))
    }

    /// A version as stored, `"7"` with its quotes. Read from the bytes: a page reads fifty of them and little else.
    func versionTag(_ column: Int32) throws -> VersionTag {
        let bytes = utf8(column)
        var number: Int64 = 0
        guard bytes.count >= 3, bytes.count <= 20, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") else {
            throw unreadable(column, "a version")
        }
        for byte in bytes[1..<(bytes.count - 1)] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw unreadable(column, "a version") }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return VersionTag(number: number)
    }

    func instant(_ column: Int32) throws -> Instant {
        guard let instant = Instant(text(column)) else { throw unreadable(column, "an instant") }
        return instant
    }

    /// What a damaged column is reported as.
    func unreadable(_ column: Int32, _ expected: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "\(columnName(column)) is not \(expected): \(text(column))"))
    }

    /// A scalar as JSON.
    func json(_ column: Int32) -> JSON {
        switch sqlite3_column_type(self, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .double(double(column))
        default: .string(text(column))
        }
    }

    func columnName(_ column: Int32) -> String { String(cString: sqlite3_column_name(self, column)) }
}
