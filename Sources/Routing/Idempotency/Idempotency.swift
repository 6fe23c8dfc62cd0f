package import Core
import HTTPTypes
import Synchronization

/// Where answers are kept for requests that are sent again.
package struct KeptAnswers: Sendable {
    /// The answer kept under a key, and the fingerprint of the request it was given to; nil when there is none any more.
    package typealias Find = @Sendable (IdempotencyKey) throws -> (fingerprint: [UInt8], answer: KeptAnswer)?
    /// Keeps the answer of a request that was no single write.
    package typealias Keep = @Sendable (KeptAnswer, AnswerKeeping) async throws -> Void

    let find: Find
    let keep: Keep

    package init(find: @escaping Find, keep: @escaping Keep) {
        self.find = find
        self.keep = keep
    }
}

/// Carries out each request with an `Idempotency-Key` once, however often it is sent; refusals aren't kept, so those may be tried again.
struct Idempotency: Sendable {
    private let answers: KeptAnswers
    private let gate = IdempotencyGate()

    init(_ answers: KeptAnswers) {
        self.answers = answers
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
        _ key: IdempotencyKey, query: String, _ exchange: Exchange, replay: (KeptAnswer) throws -> Result,
        perform: (Exchange) async throws -> Result
    ) async throws -> Result {
        let pass = try await gate.enter(key)
        defer { pass.leave() }
        let fingerprint = Fingerprint(query)
        var exchange = exchange
        if exchange.stream.isEmpty { pass.arrived() }
        exchange.stream = exchange.stream.observed(BodyObserver(piece: fingerprint.update, end: pass.arrived))
        guard let (known, answer) = try answers.find(key) else {
            exchange.repeatable = Repeatable(key: key, fingerprint: fingerprint)
            return try await perform(exchange)
        }
        // Whether it is the same request only its whole body tells.
        for try await _ in exchange.stream {}
        guard fingerprint.value == known else {
            throw Problem(.idempotencyKeyReused, "This Idempotency-Key came with another request before. A new request needs a new key.")
        }
        return try replay(answer)
    }

    /// Keeps the answer of a request unless its write has done so.
    func keep(_ answer: Answer, of exchange: Exchange) async throws {
        guard let request = exchange.repeatable, !request.isKept, let kept = answer.kept else { return }
        try await answers.keep(kept, request.keeping { _ in kept })
    }
}

/// A request that may come again.
final class Repeatable: Sendable {
    let key: IdempotencyKey
    let fingerprint: Fingerprint
    private let hasAnswer = Atomic(false)

    init(key: IdempotencyKey, fingerprint: Fingerprint) {
        self.key = key
        self.fingerprint = fingerprint
    }

    /// Whether its answer was made for keeping.
    var isKept: Bool { hasAnswer.load(ordering: .relaxed) }

    func keeping(_ answer: @escaping @Sendable (Any) throws -> KeptAnswer?) -> AnswerKeeping {
        AnswerKeeping(key: key, fingerprint: fingerprint) { [self] value in
            let answer = try answer(value)
            if answer != nil { hasAnswer.store(true, ordering: .relaxed) }
            return answer
        }
    }
}

extension HTTPField.Name {
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
