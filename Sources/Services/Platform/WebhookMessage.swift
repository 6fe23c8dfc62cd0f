package import Core
import Cryptography
package import Domain
package import HTTPClient

/// What carries messages to receivers; tests have their own.
package protocol WebhookTransport: Sendable {
    /// Throws ``OutgoingError/target(_:)``.
    func check(_ url: String) throws
    /// Throws ``OutgoingError`` when there is no answer.
    func post(_ url: String, headers: [(name: String, value: String)], body: [UInt8]) async throws -> HTTPClient.Answer
}

extension HTTPClient: WebhookTransport {}

/// Checks where to, and sends nothing: for what runs beside the service.
package struct NoTransport: WebhookTransport {
    package init() {}
    package func check(_ url: String) throws { _ = try OutgoingTarget(url) }
    package func post(_ url: String, headers: [(name: String, value: String)], body: [UInt8]) async throws -> HTTPClient.Answer {
        throw OutgoingError.unreachable("nothing is sent from here")
    }
}

/// One message as Standard Webhooks 1.0.0 has it (github.com/standard-webhooks/standard-webhooks).
package struct WebhookMessage: Sendable {
    /// The event's, the same in every attempt.
    package let id: String
    package let body: [UInt8]

    package init(id: String, body: [UInt8]) {
        self.id = id
        self.body = body
    }

    /// A signature by each secret, so that a receiver may know the new one or the one before.
    package func headers(at instant: Instant, signedBy secrets: [WebhookEndpoint.Secret]) -> [(name: String, value: String)] {
        let timestamp = String(instant.milliseconds / 1000)
        let content = Array("\(id).\(timestamp).".utf8) + body
        let signatures = secrets.map { "v1," + WebhookSecret.base64(HMAC.sha256(content, key: $0.bytes)) }
        return [
            ("Content-Type", "application/json"), ("User-Agent", "Partnership-Webhooks"), ("webhook-id", id),
            ("webhook-timestamp", timestamp), ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}

/// `whsec_` and base64 of 32 random bytes.
package enum WebhookSecret {
    package static func make() -> [UInt8] { SecureRandom.bytes(32) }

    package static func text(_ bytes: [UInt8]) -> String { "whsec_" + base64(bytes) }

    /// With the usual alphabet and padding (RFC 4648, section 4).
    static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }
}
