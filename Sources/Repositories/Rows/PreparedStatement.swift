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
        try bind(arguments)
        defer { reset() }
        return try step() ? body(handle) : nil
    }

    /// Every row. The statement must not be used again within `body`.
    func eachRow(_ arguments: [SQLValue] = [], _ body: (OpaquePointer) throws -> Void) throws {
        try scan(arguments) { row in
            try body(row)
            return true
        }
    }

    /// Rows until `body` answers false.
    func scan(_ arguments: [SQLValue] = [], while body: (OpaquePointer) throws -> Bool) throws {
        try bind(arguments)
        defer { reset() }
        while try step() {
            guard try body(handle) else { return }
        }
    }

    private func bind(_ arguments: [SQLValue]) throws {
        assert(sqlite3_stmt_busy(handle) == 0, "a statement is used within itself")
        for (index, argument) in zip(Int32(1)..., arguments) {
            let code: Int32
            switch argument {
            case .null: code = sqlite3_bind_null(handle, index)
            case .integer(let value): code = sqlite3_bind_int64(handle, index, value)
            case .real(let value): code = sqlite3_bind_double(handle, index, value)
            case .text(var value), .json(var value):
                code = value.withUTF8 { utf8 in
                    // A nil base address would bind NULL in place of the empty text.
                    guard let base = utf8.baseAddress, !utf8.isEmpty else { return sqlite3_bind_text(handle, index, "", 0, nil) }
                    return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                        sqlite3_bind_text(handle, index, $0, Int32(utf8.count), Self.copying)
                    }
                }
            case .blob(let bytes):
                code =
                    bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0) : sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.copying)
            }
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

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

    /// SQLITE_TRANSIENT, which is a macro C keeps to itself.
    private static var copying: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
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
