import GRDB

/// One unchanging state of the database for as long as it is held; others write meanwhile. Held for minutes at most: it keeps the log from
/// shrinking.
package struct StoreSnapshot: Sendable {
    let snapshot: DatabaseSnapshot

    package func read<Value: Sendable>(_ body: @Sendable (ReadTransaction) throws -> Value) async throws -> Value {
        try await snapshot.read { try body(ReadTransaction(Connection($0))) }
    }
}

extension Store {
    package func snapshot() throws -> StoreSnapshot { StoreSnapshot(snapshot: try pool.makeSnapshot()) }
}
