import HTTPTypes
import NIOCore

/// Bytes of an HTTP/1 connection → request parts.
///
/// Deliberately strict (RFC 9112 lets a server refuse what is ambiguous): CRLF only, no folded fields, no whitespace before the
/// colon, one `Host`, `Content-Length` or `Transfer-Encoding` but never both. Whoever smuggles requests lives on leniency.
/// After a refusal nothing further is parsed: where the next request would start is unknown.
struct HTTP1Parser {
    enum Event {
        case head(RequestHead)
        case body(ByteBuffer)
        case end
    }

    private enum State {
        /// `scanned` bytes of an incomplete head hold no end of head.
        case head(HeadScan)
        case sized(remaining: Int)
        case chunked(ChunkedBody)
        case end
        case failed
    }

    private let limits: ServerLimits
    private var state = State.head(HeadScan())
    private var buffer = ByteBuffer()

    init(limits: ServerLimits) {
        self.limits = limits
    }

    /// Whether a head has begun to arrive but isn't complete.
    var isInsideHead: Bool {
        guard case .head = state else { return false }
        return buffer.readableBytes > 0
    }

    /// Whether a body is still to come.
    var isInsideBody: Bool {
        switch state {
        case .sized, .chunked: true
        case .head, .end, .failed: false
        }
    }

    mutating func feed(_ bytes: ByteBuffer) {
        if case .failed = state { return }
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
    }

    /// The next part, or nil when more bytes are needed.
    mutating func next() throws(TransportRefusal) -> Event? {
        do {
            return try advance()
        } catch {
            state = .failed
            buffer = ByteBuffer()
            throw error
        }
    }

    private mutating func advance() throws(TransportRefusal) -> Event? {
        defer { if buffer.readableBytes == 0 { buffer = ByteBuffer() } }
        switch state {
        case .failed: return nil
        case .end:
            state = .head(HeadScan())
            return .end
        case .head(var scan):
            skipEmptyLines(scan)
            // A lone CR may be the first half of such an empty line.
            guard buffer.readableBytes > 1 || buffer.readableBytesView.first.map({ $0 != Ascii.carriageReturn }) == true else { return nil }
            guard let length = try scan.endOfHead(in: buffer, limits: limits) else {
                state = .head(scan)
                return nil
            }
            guard let bytes = buffer.readSlice(length: length) else { return nil }
            let (head, framing) = try HTTP1Head.parse(bytes, limits: limits)
            switch framing {
            case .none: state = .end
            case .sized(let count): state = .sized(remaining: count)
            case .chunked: state = .chunked(ChunkedBody())
            }
            return .head(head)
        case .sized(let remaining):
            let count = min(remaining, buffer.readableBytes)
            guard count > 0, let slice = buffer.readSlice(length: count) else { return nil }
            state = count == remaining ? .end : .sized(remaining: remaining - count)
            return .body(slice)
        case .chunked(var body):
            let data = try body.take(from: &buffer, limits: limits)
            state = body.isFinished ? .end : .chunked(body)
            if let data { return .body(data) }
            return body.isFinished ? try advance() : nil
        }
    }

    /// RFC 9112 §2.2: some clients send a stray CRLF behind a body.
    private mutating func skipEmptyLines(_ scan: HeadScan) {
        guard scan.isFresh else { return }
        while buffer.readableBytesView.starts(with: [Ascii.carriageReturn, Ascii.lineFeed]) { buffer.moveReaderIndex(forwardBy: 2) }
    }
}

enum Ascii {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")

    /// RFC 9110 `tchar`: what methods and field names are made of.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// What a field's value may be made of: no control characters but the tab (RFC 9110 §5.5).
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == tab }

    static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f }

    static func lowercase(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Whether `bytes` is `word` (lower case) in any case.
    static func equals(_ bytes: some Collection<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { expected in zip(bytes, expected).allSatisfy { lowercase($0) == $1 } }
    }
}

/// Looks for the end of a head that arrives in pieces without reading a byte twice, and stops early when it can only be too large.
struct HeadScan {
    private var scanned = 0
    private var lineStart = 0
    private var lines = 0
    /// Of the fields before the current line.
    private var fieldBytes = 0

    var isFresh: Bool { scanned == 0 }

    /// Length of the head with its empty line, or nil while it is incomplete.
    mutating func endOfHead(in buffer: ByteBuffer, limits: ServerLimits) throws(TransportRefusal) -> Int? {
        let view = buffer.readableBytesView
        if scanned == 0, let first = view.first, !Ascii.isToken(first) {
            throw .malformedRequest(reason: "The request does not begin with a method.")
        }
        let base = view.startIndex
        while let lineFeed = view[(base + scanned)...].firstIndex(of: Ascii.lineFeed) {
            let end = lineFeed - base
            guard end > lineStart, view[lineFeed - 1] == Ascii.carriageReturn else {
                throw .malformedRequest(reason: "A line of the request head does not end in CRLF.")
            }
            let length = end - 1 - lineStart
            if length == 0 { return end + 1 }
            try check(length, limits: limits)
            if lines > 0 { fieldBytes += max(0, length - Self.separator) }
            lines += 1
            scanned = end + 1
            lineStart = scanned
        }
        scanned = view.count
        // The line so far; its last byte may be the CR that ends it.
        try check(scanned - lineStart - 1, limits: limits)
        return nil
    }

    /// Colon and space belong to neither name nor value.
    private static let separator = 2
    /// Method and version with their spaces, at most.
    private static let aroundTarget = 42

    private func check(_ length: Int, limits: ServerLimits) throws(TransportRefusal) {
        guard length > 0 else { return }
        if lines == 0 {
            if length > limits.targetSize + Self.aroundTarget { throw .uriTooLong(limit: limits.targetSize) }
            return
        }
        let size = length - Self.separator
        if lines > limits.headerCount { throw .headersTooLarge(reason: "More than \(limits.headerCount) header fields.") }
        if size > limits.headerFieldSize {
            throw .headersTooLarge(reason: "A header field is larger than \(limits.headerFieldSize) bytes.")
        }
        if fieldBytes + size > limits.headerListSize {
            throw .headersTooLarge(reason: "The header fields are larger than \(limits.headerListSize) bytes together.")
        }
    }
}
