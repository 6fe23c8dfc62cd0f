package import NIOCore

/// Why a body can't be read to its end. After any of these the connection is closed behind the answer.
package enum RequestBodyError: Error, Hashable, Sendable {
    /// More than `limit` bytes, by declaration or by count.
    case tooLarge(limit: Int)
    /// The client sends more slowly than the limits allow.
    case timedOut
    /// The framing is broken; `reason` is fit for the caller's eyes.
    case malformed(reason: String)
    /// The client went away in the middle.
    case disconnected

    /// What to answer.
    package var refusal: TransportRefusal {
        switch self {
        case .tooLarge(let limit): .contentTooLarge(limit: limit)
        case .timedOut: .requestTimeout
        case .malformed(let reason): .malformedRequest(reason: reason)
        case .disconnected: .malformedRequest(reason: "The body ended before its declared length.")
        }
    }
}

/// The body of a request: an async sequence of buffers, read once, bounded by `limit`.
///
/// Nothing is read from the client, and no `100 Continue` sent, before the first element is asked for.
/// A request without a body is an empty sequence.
package struct HTTPRequestBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer
    package typealias Failure = RequestBodyError

    enum Backing: Sendable {
        case buffer(ByteBuffer)
        case connection(RequestReader, exchange: Int)
    }

    let backing: Backing
    /// Bytes the client announced (`Content-Length`); nil when it streams in chunks, 0 without a body.
    package let declaredLength: Int?
    /// The most bytes that will be read.
    package private(set) var limit: Int
    private var observer: BodyObserver?

    init(backing: Backing, declaredLength: Int?, limit: Int) {
        self.backing = backing
        self.declaredLength = declaredLength
        self.limit = limit
    }

    /// A body already in memory, for requests made inside the process.
    package init(buffer: ByteBuffer = ByteBuffer(), limit: Int = ServerLimits.standard.bodySize) {
        self.init(backing: .buffer(buffer), declaredLength: buffer.readableBytes, limit: limit)
    }

    /// Whether the request has no body at all (known without reading).
    package var isEmpty: Bool { declaredLength == 0 }

    /// The same body with another limit in bytes, for the operations that differ from the default.
    package func limited(to limit: Int) -> HTTPRequestBody {
        var body = self
        body.limit = limit
        return body
    }

    /// The same body, whose pieces `observer` sees as well, after those that see it already.
    func observed(_ observer: BodyObserver) -> HTTPRequestBody {
        var body = self
        body.observer = self.observer.map { $0.followed(by: observer) } ?? observer
        return body
    }

    /// The whole body. One that is declared too large is refused before a byte is read.
    package func collect() async throws(RequestBodyError) -> ByteBuffer {
        var iterator = makeAsyncIterator()
        guard var whole = try await iterator.next(isolation: nil) else { return ByteBuffer() }
        while var next = try await iterator.next(isolation: nil) { whole.writeBuffer(&next) }
        return whole
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private let body: HTTPRequestBody
        private var received = 0
        private var finished = false

        init(body: HTTPRequestBody) {
            self.body = body
        }

        package mutating func next() async throws(RequestBodyError) -> ByteBuffer? {
            try await next(isolation: nil)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(RequestBodyError) -> ByteBuffer? {
            if finished { return nil }
            if let declared = body.declaredLength, declared > body.limit { throw .tooLarge(limit: body.limit) }
            let buffer: ByteBuffer?
            switch body.backing {
            case .buffer(let whole):
                buffer = received == 0 && whole.readableBytes > 0 ? whole : nil
            case .connection(let reader, let exchange):
                buffer = try await reader.nextBodyBuffer(exchange: exchange)
            }
            guard let buffer else {
                finished = true
                body.observer?.end()
                return nil
            }
            received += buffer.readableBytes
            if received > body.limit { throw .tooLarge(limit: body.limit) }
            if let observer = body.observer { buffer.withUnsafeReadableBytes(observer.piece) }
            return buffer
        }
    }
}

extension HTTPRequestBody {
    /// The same body as plain byte sequences, for layers that don't know about the network.
    package var chunks: AsyncMapSequence<HTTPRequestBody, ByteBufferView> { map(\.readableBytesView) }
}

/// Sees the body of a request as it is read.
struct BodyObserver: Sendable {
    let piece: @Sendable (UnsafeRawBufferPointer) -> Void
    /// The body is complete.
    let end: @Sendable () -> Void

    init(piece: @escaping @Sendable (UnsafeRawBufferPointer) -> Void, end: @escaping @Sendable () -> Void = {}) {
        self.piece = piece
        self.end = end
    }

    fileprivate func followed(by other: BodyObserver) -> BodyObserver {
        BodyObserver {
            piece($0)
            other.piece($0)
        } end: {
            end()
            other.end()
        }
    }
}
