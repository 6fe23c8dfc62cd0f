import NIOCore

/// Finds the frames in the bytes of an HTTP/2 client, without keeping any: what kind each is, and whether one, or a header block, has
/// begun and not ended.
struct HTTP2FrameScanner {
    struct Frame {
        var length: Int
        var kind: UInt8
        var flags: UInt8

        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let settings: UInt8 = 4
        static let continuation: UInt8 = 9

        /// END_STREAM, of DATA and HEADERS.
        var endsStream: Bool { flags & 0x1 != 0 }
        /// END_HEADERS, of HEADERS and CONTINUATION.
        var endsBlock: Bool { flags & 0x4 != 0 }
    }

    private static let prefaceLength = 24
    private static let headerLength = 9

    /// Of the preface, later of a payload.
    private var toSkip = HTTP2FrameScanner.prefaceLength
    private var header: UInt64 = 0
    private var headerBytes = 0
    private var frame: Frame?
    private var frames = 0
    /// The number of the HEADERS frame whose block goes on.
    private var block: Int?

    /// What has begun and not ended, by number: the preface with its first frame, a header block, or a frame whose payload nobody waits for
    /// piece by piece as DATA is waited for. nil between two frames. Something else unfinished has another number.
    var unfinished: Int? {
        if frames == 0 { return 0 }
        if let block { return block }
        if headerBytes > 0 { return frames + 1 }
        guard toSkip > 0, frame?.kind != Frame.data else { return nil }
        return frames
    }

    /// - Parameter visit: gets each frame once its nine bytes are there.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ visit: (Frame) -> Void) {
        var position = 0
        while position < bytes.count {
            if toSkip > 0 {
                let count = min(toSkip, bytes.count - position)
                toSkip -= count
                position += count
                if toSkip == 0 { endOfPayload() }
                continue
            }
            // Length, kind and flags; whose stream it is doesn't matter here.
            if headerBytes < 5 { header = header << 8 | UInt64(bytes[position]) }
            headerBytes += 1
            position += 1
            guard headerBytes == Self.headerLength else { continue }
            let begun = Frame(length: Int(header >> 16), kind: UInt8(header >> 8 & 0xFF), flags: UInt8(header & 0xFF))
            header = 0
            headerBytes = 0
            frames += 1
            frame = begun
            toSkip = begun.length
            if begun.kind == Frame.headers { block = frames }
            visit(begun)
            if toSkip == 0 { endOfPayload() }
        }
    }

    private mutating func endOfPayload() {
        guard let frame, frame.kind == Frame.headers || frame.kind == Frame.continuation, frame.endsBlock else { return }
        block = nil
    }
}
