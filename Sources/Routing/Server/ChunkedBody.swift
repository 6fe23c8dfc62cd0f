import NIOCore

/// The chunked transfer coding (RFC 9112 §7.1), decoded. Extensions and trailer fields are bounded, checked for form and dropped:
/// nothing in this service gives them a meaning.
struct ChunkedBody {
    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
        case finished
    }

    /// A size line with its extension; no honest client comes near.
    private static let longestSizeLine = 256

    private var state = State.size
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0

    var isFinished: Bool {
        if case .finished = state { return true }
        return false
    }

    /// Everything that can be decoded now, in one buffer, so that a flood of tiny chunks doesn't become a flood of parts.
    mutating func take(from buffer: inout ByteBuffer, limits: ServerLimits) throws(TransportRefusal) -> ByteBuffer? {
        var data: ByteBuffer?
        while true {
            switch state {
            case .finished: return data
            case .size:
                guard let line = try Self.line(from: &buffer, limit: Self.longestSizeLine) else { return data }
                let size = try parseSize(line, limits: limits)
                state = size == 0 ? .trailers : .data(remaining: size)
            case .data(let remaining):
                let count = min(remaining, buffer.readableBytes)
                guard count > 0, let slice = buffer.readSlice(length: count) else { return data }
                if data == nil { data = slice } else { data?.writeImmutableBuffer(slice) }
                state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                guard buffer.readableBytes >= 2 else { return data }
                guard buffer.readInteger(as: UInt16.self) == 0x0d0a else {
                    throw .malformedRequest(reason: "A chunk is longer than its size says.")
                }
                state = .size
            case .trailers:
                guard let line = try Self.line(from: &buffer, limit: limits.headerFieldSize) else { return data }
                if line.isEmpty {
                    state = .finished
                    return data
                }
                trailerBytes += line.count
                trailerCount += 1
                guard trailerBytes <= limits.headerListSize, trailerCount <= limits.headerCount else {
                    throw .headersTooLarge(reason: "The trailer fields are too large.")
                }
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex, line[..<colon].allSatisfy(Ascii.isToken)
                else { throw .malformedRequest(reason: "A trailer field is malformed.") }
                guard line[colon...].allSatisfy(Ascii.isFieldValue) else {
                    throw .malformedRequest(reason: "The value of a trailer field has control characters.")
                }
            }
        }
    }

    private mutating func parseSize(_ line: ByteBufferView, limits: ServerLimits) throws(TransportRefusal) -> Int {
        var size = 0
        var digits = 0
        for byte in line {
            guard let value = Character(UnicodeScalar(byte)).hexDigitValue else { break }
            size = size << 4 | value
            digits += 1
            // 15 digits can't overflow.
            guard digits <= 15 else { throw .malformedRequest(reason: "A chunk size is out of range.") }
        }
        guard digits > 0 else { throw .malformedRequest(reason: "A chunk does not begin with its size.") }
        let rest = line.dropFirst(digits)
        extensionBytes += rest.count
        guard extensionBytes <= limits.headerFieldSize else { throw .malformedRequest(reason: "The chunk extensions are too large.") }
        guard let first = rest.first(where: { $0 != Ascii.space && $0 != Ascii.tab }) else { return size }
        guard first == UInt8(ascii: ";"), rest.allSatisfy({ Ascii.isVisible($0) || $0 == Ascii.space || $0 == Ascii.tab }) else {
            throw .malformedRequest(reason: "A chunk size is malformed.")
        }
        return size
    }

    /// A line without its CRLF, taken from the buffer; nil while it is incomplete.
    private static func line(from buffer: inout ByteBuffer, limit: Int) throws(TransportRefusal) -> ByteBufferView? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(limit + 2).firstIndex(of: Ascii.lineFeed) else {
            if view.count >= limit + 2 { throw .malformedRequest(reason: "A line of the chunked body is too long.") }
            return nil
        }
        guard end > view.startIndex, view[end - 1] == Ascii.carriageReturn else {
            throw .malformedRequest(reason: "A line of the chunked body does not end in CRLF.")
        }
        buffer.moveReaderIndex(to: end + 1)
        return view[..<(end - 1)]
    }
}
