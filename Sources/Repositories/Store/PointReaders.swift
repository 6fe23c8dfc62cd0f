import GRDB
import Glibc
import Synchronization

/// Connections for reads that are done at once, on the calling thread: each thread that reads has one of its own.
///
/// Nobody waits for one. Callers block a worker thread while they read, so they must never wait for somebody who may need such a thread
/// to go on. And a connection that wandered between threads would leave its pages and statements behind in the other core's cache: fetching
/// them again costs several times as much as the read itself.
final class PointReaders: Sendable {
    private let path: String
    private let configuration: Configuration
    private let readers: Mutex<[pthread_t: DatabaseQueue]>

    init(path: String, configuration: Configuration) throws {
        self.path = path
        self.configuration = configuration
        // One is opened here, so that a file that can't be read is told at once.
        readers = Mutex([pthread_self(): try DatabaseQueue(path: path, configuration: configuration)])
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try reader().unsafeRead(body)
    }

    private func reader() throws -> DatabaseQueue {
        let thread = pthread_self()
        if let reader = readers.withLock({ $0[thread] }) { return reader }
        // Only this thread asks for its own.
        let reader = try DatabaseQueue(path: path, configuration: configuration)
        readers.withLock { $0[thread] = reader }
        return reader
    }

    /// Closes the connections. Nobody may be reading.
    func close() throws {
        for reader in readers.withLock({ $0.values }) { try reader.close() }
    }
}
