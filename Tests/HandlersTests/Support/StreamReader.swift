import Core
import HTTPTypes
import NIOCore
import Routing
import Synchronization
import Testing

/// Reads a stream of events as it is written, without a socket.
final class StreamReader: Sendable {
    let status: Int
    let headers: HTTPFields
    private let inbox = Inbox()
    private let task: Task<Void, Never>

    init(_ response: Response) {
        status = response.status.code
        headers = response.headers
        task = Task { [inbox, body = response.body] in
            try? await body.write(inbox)
            inbox.state.withLock { $0.isOver = true }
        }
    }

    deinit { task.cancel() }

    var received: String { inbox.state.withLock(\.text) }
    private var isOver: Bool { inbox.state.withLock(\.isOver) }

    /// Reads on until this text has come; false when the stream ended without it.
    func wait(for part: String) async throws -> Bool {
        while !received.contains(part) {
            if isOver { return received.contains(part) }
            try await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    /// Reads on until the stream ends.
    func end() async throws {
        while !isOver { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// What came so far, by number: id, event and data of each.
    var events: [(id: Int64, type: String, data: JSON)] {
        received.split(separator: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n")
            guard lines.count == 3, let id = Int64(lines[0].dropFirst(4)), lines[0].hasPrefix("id: ") else { return nil }
            return (id, String(lines[1].dropFirst(7)), (try? JSON(parsing: Array(lines[2].dropFirst(6).utf8))) ?? .null)
        }
    }

    private final class Inbox: ResponseBodyWriter, Sendable {
        let state = Mutex((text: "", isOver: false))

        func write(_ buffer: ByteBuffer) async throws { state.withLock { $0.text += String(buffer: buffer) } }
        consuming func finish() async throws {}
    }
}
