import Core
import Dispatch
import Domain
import GRDB

/// Dry runs that would keep others from writing: each on a copy of the database of its own, in a file without a name that is gone with it.
/// One after the other, so that there is room for it.
final class Rehearsals: Sendable {
    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "partnership.rehearsals")

    init(_ pool: DatabasePool) {
        self.pool = pool
    }

    /// Throws `diskFull` where there is no room for the copy, and whatever `body` throws.
    func run<Value: Sendable>(
        _ call: Call, _ now: @escaping @Sendable () -> Instant, _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                let began = ContinuousClock.now
                let result = Result { try self.perform(call, now, body) }
                call.cost.count(writer: ContinuousClock.now - began)
                continuation.resume(with: result)
            }
        }
    }

    private func perform<Value>(_ call: Call, _ now: () -> Instant, _ body: (WriteTransaction) throws -> Value) throws -> Value {
        // SQLite makes a file for a database without a name, where it makes its temporary ones.
        let copy = try DatabaseQueue(path: "", configuration: Self.configuration)
        defer { try? copy.close() }
        do {
            try pool.backup(to: copy)
        } catch let error as DatabaseError
            where [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN].contains(error.resultCode) && !error.tellsOfDamage
        {
            throw DomainError.diskFull
        }
        return try copy.inDatabase { database in
            try database.cached("BEGIN IMMEDIATE").run()
            let transaction = WriteTransaction(
                Connection(database), WriteBatch(nil, Remembered()), call: call, source: nil, now: now(), time: nil)
            return try body(transaction)
        }
    }

    private static var configuration: Configuration {
        var configuration = Store.configuration()
        // Nothing of it is kept, so nothing has to be finished, nor overwritten.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -16384; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF")
        }
        return configuration
    }
}
