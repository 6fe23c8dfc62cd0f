import Core
import Domain
import OrderedCollections
package import Routing
package import Services

/// `/v1/calendar-feeds`.
package struct CalendarFeedHandlers: Sendable {
    private let feeds: CalendarFeedService
    private let operations: ResourceOperations<CalendarFeedService>

    package init(feeds: CalendarFeedService) {
        self.feeds = feeds
        operations = ResourceOperations(feeds)
    }

    package var bindings: [Binding] {
        [
            operations.list("listCalendarFeeds"),
            Binding("createCalendarFeed") { exchange in
                let (item, secret) = try await feeds.create(exchange.body, exchange.call)
                return Created(item: item, url: Self.url(item, secret, exchange))
            } answer: {
                try Self.created($0.item, url: $0.url)
            } kept: {
                try Self.created($0, url: nil)
            },
            operations.get("getCalendarFeed"),
            operations.update("updateCalendarFeed"),
            operations.delete("deleteCalendarFeed"),
            Binding("readCalendarFeed", handle: readCalendarFeed),
        ]
    }

    private struct Created: Sendable {
        let item: CalendarFeed
        let url: String
    }

    /// As the caller reaches the service.
    private static func url(_ item: CalendarFeed, _ secret: String, _ exchange: Exchange) -> String {
        "\(exchange.origin)\(ResourceType.calendarFeed.href(id: item.id))/activities.ics?key=\(secret)"
    }

    private static func created(_ item: CalendarFeed, url: String?) throws -> Answer {
        var members = try item.wireTree().objectValue ?? [:]
        members["url"] = url.map(JSON.string) ?? .null
        return .item(
            JSON.object(members).bytes, etag: EntityTag(item.etag), status: .created, location: ResourceType.calendarFeed.href(id: item.id))
    }

    private func readCalendarFeed(_ exchange: Exchange) async throws -> Answer {
        guard let bytes = try await feeds.calendar(exchange.path("id"), secret: exchange.query.string("key") ?? "") else {
            throw DomainError.notFound
        }
        return .bytes("text/calendar; charset=utf-8", bytes, etag: .weak(of: bytes))
    }
}
