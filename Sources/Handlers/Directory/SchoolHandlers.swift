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
            Binding(
                "listSchools",
                export: { try await schools.export($0.list, $0.call).map(\.bytes) },
                handle: listSchools),
            Binding("lookupSchools", handle: lookupSchools),
            ResourceOperations(schools).bulk("bulkSchools"),
            Binding("getSchool", target: school, handle: getSchool),
            Binding("listSchoolLinks", target: { Target(id: try await school($0)?.id ?? "") }, handle: listSchoolLinks),
            Binding("updateSchool", target: ownSchool, write: updateSchool) { try .item($0) },
        ]
    }

    private func school(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try schools.identify(exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag) { try await schools.changedMembers(id, since: $0) }
    }

    private func ownSchool(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try schools.identifyForWriting(key: exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag) {
            try await schools.changedMembers(id, since: $0)
        } readOnlyErrors: {
            try schools.readOnlyErrors($0, of: id, exchange.call)
        }
    }

    private func listSchools(_ exchange: Exchange) async throws -> Answer {
        .list(try await schools.list(exchange.list, exchange.call))
    }

    private func lookupSchools(_ exchange: Exchange) async throws -> Answer {
        let identifiers = exchange.body["identifiers"]?.arrayValue?.compactMap(\.stringValue) ?? []
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("items")
        writer.beginArray()
        for (identifier, school, alternatives) in try await schools.lookup(identifiers, exchange.call) {
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
        let expand = exchange.list.expand
        guard !expand.isEmpty else { return .item(try schools.encoded(exchange.targetID, etag: exchange.targetEtag)) }
        let school = try schools.encoded(exchange.targetID, expand: expand, asOf: exchange.query.date("asOf"), exchange.call)
        return .item(school.bytes, etag: .weak(school.etag, of: school.bytes))
    }

    private func updateSchool(_ exchange: Exchange) async throws -> School {
        try await schools.update(exchange.targetID, patch: exchange.body, exchange.call)
    }

    private struct Links: Encodable {
        struct Link: Encodable {
            var urn: String
            var linkUrn: String
            var linkName: String
            var linkType: String
            var establishedOn: LocalDate?
            var schoolId: String?
            var linkSchoolId: String?
        }

        var items: [Link]
    }

    private func listSchoolLinks(_ exchange: Exchange) async throws -> Answer {
        let links = try await schools.links(of: exchange.targetID).map { link, schoolId, linkSchoolId in
            Links.Link(
                urn: link.urn, linkUrn: link.linkUrn, linkName: link.linkName, linkType: link.linkType.rawValue,
                establishedOn: link.establishedOn, schoolId: schoolId, linkSchoolId: linkSchoolId)
        }
        return try .view(Links(items: links))
    }
}
