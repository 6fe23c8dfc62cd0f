package import Core
package import Domain
package import Repositories

/// Which school uses what since when, and what came of it.
package struct AdoptionService: FactService {
    package typealias Item = Adoption
    package let store: Store
    package let writing = Permission.adoptionsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Adoption) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: Adoption, replacing old: Adoption?, _ transaction: WriteTransaction) throws -> Adoption {
        var item = item
        if old == nil {
            let version = try transaction.versionToAdopt(item.versionId)
            item.resourceId = version.resourceId
        }
        let latest = try transaction.find(SharedResource.self, id: item.resourceId)?.latestVersionId
        let goesOn = try item.endsOn.map { try $0 >= transaction.today() } ?? true
        item.isBehind = goesOn && item.versionId != latest
        return try validated(item, transaction)
    }

    package func errors(in item: Adoption, _ transaction: WriteTransaction) throws -> [FieldError] {
        let visibility = Visibility(of: transaction.call.actor)
        let evidence = try item.evidence.enumerated().compactMap { index, evidence -> FieldError? in
            guard let id = evidence.fileId, try transaction.find(File.self, id: id, visibleTo: visibility) == nil else { return nil }
            return FieldError(pointer: "/evidence/\(index)/fileId", code: "not-found", detail: "is not the id of a file you have")
        }
        return try transaction.errors(school: item.schoolId) + item.errors + evidence
    }

    /// Everybody sees what came of an adoption, and so what shows it.
    package func stored(_ item: Adoption, replacing old: Adoption?, _ transaction: WriteTransaction) throws {
        for file in try item.evidence.compactMap({ try $0.fileId.flatMap { try transaction.find(File.self, id: $0) } }) {
            var shared = file
            shared.share(with: .everyone, of: item.schoolId)
            try transaction.update(from: file, to: shared, isTarget: false)
        }
    }
}

extension WriteTransaction {
    /// Throws `invalid` for a version that nobody can take up.
    fileprivate func versionToAdopt(_ id: String) throws -> ResourceVersion {
        func refused(_ code: String, _ detail: String) -> DomainError {
            .invalid([FieldError(pointer: "/versionId", code: code, detail: detail)])
        }
        guard let version = try find(ResourceVersion.self, id: id, visibleTo: Visibility(of: call.actor)) else {
            throw refused("not-found", "is not the id of a version of a shared resource")
        }
        guard version.state == .published else {
            throw refused("not-published", "is a version that isn't published: \(version.state.rawValue)")
        }
        if try find(SharedResource.self, id: version.resourceId)?.state == .retired {
            throw refused("retired", "is a version of something that is retired")
        }
        return version
    }
}
