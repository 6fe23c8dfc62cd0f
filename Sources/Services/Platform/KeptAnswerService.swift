package import Core
import Repositories

/// Answers to requests with an `Idempotency-Key`.
package struct KeptAnswerService: Sendable {
    /// Bodies of up to 1 MiB, overwritten as they go.
    private static let chunk = 20

    let store: Store

    /// The answer kept under a key, and the fingerprint of the request it was given to; nil for what is not known any more.
    package func find(_ key: IdempotencyKey) throws -> (fingerprint: [UInt8]?, answer: KeptAnswer)? {
        let now = store.now()
        return try store.readNow { try $0.keptAnswers.find(key, at: now) }
    }

    /// Removes answers that have outlived their time, every ten minutes, until the task is cancelled.
    package func run() async throws {
        while true {
            // What can't be removed now is next time.
            try? await removeExpired()
            try await Task.sleep(for: .seconds(600))
        }
    }

    package func removeExpired() async throws {
        while try await store.bookkeeping({ try $0.keptAnswers.removeExpired(limit: Self.chunk) }) == Self.chunk {
            try Task.checkCancellation()
        }
    }
}
