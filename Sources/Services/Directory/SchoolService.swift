package import Core
package import Domain
package import Repositories

/// What people do with schools.
package struct SchoolService: Sendable {
    /// How many identifiers one lookup takes; the contract says the same.
    package static let maximumLookup = 500

    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// A school by its id or a natural key: `urn:100025`, `ukprn:10078058`, `laestab:2022775` (also `202/2775`).
    ///
    /// Throws ``DomainError/notFound`` when there is none, also for text that is no key at all.
    package func identify(_ key: String) throws -> (id: String, etag: VersionTag) {
        guard let key = SchoolKey(key), let found = try store.readNow({ try $0.schools.identify(key).first }) else {
            throw DomainError.notFound
        }
        return found
    }

    /// The school as it is sent, encoded once per version.
    package func encoded(id: String) throws -> Encoded {
        guard let school = try store.readNow({ try $0.encoded(School.self, id: id) }) else { throw DomainError.notFound }
        return school
    }

    package func list(_ query: ListQuery) async throws -> Page<Encoded> {
        try await store.read { try $0.encodedPage(School.self, query) }
    }

    /// Streams every school the query finds from one snapshot, encoded, in the order of the query.
    package func export(_ query: ListQuery, _ body: (Encoded) async throws -> Void) async throws {
        try await store.each(School.self, query, body)
    }

    /// Answers each key in the order given: the school, or nil, and the ids of others that share the key.
    package func lookup(_ identifiers: [String]) async throws -> [(identifier: String, school: Encoded?, alternatives: [String])] {
        try await store.read { transaction in
            try identifiers.map { identifier in
                let found = try SchoolKey(identifier).map { try transaction.schools.identify($0) } ?? []
                return (
                    identifier, try found.first.flatMap { try transaction.encoded(School.self, id: $0.id) }, found.dropFirst().map(\.id)
                )
            }
        }
    }

    /// Members changed since the version a client knew; for 412.
    package func changedMembers(id: String, since tag: VersionTag) async throws -> [String] {
        try await store.read { try $0.changedMembers(of: .school, id: id, since: tag) }
    }

    /// Changes what the school says of itself. Throws `forbidden` for a caller bound to other schools, `invalid` for members of the register
    /// that differ, `duplicate` for an external reference another school has.
    package func update(id: String, patch: JSON, _ call: Call) async throws -> School {
        guard Permission.mayActFor(schoolId: id, call.actor) else {
            throw DomainError.forbidden("This token is bound to other schools.")
        }
        return try await store.write(call) { transaction in
            guard let stored = try transaction.find(School.self, id: id) else { throw DomainError.notFound }
            let changed = try MergePatch.apply(
                patch, to: stored, writable: School.ownMembers, reason: "comes from the national register or the service and is read-only")
            if changed.externalRefs != stored.externalRefs { try transaction.schools.replaceExternalRefs(of: changed) }
            return try transaction.update(from: stored, to: changed, audience: .directory)
        }
    }
}
