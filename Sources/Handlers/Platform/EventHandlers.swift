import Core
import Domain
import HTTPTypes
package import Routing
package import Services

/// `/v1/events`.
package struct EventHandlers: Sendable {
    private let events: EventService
    private let slots = StreamSlots()

    package init(events: EventService) {
        self.events = events
    }

    package var bindings: [Binding] {
        [
            Binding("listEvents", handle: listEvents),
            Binding("streamEvents", handle: streamEvents),
        ]
    }

    private func listEvents(_ exchange: Exchange) async throws -> Answer {
        let limit = Int(exchange.query.integer("limit") ?? Int64(ListQuery.defaultLimit))
        let page = try await events.page(
            after: exchange.query.integer("after"), limit: limit, try Self.filter(exchange), exchange.call)
        var writer = JSONWriter(reservingCapacity: 512 * (page.items.count + 1))
        writer.beginObject()
        writer.key("items")
        writer.beginArray()
        for item in page.items { writer.raw(item) }
        writer.endArray()
        writer.key("next")
        writer.integer(page.next)
        writer.key("seq")
        writer.integer(page.seq)
        writer.endObject()
        return .item(writer.bytes, etag: .weak(of: writer.bytes))
    }

    private func streamEvents(_ exchange: Exchange) async throws -> Answer {
        let filter = try Self.filter(exchange)
        let last = try exchange.headers[.lastEventID].map { text in
            guard let number = Int64(text) else {
                throw DomainError.invalid([FieldError(parameter: "Last-Event-ID", code: "type", detail: "must be the number of an event")])
            }
            return number
        }
        let seen = last ?? exchange.query.integer("after")
        let start = try await events.start(after: seen, exchange.call)
        let slot = try slots.take(for: exchange.call.actor.account)
        return .eventStream { [events] sink in
            defer { slot.release() }
            try await events.follow(after: start, filter, exchange.call, isSame: exchange.isSameCaller, sink)
        }
    }

    private static func filter(_ exchange: Exchange) throws -> EventFilter {
        let types = exchange.query.string("type").map { Set($0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)) }
        let resource = exchange.query.string("resource")
        var errors: [FieldError] = []
        for type in (types ?? []).subtracting(EventType.all).sorted() {
            errors.append(FieldError(parameter: "type", code: "unknown-type", detail: "\(type) is none of the eventTypes of /v1/meta"))
        }
        if let resource, ResourceType(ofID: resource) == nil {
            errors.append(FieldError(parameter: "resource", code: "id", detail: "is not the id of a resource"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return EventFilter(types: types, resourceId: resource)
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = Self("Last-Event-ID")!
}
