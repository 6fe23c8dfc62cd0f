import Core
import Domain
package import Routing
package import Services

/// `/v1/schools`.
package struct SchoolHandlers: Sendable {
    private let schools: SchoolService

    package init(schools: SchoolService) {
        self.schools = schools
    }

    package var bindings: [Binding] {
        [
            Binding("listSchools", export: schools.export, handle: listSchools),
            Binding("lookupSchools", handle: lookupSchools),
            Binding("getSchool", target: school, handle: getSchool),
            Binding("updateSchool", target: school, handle: updateSchool),
        ]
    }

    private func school(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try schools.identify(exchange.path("id"))
        return Target(id: id, etag: etag) { try await schools.changedMembers(id: id, since: $0) }
    }

    private func listSchools(_ exchange: Exchange) async throws -> Answer {
        .list(try await schools.list(exchange.list))
    }

    private func lookupSchools(_ exchange: Exchange) async throws -> Answer {
        let identifiers = exchange.body["identifiers"]?.arrayValue?.compactMap(\.stringValue) ?? []
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("items")
        writer.beginArray()
        for (identifier, school, alternatives) in try await schools.lookup(identifiers) {
            writer.beginObject()
            writer.key("identifier")
            writer.string(identifier)
            writer.key("school")
            school.map { writer.raw($0.bytes) } ?? writer.null()
            writer.key("alternatives")
            JSON.array(alternatives.map(JSON.string)).write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .item(writer.bytes)
    }

    private func getSchool(_ exchange: Exchange) async throws -> Answer {
        try .item(schools.encoded(id: exchange.targetID))
    }

    private func updateSchool(_ exchange: Exchange) async throws -> Answer {
        try .item(await schools.update(id: exchange.targetID, patch: exchange.body, exchange.call))
    }
}
