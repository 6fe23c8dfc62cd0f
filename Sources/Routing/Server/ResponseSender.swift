import HTTPTypes
import NIOCore

/// Puts a response on the wire: as one piece when the body is known whole, else as it comes.
struct ResponseSender {
    /// A body that wrote more or less than it declared, or never finished: the client must not take it for whole.
    struct BrokenBody: Error {}

    /// A body that failed before anything was on the wire: another answer can take its place.
    struct NothingSent: Error {
        let reason: any Error
    }

    /// What is written at a time: the rest of a long body waits until the client has taken most of it.
    static let piece = 64 * 1024

    let outbound: RequestReader.Outbound
    let method: HTTPRequest.Method
    let version: HTTPServerRequest.ProtocolVersion
    let closes: Bool

    /// - Returns: bytes of the body sent.
    /// - Throws: ``NothingSent``; otherwise when the client is gone, the body failed or broke its promise, and the connection must be cut.
    func send(_ response: consuming Response) async throws -> Int {
        let status = response.status
        if status == .noContent || status == .notModified || status.kind == .informational {
            // RFC 9110 §8.6: no Content-Length on 204; on 304 only the one a 200 would have had, which nobody computed.
            response.headers[.contentLength] = nil
            try await outbound.write(.complete(head(response, .declared), ByteBuffer()))
            return 0
        }
        if method == .head {
            // Not even opened: an export or a stream would start for nothing.
            try await outbound.write(.complete(head(response, .declared), ByteBuffer()))
            return 0
        }
        let length = response.body.contentLength
        if length == 0 {
            try await outbound.write(.complete(head(response, .declared), ByteBuffer()))
            return 0
        }
        let transfer = Transfer(outbound: outbound, head: head(response, length == nil ? open : .declared), length: length)
        do {
            try await response.body.write(Writer(transfer: transfer))
            guard transfer.isFinished else { throw BrokenBody() }
        } catch {
            throw transfer.hasBegun ? error : NothingSent(reason: error)
        }
        return transfer.sent
    }

    private var open: ResponseHead.Framing { version == .http10 ? .untilClose : .chunked }

    private func head(_ response: borrowing Response, _ framing: ResponseHead.Framing) -> ResponseHead {
        ResponseHead(response: response.head, closes: closes, framing: framing)
    }

    /// One body on its way. Used by one task at a time: the writer is handed along, never shared.
    private final class Transfer {
        private enum State {
            /// Nothing sent: the head waits for the first piece.
            case waiting
            /// The whole body is in hand and waits for `finish`, so that head, body and end go out together.
            case whole(ByteBuffer)
            case streaming
            case finished
        }

        private let outbound: RequestReader.Outbound
        private let head: ResponseHead
        private let length: Int?
        private var state = State.waiting
        private(set) var sent = 0
        /// Whether anything was put on the wire, or tried to be.
        private(set) var hasBegun = false

        init(outbound: RequestReader.Outbound, head: ResponseHead, length: Int?) {
            self.outbound = outbound
            self.head = head
            self.length = length
        }

        var isFinished: Bool {
            if case .finished = state { return true }
            return false
        }

        func write(_ buffer: ByteBuffer) async throws {
            guard buffer.readableBytes > 0 else { return }
            sent += buffer.readableBytes
            if let length, sent > length { throw BrokenBody() }
            switch state {
            case .waiting where sent == length && buffer.readableBytes <= ResponseSender.piece: state = .whole(buffer)
            case .waiting:
                state = .streaming
                hasBegun = true
                var rest = buffer
                let first = rest.readSlice(length: min(rest.readableBytes, ResponseSender.piece)) ?? ByteBuffer()
                try await outbound.write(contentsOf: [.head(head), .body(first)])
                try await writePieces(rest)
            case .streaming: try await writePieces(buffer)
            case .whole, .finished: throw BrokenBody()
            }
        }

        private func writePieces(_ buffer: ByteBuffer) async throws {
            var rest = buffer
            while rest.readableBytes > 0, let piece = rest.readSlice(length: min(rest.readableBytes, ResponseSender.piece)) {
                try await outbound.write(.body(piece))
            }
        }

        func finish() async throws {
            if let length, sent != length { throw BrokenBody() }
            hasBegun = true
            switch state {
            case .whole(let buffer): try await outbound.write(.complete(head, buffer))
            case .waiting: try await outbound.write(contentsOf: [.head(head), .end])
            case .streaming: try await outbound.write(.end)
            case .finished: throw BrokenBody()
            }
            state = .finished
        }
    }

    private struct Writer: ResponseBodyWriter {
        let transfer: Transfer

        mutating func write(_ buffer: ByteBuffer) async throws {
            try await transfer.write(buffer)
        }

        /// Trailer fields aren't sent: hardly any client reads them, and none needs to here.
        consuming func finish() async throws {
            try await transfer.finish()
        }
    }
}
