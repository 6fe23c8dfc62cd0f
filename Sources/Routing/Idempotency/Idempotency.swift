package import Core
import HTTPTypes

/// The answer kept under a key, and the fingerprint of the request it was given to; nil for what is not known any more.
package typealias FindKeptAnswer = @Sendable (IdempotencyKey) throws -> (fingerprint: [UInt8]?, answer: KeptAnswer)?

/// Carries out each request with an `Idempotency-Key` once, however often it is sent; refusals aren't kept, so those may be tried again.
struct Idempotency: Sendable {
    /// The longest body that any operation takes with a key.
    private static let maximumBody = 32 << 20

    private let find: FindKeptAnswer
    private let gate = IdempotencyGate()

    init(_ find: @escaping FindKeptAnswer) {
        self.find = find
    }

    /// The key of a request that has one and to which it applies. A dry run leaves nothing, and has nothing to find.
    func key(of exchange: Exchange, _ method: HTTPRequest.Method, path: String) throws(Problem) -> IdempotencyKey? {
        guard method == .post || method == .patch, let key = try IdempotencyField.key(in: exchange.headers), !exchange.call.dryRun else {
            return nil
        }
        return IdempotencyKey(principal: exchange.call.actor.id, method: method.rawValue, path: path, key: key)
    }

    /// - Parameters:
    ///   - query: as sent.
    ///   - replay: answers with what is kept.
    ///   - perform: carries the request out.
    func once<Result>(
        _ key: IdempotencyKey, query: String, _ exchange: Exchange, replay: (KeptAnswer) async throws -> Result,
        perform: (Exchange) async throws -> Result
    ) async throws -> Result {
        let pass = try await gate.enter(key)
        defer { pass.leave() }
        // A request sent again has the same tag; with another one it is a decision made anew.
        let fingerprint = Fingerprint(query + "\n" + (exchange.headers.value(.ifMatch) ?? ""))
        var exchange = exchange
        exchange.stream = exchange.stream.observed(BodyObserver(piece: fingerprint.update, end: pass.arrived))
        if exchange.stream.isEmpty { pass.arrived() }
        if let kept = try find(key) {
            // It is only looked up from here on, which many may do at once.
            pass.leave()
            return try await answer(exchange, kept, fingerprint, replay)
        }
        exchange.repeatable = Repeatable(key: key, fingerprint: fingerprint)
        do {
            return try await perform(exchange)
        } catch is AnswerAlreadyKept {
            guard let kept = try find(key) else { throw Problem.unavailable(retryAfter: 1) }
            return try await answer(exchange, kept, fingerprint, replay)
        } catch is KeyOfAnotherRequest {
            throw Self.reused
        }
    }

    private static var reused: Problem {
        Problem(.idempotencyKeyReused, "This Idempotency-Key came with another request before. A new request needs a new key.")
    }

    private func answer<Result>(
        _ exchange: Exchange, _ kept: (fingerprint: [UInt8]?, answer: KeptAnswer), _ fingerprint: Fingerprint,
        _ replay: (KeptAnswer) async throws -> Result
    ) async throws -> Result {
        // Whether it is the same request only its whole body tells.
        if !fingerprint.isComplete {
            for try await _ in exchange.stream.limited(to: min(exchange.stream.limit, Self.maximumBody)) {}
        }
        guard kept.fingerprint == nil || kept.fingerprint == fingerprint.value else {
            throw Self.reused
        }
        return try await replay(kept.answer)
    }
}

/// A request that may come again.
struct Repeatable: Sendable {
    let key: IdempotencyKey
    let fingerprint: Fingerprint
}

extension HTTPField.Name {
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
