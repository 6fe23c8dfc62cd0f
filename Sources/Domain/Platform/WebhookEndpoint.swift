package import Core
import OrderedCollections

/// Where events are sent as they happen, to be checked by a shared secret.
package struct WebhookEndpoint: Resource {
    package static let type = ResourceType.webhookEndpoint

    package enum Status: String, Codable, CaseIterable, Sendable {
        case active
        /// By somebody.
        case paused
        /// By the service, which says why.
        case disabled
    }

    package var id: String
    package var name: String
    package var url: String
    /// `school.updated`; empty means all.
    package var eventTypes: [String]
    package var status: Status
    /// A sentence; null unless the status is `disabled`.
    package var disabledReason: String?
    /// The last attempt failed, and so did all since then. Kept by the sender, outside the version.
    package var failingSince: Instant?
    /// Everything up to this event was delivered, given up, or is not for it. Kept by the sender, outside the version.
    package var position: Int64
    /// The token whose sight it has, and with which it ends.
    package var tokenId: String
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, url, eventTypes, status, disabledReason, failingSince, position, tokenId, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .parties(Audience.administrators + [tokenId]) }
    package static let writableMembers: Set<String> = ["name", "url", "eventTypes"]
    package static let redactableMembers: Set<String> = ["name"]
    /// The token and the position are filled in by the service.
    package static let defaults: JSON.Object = ["eventTypes": [], "status": "active", "position": 0, "tokenId": ""]

    package func wants(_ eventType: String) -> Bool { eventTypes.isEmpty || eventTypes.contains(eventType) }

    package mutating func disable(_ reason: String) {
        status = .disabled
        disabledReason = reason
    }

    /// What of it is wrong beyond its shape and its URL.
    package var typeErrors: [FieldError] {
        eventTypes.enumerated().filter { !EventType.all.contains($0.element) }.map {
            FieldError(pointer: "/eventTypes/\($0.offset)", code: "unknown-type", detail: "is none of the eventTypes of /v1/meta")
        }
    }

    /// The secret of one endpoint or what it replaces.
    package struct Secret: Hashable, Sendable {
        package let bytes: [UInt8]
        /// Null for the current one.
        package let validUntil: Instant?

        package init(bytes: [UInt8], validUntil: Instant?) {
            self.bytes = bytes
            self.validUntil = validUntil
        }
    }
}

/// One event on its way to one endpoint, with what came of it.
package struct WebhookDelivery: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// In the order of the log.
        case event
        /// Once more, asked for, outside the order.
        case resend
        case ping
    }

    package enum State: String, Codable, Sendable {
        case pending, delivered
        /// Given up.
        case failed
    }

    package struct Attempt: Codable, Equatable, Sendable {
        package var at: Instant
        /// Null without an answer.
        package var statusCode: Int?
        /// Why it doesn't count as delivered; null when it does.
        package var failure: String?
        package var durationMilliseconds: Int64
        /// The first 1,024 bytes as text; null without an answer.
        package var responseBody: String?

        package init(at: Instant, statusCode: Int?, failure: String?, durationMilliseconds: Int64, responseBody: String?) {
            self.at = at
            self.statusCode = statusCode
            self.failure = failure
            self.durationMilliseconds = durationMilliseconds
            self.responseBody = responseBody
        }
    }

    package var id: String
    package var endpointId: String
    package var kind: Kind
    package var state: State
    /// The webhook-id of every attempt.
    package var eventId: String
    /// Null for a ping, which is in no log.
    package var eventSeq: Int64?
    package var eventType: String
    package var attempts: [Attempt]
    /// Null unless it is pending.
    package var nextAttemptAt: Instant?
    package var createdAt: Instant

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, endpointId, kind, state, eventId, eventSeq, eventType, attempts, nextAttemptAt, createdAt
    }

    package init(
        id: String, endpointId: String, kind: Kind, eventId: String, eventSeq: Int64?, eventType: String, createdAt: Instant
    ) {
        self.id = id
        self.endpointId = endpointId
        self.kind = kind
        state = .pending
        self.eventId = eventId
        self.eventSeq = eventSeq
        self.eventType = eventType
        attempts = []
        self.createdAt = createdAt
    }
}
