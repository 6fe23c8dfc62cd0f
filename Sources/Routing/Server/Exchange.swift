package import HTTPTypes
import NIOCore

/// Where a request came from; the same for all requests of a connection.
struct ConnectionOrigin: Sendable {
    var connection: OpenConnection
    var remoteAddress: String
    var isSecure: Bool
    var peerCertificate: HTTPServerRequest.PeerCertificate?
}

/// Everything a connection needs to answer: one value per server, shared by all.
struct ExchangeService: Sendable {
    let responder: any HTTPResponder
    let limits: ServerLimits
    let headers: CommonHeaders
    let compresses: Bool
    let accessLog: AccessLog?
    let metrics: ServerMetrics?
    let proxies: TrustedProxies

    struct Served {
        /// false when the connection or stream must be cut, because an answer was left incomplete.
        var isWhole: Bool
        /// To be released once the stream has ended; until then nobody knows whether the client took it.
        var unread = 0
    }

    /// Answers the requests of one connection or stream, in order, until it may carry no more.
    func serve(inbound: RequestReader.Inbound, outbound: RequestReader.Outbound, origin: ConnectionOrigin) async -> Served {
        let reader = RequestReader(inbound: inbound, outbound: outbound)
        while true {
            switch await reader.nextHead() {
            case .ended: return Served(isWhole: true)
            case .refused(let refusal): return Served(isWhole: await refuse(refusal, outbound: outbound, origin: origin))
            case .head(let head, let exchange):
                if !origin.connection.beginsAtOnce() {
                    guard await origin.connection.begin() else { return Served(isWhole: false) }
                }
                switch await answer(head, exchange: exchange, reader: reader, outbound: outbound, origin: origin) {
                case .next: continue
                case .last(let unread): return Served(isWhole: true, unread: unread)
                case .broken(let unread): return Served(isWhole: false, unread: unread)
                }
            }
        }
    }

    private enum Outcome {
        case next
        case last(unread: Int)
        case broken(unread: Int)
    }

    private func answer(
        _ head: RequestHead, exchange: Int, reader: RequestReader, outbound: RequestReader.Outbound, origin: ConnectionOrigin
    ) async -> Outcome {
        let started = ContinuousClock.now
        var fields = head.request.headerFields
        let usesCompressedTags = compresses && Compression.restoreTags(in: &fields)
        var request = HTTPServerRequest(
            head: head.request,
            body: HTTPRequestBody(
                backing: .connection(reader, exchange: exchange), declaredLength: head.bodyLength, limit: limits.bodySize),
            remoteAddress: proxies.client(of: origin.remoteAddress, fields), isSecure: origin.isSecure, version: head.version,
            peerCertificate: origin.peerCertificate,
            requestId: RequestID.accept(fields.value(.requestID)), trace: fields.value(.traceparent).flatMap(Traceparent.init) ?? .random(),
            record: RequestRecord())
        if usesCompressedTags { request.head.headerFields = fields }
        if request.head.scheme == nil { request.head.scheme = origin.isSecure ? "https" : "http" }

        metrics?.began()
        var response =
            if let preflight = headers.preflight(request.head) { preflight } else { await responder.respond(to: request) }
        if compresses, Compression.decide(&response, for: request.head, usesCompressedTags: usesCompressedTags) {
            response.body = await Compression.compressed(response.body)
        }
        headers.apply(to: &response, for: request)

        let closes = !head.keepsAlive || Self.asksToClose(response) || mustClose(reader.bodyState())
        let sender = ResponseSender(outbound: outbound, method: request.head.method, version: head.version, closes: closes)
        var status = response.status
        // Lasts as long as somebody listens, which says nothing about how fast the service is.
        let isOpenEnded = response.headers.value(.contentType) == Answer.eventStreamType
        // An open-ended answer is written event by event, and holds no more than its cost.
        var unread = limits.answerCost + (isOpenEnded ? 0 : response.body.heldBytes)
        origin.connection.made(unread)
        var sent: Int?
        do {
            sent = try await sender.send(response)
        } catch let failed as ResponseSender.NothingSent {
            // Not a byte has left, so the failure can still be the answer.
            var failure = responder.failure(failed.reason, of: request)
            headers.apply(to: &failure, for: request)
            status = failure.status
            sent = try? await sender.send(failure)
        } catch {}
        if head.version != .http2 {
            // Handed to the channel, which takes little more than the kernel does.
            origin.connection.taken(unread)
            unread = 0
        }
        report(request, status: status, bytes: sent, started: started, isOpenEnded: isOpenEnded)

        guard sent != nil else { return .broken(unread: unread) }
        if closes || head.version == .http2 { return .last(unread: unread) }
        if case .complete = reader.bodyState().state { return .next }
        return await reader.discardBody(limit: limits.discardedBody) ? .next : .broken(unread: 0)
    }

    private func refuse(_ refusal: TransportRefusal, outbound: RequestReader.Outbound, origin: ConnectionOrigin) async -> Bool {
        let started = ContinuousClock.now
        // The method is unknown, so the log has none either.
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let request = HTTPServerRequest(head: head, remoteAddress: origin.remoteAddress, isSecure: origin.isSecure)
        metrics?.began()
        var response = responder.refusal(refusal, requestId: request.requestId)
        headers.apply(to: &response, for: request)
        let status = response.status
        let sent = try? await ResponseSender(outbound: outbound, method: .get, version: .http11, closes: true).send(response)
        report(request, status: status, bytes: sent, started: started, isRefused: true)
        return sent != nil
    }

    /// Whether the rest of the body makes the connection unusable.
    private func mustClose(_ body: (state: RequestReader.BodyState, remaining: Int?, owesContinue: Bool)) -> Bool {
        switch body.state {
        case .complete: false
        case .failed: true
        // Whether a client that waits for 100 sends its body all the same nobody can know.
        case .unread, .reading: body.owesContinue || body.remaining.map { $0 > limits.discardedBody } ?? false
        }
    }

    private static func asksToClose(_ response: Response) -> Bool {
        guard let options = response.headers.value(.connection) else { return false }
        return FieldList.contains(options, "close")
    }

    private func report(
        _ request: HTTPServerRequest, status: HTTPResponse.Status, bytes: Int?, started: ContinuousClock.Instant, isRefused: Bool = false,
        isOpenEnded: Bool = false
    ) {
        let duration = ContinuousClock.now - started
        metrics?.ended(
            operation: request.record.operation, method: request.head.method, status: status, duration: isOpenEnded ? nil : duration,
            isWhole: bytes != nil)
        accessLog?.write(request, status: status, bytes: bytes, duration: duration, isRefused: isRefused)
    }
}

extension HTTPField.Name {
    package static let requestID = HTTPField.Name("Request-Id")!
    package static let traceparent = HTTPField.Name("traceparent")!
}
