package import Core
import Domain
package import Repositories

/// Everything that belongs to a school, for the trust it goes to.
package struct HandOverService: Sendable {
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// The school's version. Throws `forbidden` for whoever may not take it with them.
    package func identify(_ id: String, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let now = store.now()
        return try store.readNow { transaction in
            guard let school = try transaction.find(School.self, id: id) else { throw DomainError.notFound }
            try transaction.authorise(.handOverRead, for: .school(id), call.actor, on: now.day(in: transaction.zone()))
            return (school.id, school.etag)
        }
    }

    /// One document after the other, `{"type":…,"data":{…}}`, all of one state and only what the caller may see: the school, its
    /// memberships, the register's links, overrides, the people its records name, then every other type of its records in the order of
    /// ``StoredTypes``; within a type by id. Nothing comes before what it refers to. Throws `notFound`.
    package func export(_ id: String, _ call: Call) async throws -> Rows<[UInt8]> {
        let visibility = Visibility(of: call.actor)
        let snapshot = try store.snapshot()
        guard let school = try await snapshot.read({ try $0.find(School.self, id: id, visibleTo: visibility) }) else {
            throw DomainError.notFound
        }
        return Rows { sink in try await Self.handOut(school, snapshot, visibility, sink) }
    }

    private static func handOut(
        _ school: School, _ snapshot: StoreSnapshot, _ visibility: Visibility, _ sink: Rows<[UInt8]>.Sink
    ) async throws {
        let id = school.id
        try await sink(line(School.type.rawValue, try JSONCodec.encode(school)))
        let first: [any Stored.Type] = [Membership.self, SchoolOverride.self]
        try await export(first[0], of: id, snapshot, visibility, sink)
        for (link, _, _) in try await snapshot.read({ try $0.links(of: school) }) {
            try await sink(line("schoolLink", try JSONCodec.encode(link)))
        }
        try await export(first[1], of: id, snapshot, visibility, sink)
        for person in try await snapshot.read({ try $0.people.named(bySchool: id) }) {
            guard let found = try await snapshot.read({ try $0.find(Person.self, id: person, visibleTo: visibility) }) else { continue }
            try await sink(line(Person.type.rawValue, try JSONCodec.encode(found)))
        }
        for type in StoredTypes.ofSchools where !first.contains(where: { $0.type == type.type }) {
            try await export(type, of: id, snapshot, visibility, sink)
        }
    }

    private static func export<R: Stored>(
        _ type: R.Type, of id: String, _ snapshot: StoreSnapshot, _ visibility: Visibility, _ sink: Rows<[UInt8]>.Sink
    ) async throws {
        let query = ListQuery(filters: [Filter(member: "schoolId", values: [.string(id)])])
        try await snapshot.rows(of: type, query, visibleTo: visibility).each { try await sink(line(R.type.rawValue, $0.bytes)) }
    }

    private static func line(_ type: String, _ data: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(type)
        writer.key("data")
        writer.raw(data)
        writer.endObject()
        return writer.bytes
    }
}
