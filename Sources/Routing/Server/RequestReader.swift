import NIOCore
import Synchronization

/// The inbound side of one connection (or HTTP/2 stream), shared between the loop that takes heads off it and the body of
/// the request in progress.
///
/// The underlying iterator allows one reader at a time. The mutex hands out that right; a body that outlives its request gets
/// `disconnected` instead of bytes of the next request.
final class RequestReader: @unchecked Sendable {
    typealias Inbound = NIOAsyncChannelInboundStream<InboundPart>
    typealias Outbound = NIOAsyncChannelOutboundWriter<OutboundPart>

    enum Arrival {
        case head(RequestHead, exchange: Int)
        case refused(TransportRefusal)
        /// The client is done, or gone.
        case ended
    }

    /// How far the body of the current request has been read.
    enum BodyState: Sendable, Equatable {
        case unread
        case reading
        case complete
        case failed(RequestBodyError)
    }

    private struct State {
        var exchange = 0
        var body = BodyState.complete
        var isReading = false
        var owesContinue = false
        /// Bytes still announced; nil when the client doesn't say.
        var remaining: Int?
    }

    private let state = Mutex(State())
    /// Touched only by whoever set `isReading`.
    private var iterator: Inbound.AsyncIterator
    private let outbound: Outbound

    init(inbound: Inbound, outbound: Outbound) {
        iterator = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Waits for the next request. Called by the connection's loop only.
    func nextHead() async -> Arrival {
        guard claim() else { return .ended }
        defer { release() }
        guard let part = try? await iterator.next(isolation: nil) else { return .ended }
        switch part {
        case .head(let head):
            let exchange = state.withLock { state in
                state.exchange += 1
                state.body = head.bodyLength == 0 ? .complete : .unread
                state.remaining = head.bodyLength
                state.owesContinue = head.expectsContinue
                return state.exchange
            }
            return .head(head, exchange: exchange)
        case .refused(let refusal): return .refused(refusal)
        // Neither can come here: the handlers send nothing but whole requests.
        case .body, .end: return .ended
        }
    }

    /// The next piece of the body; nil at its end.
    func nextBodyBuffer(exchange: Int) async throws(RequestBodyError) -> ByteBuffer? {
        enum Entry {
            case done
            case failed(RequestBodyError)
            case go(owesContinue: Bool)
        }
        let entry: Entry = state.withLock { state in
            guard state.exchange == exchange, !state.isReading else { return .failed(.disconnected) }
            switch state.body {
            case .complete: return .done
            case .failed(let error): return .failed(error)
            case .unread, .reading:
                state.body = .reading
                state.isReading = true
                defer { state.owesContinue = false }
                return .go(owesContinue: state.owesContinue)
            }
        }
        switch entry {
        case .done: return nil
        case .failed(let error): throw error
        case .go(let owesContinue):
            defer { release() }
            if owesContinue { try? await outbound.write(.goOn) }
            return try await readPart()
        }
    }

    /// How the body stands once the response is decided.
    func bodyState() -> (state: BodyState, remaining: Int?, owesContinue: Bool) {
        state.withLock { ($0.body, $0.remaining, $0.owesContinue) }
    }

    /// Reads what the responder left of the body and throws it away.
    /// - Returns: false when the connection can't be used further: more than `limit` bytes, an error, or a body still being read.
    func discardBody(limit: Int) async -> Bool {
        let exchange = state.withLock { state in
            // From here on the request's own body is cut off.
            state.exchange += 1
            return state.exchange
        }
        var discarded = 0
        do {
            while let buffer = try await nextBodyBuffer(exchange: exchange) {
                discarded += buffer.readableBytes
                if discarded > limit { return false }
            }
            return true
        } catch {
            return false
        }
    }

    private func readPart() async throws(RequestBodyError) -> ByteBuffer? {
        let part: InboundPart?
        do { part = try await iterator.next(isolation: nil) } catch { part = nil }
        switch part {
        case .body(let buffer):
            state.withLock { state in state.remaining = state.remaining.map { max(0, $0 - buffer.readableBytes) } }
            return buffer
        case .end:
            state.withLock { $0.body = .complete }
            return nil
        case .refused(.requestTimeout): throw fail(.timedOut)
        case .refused(let refusal): throw fail(.malformed(reason: refusal.detail))
        case .head, nil: throw fail(.disconnected)
        }
    }

    private func fail(_ error: RequestBodyError) -> RequestBodyError {
        state.withLock { $0.body = .failed(error) }
        return error
    }

    private func claim() -> Bool {
        state.withLock { state in
            if state.isReading { return false }
            state.isReading = true
            return true
        }
    }

    private func release() {
        state.withLock { $0.isReading = false }
    }
}
