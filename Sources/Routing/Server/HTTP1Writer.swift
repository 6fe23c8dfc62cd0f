import HTTPTypes
import NIOCore

/// Response parts → bytes of an HTTP/1 connection.
struct HTTP1Writer {
    /// Up to this size a body is copied behind its head: one write, one TLS record.
    static let largestInlineBody = 16 * 1024

    private var isChunked = false

    mutating func head(_ head: ResponseHead, bodySize: Int, allocator: ByteBufferAllocator) -> ByteBuffer {
        let inline = bodySize <= Self.largestInlineBody ? bodySize : 0
        var bytes = allocator.buffer(capacity: 768 + inline)
        bytes.writeStaticString("HTTP/1.1 ")
        bytes.writeString(String(head.response.status.code))
        bytes.writeStaticString(" ")
        bytes.writeString(head.response.status.reasonPhrase)
        bytes.writeStaticString("\r\n")
        for field in head.response.headerFields {
            // Ours alone to say, and said below.
            if field.name == .connection || field.name == .transferEncoding { continue }
            bytes.writeString(field.name.rawName)
            bytes.writeStaticString(": ")
            _ = field.withUnsafeBytesOfValue { bytes.writeBytes($0) }
            bytes.writeStaticString("\r\n")
        }
        if head.closes { bytes.writeStaticString("Connection: close\r\n") }
        isChunked = head.framing == .chunked
        if isChunked { bytes.writeStaticString("Transfer-Encoding: chunked\r\n") }
        bytes.writeStaticString("\r\n")
        return bytes
    }

    func body(_ body: ByteBuffer, allocator: ByteBufferAllocator) -> ByteBuffer {
        guard isChunked else { return body }
        var chunk = allocator.buffer(capacity: body.readableBytes + 20)
        chunk.writeString(String(body.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeImmutableBuffer(body)
        chunk.writeStaticString("\r\n")
        return chunk
    }

    func end() -> ByteBuffer {
        isChunked ? ByteBuffer(string: "0\r\n\r\n") : ByteBuffer()
    }
}
