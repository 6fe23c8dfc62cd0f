package import Core
package import Domain
package import Repositories

/// What people do with schools.
package struct SchoolService: ResourceService {
    package typealias Item = School
    /// How many identifiers one lookup takes; the contract says the same.
    package static let maximumLookup = 500

    package let store: Store
    package let writing = Permission.schoolsWrite
    /// Schools by whatever key was asked for.
    private let known = Remembered<(id: String, etag: VersionTag)>()

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: School) -> Scope { .school(item.id) }

    package func stored(_ item: School, replacing old: School?, _ transaction: WriteTransaction) throws {
        if item.externalRefs != old?.externalRefs { try transaction.replaceExternalRefs(of: item) }
    }

    /// A school by its id or a natural key: `urn:100025`, `ukprn:10078058`, `laestab:2022775` (also `202/2775`).
    ///
    /// A URN that no school has any more finds the school that followed. Throws ``DomainError/notFound`` when there is none, also for text
    /// that is no key at all.
    package func identify(_ key: String) throws -> (id: String, etag: VersionTag) {
        guard let found = try store.readNow(key, remembering: known, { try $0.school(named: key) }) else { throw DomainError.notFound }
        return found
    }

    /// The same as far as the caller may see it: one bound to schools sees those.
    package func identify(_ key: String, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let found = try identify(key)
        guard Visibility(of: call.actor).isOfOwn([found.id]) else { throw DomainError.notFound }
        return found
    }

    package func id(of key: String, _ transaction: some Transaction) throws -> String? { try transaction.school(named: key)?.id }

    /// The register's links of a school, those it names and those that name it, with the ids of the schools that are known here.
    package func links(of id: String) async throws -> [(link: SchoolLink, schoolId: String?, linkSchoolId: String?)] {
        try await store.read { transaction in
            guard let school = try transaction.find(School.self, id: id) else { throw DomainError.notFound }
            return try transaction.links(of: school)
        }
    }

    /// The version of a school the caller is about to change, found with no more of it than that.
    package func identifyForWriting(key: String, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let now = store.now()
        return try store.readNow { transaction in
            guard let school = try transaction.school(named: key), Visibility(of: call.actor).isOfOwn([school.id]) else {
                throw DomainError.notFound
            }
            try transaction.checkWriter(
                of: [.school(school.id)], school: school.id, writing, call.actor, on: now.day(in: transaction.zone()))
            return school
        }
    }

    /// As it is sent, encoded once per version; `etag` is the version that ``identify(_:)`` found.
    package func encoded(_ id: String, etag: VersionTag) throws -> Encoded {
        let school =
            try store.kept(School.self, id: id, etag: etag)
            ?? store.readNow { try $0.encoded(School.self, id: id, visibleTo: .everything) }
        guard let school else { throw DomainError.notFound }
        return school
    }

    /// As it is sent with what `expand` names, as it holds there on a day, today when it is nil.
    package func encoded(_ id: String, expand: [String], asOf day: LocalDate?, _ call: Call) throws -> Encoded {
        let now = store.now()
        let school = try store.readNow { transaction in
            try transaction.encoded(School.self, id: id, visibleTo: .everything).map {
                try transaction.expanding($0, expand, on: day ?? now.day(in: transaction.zone()), for: call.actor)
            }
        }
        guard let school else { throw DomainError.notFound }
        return school
    }

    /// With `asOf`, the schools that belonged to the trust on that day.
    package func list(_ query: ListQuery, _ call: Call) async throws -> Page<Encoded> {
        let now = store.now()
        return try await store.read { transaction in
            var page = try transaction.encodedPage(School.self, query, visibleTo: Visibility(of: call.actor))
            guard !query.expand.isEmpty else { return page }
            let day = try query.asOf ?? now.day(in: transaction.zone())
            page.items = try page.items.map { try transaction.expanding($0, query.expand, on: day, for: call.actor) }
            return page
        }
    }

    /// Answers each key in the order given: the school, or nil, and the ids of others that share the key or, for a URN, came after it.
    package func lookup(
        _ identifiers: [String], _ call: Call
    ) async throws -> [(identifier: String, school: Encoded?, alternatives: [String])] {
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            try identifiers.map { identifier in
                let key = SchoolKey(identifier)
                var found = try key.map { try transaction.schools.identify($0) } ?? []
                if case .urn(let urn) = key { found += try transaction.schools.successors(urn: urn) }
                found.removeAll { !visibility.isOfOwn([$0.id]) }
                let school = try found.first.flatMap { try transaction.encoded(School.self, id: $0.id, visibleTo: .everything) }
                return (identifier, school, found.dropFirst().map(\.id))
            }
        }
    }
}

extension Transaction {
    fileprivate func school(named text: String) throws -> (id: String, etag: VersionTag)? {
        let key = SchoolKey(text)
        if let own = try key.flatMap({ try schools.identify($0).first }) { return own }
        guard case .urn(let urn) = key else { return nil }
        return try schools.successors(urn: urn).first
    }

    func links(of school: School) throws -> [(link: SchoolLink, schoolId: String?, linkSchoolId: String?)] {
        try schoolLinks.of(urn: school.urn).map { link in
            (link, try schools.identify(.urn(link.urn)).first?.id, try schools.identify(.urn(link.linkUrn)).first?.id)
        }
    }
}
