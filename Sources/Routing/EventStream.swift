import HTTPTypes
import NIOCore

extension Answer {
    /// Hands events to the sink, which takes them no faster than the client does, until the stream is to end.
    package typealias Follow = @Sendable (_ sink: ([UInt8]) async throws -> Void) async throws -> Void

    static let eventStreamType = "text/event-stream"

    /// Server-sent events (HTML, section 9.2), with a word at both ends on when to connect again.
    package static func eventStream(_ follow: @escaping Follow) -> Answer {
        var answer = Answer.stream(contentType: eventStreamType) { writer in
            // Head and first line leave at once: the client knows that it is connected.
            try await writer.write(retry)
            try await follow { try await writer.write(ByteBuffer(bytes: $0)) }
            try await writer.write(retry)
            try await writer.finish()
        }
        // nginx and those like it gather answers otherwise.
        answer.headers[HTTPField.Name("X-Accel-Buffering")!] = "no"
        return answer
    }

    /// In milliseconds; spread, so that not everybody comes back at the same moment.
    private static var retry: ByteBuffer { ByteBuffer(string: "retry: \(Int.random(in: 2_000...5_000))\n\n") }
}
