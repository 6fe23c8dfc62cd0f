import HTTPTypes
import NIOCore

/// Response parts → bytes of an HTTP/1 connection.
struct HTTP1Writer {
    /// Up to this size a body is copied behind its head: one write, one TLS record.
    static let largestInlineBody = 16 * 1024

    private var isChunked = false

    mutating func head(_ head: ResponseHead, bodySize: Int, allocator: ByteBufferAllocator) -> ByteBuffer {
        let inline = bodySize <= Self.largestInlineBody ? bodySize : 0
        isChunked = head.framing == .chunked
        // Gathered first: some fifty small writes to a ByteBuffer cost several times as much.
        var text: [UInt8] = []
        text.reserveCapacity(768)
        text += "HTTP/1.1 \(head.response.status.code) ".utf8
        text += head.response.status.reasonPhrase.utf8
        text += Self.lineEnd
        for field in head.response.headerFields {
            // Ours alone to say, and said below.
            if field.name == .connection || field.name == .transferEncoding { continue }
            text += field.name.rawName.utf8
            text.append(UInt8(ascii: ":"))
            text.append(Ascii.space)
            field.withUnsafeBytesOfValue { text += $0 }
            text.append(Ascii.carriageReturn)
            text.append(Ascii.lineFeed)
        }
        if head.closes { text += "Connection: close\r\n".utf8 }
        if isChunked { text += "Transfer-Encoding: chunked\r\n".utf8 }
        text += Self.lineEnd
        var bytes = allocator.buffer(capacity: text.count + inline)
        bytes.writeBytes(text)
        return bytes
    }

    private static let lineEnd: [UInt8] = [Ascii.carriageReturn, Ascii.lineFeed]

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
