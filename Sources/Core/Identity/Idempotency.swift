import Cryptography
import Synchronization

/// What makes two requests the same: who sent them, to what, under which `Idempotency-Key`.
package struct IdempotencyKey: Hashable, Sendable {
    /// The id of the actor.
    package let principal: String
    package let method: String
    /// As sent, without the query.
    package let path: String
    /// 1 to 255 visible characters.
    package let key: String

    package init(principal: String, method: String, path: String, key: String) {
        self.principal = principal
        self.method = method
        self.path = path
        self.key = key
    }
}

/// An answer that a request sent again under the same key gets again.
package struct KeptAnswer: Hashable, Sendable {
    package static let lifetimeHours = 72
    /// Bytes of a body that is kept; of a longer one its digest is.
    package static let maximumBody = 1 << 20

    package var status: Int
    package var etag: String?
    package var location: String?
    package var contentType: String?
    /// nil when it was too long, or when something it said may have been erased since.
    package var body: [UInt8]?
    /// SHA-256 of the body as it was sent; nil as well once something may have been erased: a digest would confirm guesses.
    package var digest: [UInt8]?

    package init(status: Int, etag: String?, location: String?, contentType: String?, body: [UInt8]) {
        self.init(
            status: status, etag: etag, location: location, contentType: contentType, body: body.count <= Self.maximumBody ? body : nil,
            digest: Digest.sha256(body))
    }

    /// The field `Repr-Digest` of the answer as it was sent (RFC 9530).
    package var reprDigest: String? { digest.map { "sha-256=:\(Base64.encode($0)):" } }

    /// What is left for somebody who may not see the rest any more.
    package var withoutBody: KeptAnswer {
        KeptAnswer(status: status, etag: nil, location: location, contentType: contentType, body: nil, digest: nil)
    }

    /// As it was kept.
    package init(status: Int, etag: String?, location: String?, contentType: String?, body: [UInt8]?, digest: [UInt8]?) {
        self.status = status
        self.etag = etag
        self.location = location
        self.contentType = contentType
        self.body = body
        self.digest = digest
    }
}

/// How a write keeps its answer for the case that the request comes again: within its own transaction.
package struct AnswerKeeping: Sendable {
    package let key: IdempotencyKey
    /// What the request says besides its key; complete once its body has arrived.
    package let fingerprint: Fingerprint
    /// The answer, made of what the write's transaction returns; nil for what isn't the result of the request but a part of the work.
    package let answer: @Sendable (Any) throws -> KeptAnswer?

    package init(key: IdempotencyKey, fingerprint: Fingerprint, answer: @escaping @Sendable (Any) throws -> KeptAnswer?) {
        self.key = key
        self.fingerprint = fingerprint
        self.answer = answer
    }
}

/// A request with the same key was carried out meanwhile: what this one did is undone, and that one's answer is there to be found.
package struct AnswerAlreadyKept: Error {
    package init() {}
}

/// The key was sent with another request before, of which a part was carried out.
package struct KeyOfAnotherRequest: Error {
    package init() {}
}

/// SHA-256 over what a request says, taken while its body passes by.
package final class Fingerprint: Sendable {
    private struct State {
        // Used under the lock only.
        nonisolated(unsafe) let hash = SHA256()
        var value: [UInt8]?
    }

    private let state = Mutex(State())

    /// - Parameter head: what comes before the body.
    package init(_ head: String) {
        state.withLock {
            $0.hash.update(head.utf8)
            $0.hash.update([0])
        }
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { if $0.value == nil { $0.hash.update(bytes) } }
    }

    /// Whether it was asked for.
    package var isComplete: Bool { state.withLock { $0.value != nil } }

    /// 32 bytes: of everything until the first time this was asked for.
    package var value: [UInt8] {
        state.withLock { state in
            if let value = state.value { return value }
            let value = state.hash.finalize()
            state.value = value
            return value
        }
    }
}
