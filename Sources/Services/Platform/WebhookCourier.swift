import Core
import Domain
import HTTPClient
import Repositories

/// Makes one attempt.
struct WebhookCourier: Sendable {
    let store: Store
    let transport: any WebhookTransport

    struct Outcome: Sendable {
        var attempt: WebhookDelivery.Attempt
        var retryAfter: Instant?

        var isDelivered: Bool { attempt.failure == nil }
        /// The receiver wants no more.
        var isGone: Bool { attempt.statusCode == 410 }
    }

    /// Throws only `CancellationError`, when the service stops: then nothing is known of what came of it.
    func attempt(_ message: WebhookMessage, to endpoint: WebhookEndpoint) async throws -> Outcome {
        let now = store.now()
        let secrets = try await store.read { try $0.webhooks.secrets(endpointId: endpoint.id, at: now) }
        guard !secrets.isEmpty else {
            // Deleted meanwhile: nothing goes out unsigned.
            let attempt = WebhookDelivery.Attempt(
                at: now, statusCode: nil, failure: "the endpoint is gone", durationMilliseconds: 0, responseBody: nil)
            return Outcome(attempt: attempt, retryAfter: nil)
        }
        let start = ContinuousClock.now
        var attempt = WebhookDelivery.Attempt(at: now, statusCode: nil, failure: nil, durationMilliseconds: 0, responseBody: nil)
        var retryAfter: Instant?
        do {
            let answer = try await transport.post(endpoint.url, headers: message.headers(at: now, signedBy: secrets), body: message.body)
            attempt.statusCode = answer.status
            attempt.responseBody = Self.text(answer.body)
            attempt.failure = Self.failure(answer.status)
            retryAfter = answer.retryAfter.flatMap { WebhookSchedule.retryAfter($0, now: store.now()) }
        } catch let error as OutgoingError {
            attempt.failure = error.description
        }
        try Task.checkCancellation()
        attempt.durationMilliseconds = Int64((ContinuousClock.now - start) / .milliseconds(1))
        return Outcome(attempt: attempt, retryAfter: retryAfter)
    }

    private static func failure(_ status: Int) -> String? {
        switch status {
        case 200...299: nil
        case 300...399: "a redirect, which is never followed"
        case 410: "the receiver wants no more (410)"
        default: "answered \(status)"
        }
    }

    /// What isn't text of ours is left out: it came from somebody else and is shown as JSON.
    private static func text(_ bytes: [UInt8]) -> String {
        String(String.UnicodeScalarView(String(decoding: bytes, as: UTF8.self).unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" }))
    }
}
