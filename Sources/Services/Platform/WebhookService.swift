package import Core
package import Domain
import HTTPClient
package import Repositories

/// Endpoints that events are sent to: their making and keeping. ``WebhookSender`` sends.
package struct WebhookService: ResourceService {
    package typealias Item = WebhookEndpoint
    /// Each is served beside the others, so there can't be any number of them.
    package static let maximumEndpoints = 50
    package static let keptDeliveryDays: Int64 = 30

    package let store: Store
    package let writing = Permission.webhooksWrite
    private let transport: any WebhookTransport
    /// What addresses in messages begin with.
    private let base: String
    private var courier: WebhookCourier { WebhookCourier(store: store, transport: transport) }

    package init(store: Store, transport: any WebhookTransport, base: String) {
        self.store = store
        self.transport = transport
        self.base = base
    }

    // MARK: Making and changing

    package func prepare(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws -> Item {
        var item = item
        var errors = item.typeErrors
        if item.url != old?.url {
            do {
                try transport.check(item.url)
            } catch let error as OutgoingError {
                errors.append(FieldError(pointer: "/url", code: "target", detail: error.description))
            }
            item.failingSince = nil
        }
        // What somebody sends elsewhere is what they themselves may see.
        if item.url != old?.url || item.eventTypes != old?.eventTypes { item.tokenId = try transaction.tokenOfCaller() }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        if old == nil {
            guard try transaction.webhooks.count() < Self.maximumEndpoints else {
                throw DomainError.conflict("There are \(Self.maximumEndpoints) webhook endpoints already, and no more can be served.")
            }
            item.position = try transaction.lastSeq()
        }
        return item
    }

    package func stored(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws {
        if let old, item.url != old.url { try transaction.webhooks.hurry(endpointId: item.id) }
    }

    /// Makes one; its secret is returned here and nowhere again. It gets what happens from now on.
    package func create(_ body: JSON, _ call: Call) async throws -> (Item, secret: String) {
        let secret = WebhookSecret.make()
        let item = try await store.write(call) { transaction in
            let item = try insert(body, transaction)
            try transaction.webhooks.addSecret(secret, endpointId: item.id, endingOthersAt: transaction.now)
            return item
        }
        return (item, WebhookSecret.text(secret))
    }

    /// A new secret; the one before signs beside it for a day.
    package func rotate(_ id: String, _ call: Call) async throws -> (Item, secret: String) {
        let secret = WebhookSecret.make()
        let item = try await store.write(call) { transaction in
            let old = try changeable(id, transaction)
            let end = transaction.now.advanced(bySeconds: WebhookSchedule.overlapSeconds)
            try transaction.webhooks.addSecret(secret, endpointId: id, endingOthersAt: end)
            return try transaction.touch(old)
        }
        return (item, WebhookSecret.text(secret))
    }

    /// Nothing is sent until it is resumed. Pausing one that isn't active changes nothing.
    package func pause(_ id: String, _ call: Call) async throws -> Item {
        try await store.write(call) { transaction in
            let old = try changeable(id, transaction)
            guard old.status == .active else { return old }
            var item = old
            item.status = .paused
            return try transaction.update(from: old, to: item)
        }
    }

    /// Goes on where it was, at once, with the sight of the caller's token.
    package func resume(_ id: String, _ call: Call) async throws -> Item {
        try await store.write(call) { transaction in
            let old = try changeable(id, transaction)
            guard old.status != .active else { return old }
            var item = old
            item.status = .active
            item.disabledReason = nil
            item.failingSince = nil
            item.tokenId = try transaction.tokenOfCaller()
            try transaction.webhooks.hurry(endpointId: id)
            return try transaction.update(from: old, to: item)
        }
    }

    /// Sends everything from an event on again. Throws `invalid` for one that is no longer kept, or is not yet.
    package func replay(_ id: String, from seq: Int64, _ call: Call) async throws -> Item {
        try await store.write(call) { transaction in
            let old = try changeable(id, transaction)
            let newest = try transaction.lastSeq()
            let oldest = try transaction.oldestSeq()
            guard seq >= oldest, seq <= newest + 1 else {
                let detail = "must be from \(oldest), the oldest event kept, to \(newest + 1), the next"
                throw DomainError.invalid([FieldError(pointer: "/fromSeq", code: "not-kept", detail: detail)])
            }
            var item = old
            item.position = seq - 1
            try transaction.webhooks.restart(endpointId: id)
            return try transaction.update(from: old, to: item)
        }
    }

    /// The endpoint, which the caller may change.
    private func changeable(_ id: String, _ transaction: WriteTransaction) throws -> Item {
        guard let item = try transaction.find(Item.self, id: id, visibleTo: Visibility(of: transaction.call.actor)) else {
            throw DomainError.notFound
        }
        try transaction.authorise(writing, for: .trust)
        try transaction.checkPrecondition(of: item)
        return item
    }

    // MARK: Deliveries

    /// What was sent in the last days, newest first.
    package func deliveries(of id: String, _ query: ListQuery, _ call: Call) async throws -> Page<[UInt8]> {
        _ = try find(id, call)
        let before = query.cursor?.values.last?.stringValue
        return try await store.read { transaction in
            var found = try transaction.webhooks.deliveries(endpointId: id, before: before, limit: query.limit + 1)
            let hasMore = found.count > query.limit
            found = Array(found.prefix(query.limit))
            let next = hasMore ? found.last.map { Cursor(fingerprint: "", values: [.string($0.id)]) } : nil
            return Page(items: try found.map { try JSONCodec.encode($0) }, next: next, seq: try transaction.lastSeq(), total: nil)
        }
    }

    /// Sends a message that says nothing, at once and once, and returns what came of it.
    package func ping(_ id: String, _ call: Call) async throws -> WebhookDelivery {
        let endpoint = try find(id, call)
        let now = store.now()
        let event = TypeID.make(ResourceType.RecordPrefix.event, at: now)
        let type = "webhookEndpoint.ping"
        let body: JSON = [
            // In no log, so it has no number.
            "id": .string(event), "seq": .integer(0), "type": .string(type), "occurredAt": .string(now.description),
            "actor": [
                "kind": .string(call.actor.kind.rawValue), "id": .string(call.actor.id), "name": .string(call.actor.name),
                "personId": call.actor.personId.map(JSON.string) ?? .null,
            ],
            "resource": [
                "type": .string(Item.type.rawValue), "id": .string(id), "etag": .string(endpoint.etag.description),
                "href": .string(base + Item.type.href(id: id)),
            ],
            "changedMembers": [], "requestId": .string(call.requestId),
        ]
        return try await send(WebhookMessage(id: event, body: body.bytes), .ping, seq: nil, type: type, to: endpoint, call)
    }

    /// Sends an event once more, at once and once, outside the order. Throws `notFound` for a delivery the endpoint hasn't, `conflict` for an
    /// event that is no longer kept or not for it any more.
    package func resend(_ deliveryId: String, of id: String, _ call: Call) async throws -> WebhookDelivery {
        let endpoint = try find(id, call)
        let now = store.now()
        let (event, former) = try await store.read { transaction in
            guard let former = try transaction.webhooks.delivery(id: deliveryId, endpointId: id) else {
                let error = FieldError(pointer: "/deliveryId", code: "not-found", detail: "is none of the endpoint's deliveries")
                throw DomainError.invalid([error])
            }
            let owner: WebhookOwner
            do {
                owner = try transaction.owner(of: endpoint, at: now)
            } catch let error as OwnerGone {
                throw DomainError.conflict(error.reason)
            }
            return (try former.eventSeq.flatMap { try transaction.event(seq: $0, for: owner) }, former)
        }
        guard let event, event.id == former.eventId else {
            throw DomainError.conflict("The event is no longer kept, or no longer for this endpoint.")
        }
        return try await send(
            WebhookMessage(id: event.id, body: event.encoded(base: base)), .resend, seq: event.seq, type: event.type, to: endpoint, call)
    }

    private func send(
        _ message: WebhookMessage, _ kind: WebhookDelivery.Kind, seq: Int64?, type: String, to endpoint: Item, _ call: Call
    ) async throws -> WebhookDelivery {
        var delivery = WebhookDelivery(
            id: TypeID.make(ResourceType.RecordPrefix.webhookDelivery, at: store.now()), endpointId: endpoint.id, kind: kind,
            eventId: message.id, eventSeq: seq, eventType: type, createdAt: store.now())
        let outcome = try await courier.attempt(message, to: endpoint)
        delivery.attempts = [outcome.attempt]
        delivery.state = outcome.isDelivered ? .delivered : .failed
        try await store.bookkeeping { [delivery] in try $0.webhooks.record(delivery) }
        // Nothing of anybody's is written; what was sent is kept for a request that comes again.
        return try await store.write(call) { [delivery] _ in delivery }
    }
}

extension WriteTransaction {
    /// Throws `forbidden` for a caller without a token: nothing would say when its sight ends.
    func tokenOfCaller() throws -> String {
        guard call.actor.kind == .token else { throw DomainError.forbidden("It belongs to the token that sets it up.") }
        return call.actor.id
    }
}
