import Core
import Domain
import Repositories

/// With whose sight an endpoint is served: that of its token, as it is now.
struct WebhookOwner {
    let visibility: Visibility
    let types: Set<ResourceType>

    func sees(_ event: Event) -> Bool { types.contains(event.resourceType) && visibility.allows(event.audience) }
}

extension Transaction {
    /// Throws a sentence when there is nobody any more whose sight it could have.
    func owner(of endpoint: WebhookEndpoint, at now: Instant) throws -> WebhookOwner {
        guard let token = try find(ApiToken.self, id: endpoint.tokenId) else { throw OwnerGone("The token it belongs to is gone.") }
        guard token.revokedAt == nil else { throw OwnerGone("The token it belongs to was revoked.") }
        guard token.isUsable(at: now) else { throw OwnerGone("The token it belongs to has expired.") }
        let actor = try actor(of: token, on: now.day(in: zone()))
        guard Permission.webhooksWrite.isHeld(by: actor, for: .trust) else {
            throw OwnerGone("The token it belongs to may have no webhooks any more.")
        }
        return WebhookOwner(
            visibility: Visibility(of: actor), types: Set(ResourceType.allCases.filter { $0.readPermission.isHeld(by: actor) }))
    }

    /// The next event after `seq` for the endpoint; nil, with how far was looked, when there is none.
    func nextEvent(for endpoint: WebhookEndpoint, _ owner: WebhookOwner, after seq: Int64) throws -> (event: Event?, seen: Int64) {
        let filter = EventFilter(types: endpoint.eventTypes.isEmpty ? nil : Set(endpoint.eventTypes))
        // What is no longer kept has been missed.
        let start = max(seq, try oldestSeq() - 1)
        let page = try eventPage(after: min(start, try lastSeq()), limit: 1, filter, of: owner.types, visibleTo: owner.visibility)
        return (page.events.first, page.next)
    }

    /// One event of the log, when it is kept and the owner may see it.
    func event(seq: Int64, for owner: WebhookOwner) throws -> Event? {
        try events(after: seq - 1, through: seq, limit: 1, of: owner.types, visibleTo: owner.visibility).first
    }
}

/// Why an endpoint is disabled.
struct OwnerGone: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
