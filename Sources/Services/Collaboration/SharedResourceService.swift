package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What schools share: what it is and whose. What it says is in its versions, ``ResourceVersionService``.
package struct SharedResourceService: StatefulService {
    package typealias Item = SharedResource
    package let store: Store
    package let writing = Permission.sharedResourcesWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: SharedResource) -> Scope { .owner(item.schoolId) }

    package func prepare(_ item: SharedResource, replacing old: SharedResource?, _ transaction: WriteTransaction) throws -> SharedResource {
        var item = item
        if old == nil, item.authorIds.isEmpty, let person = transaction.call.actor.personId { item.authorIds = [person] }
        let errors =
            try transaction.errors(school: item.schoolId) + item.errors
            + transaction.errors(authors: item.authorIds, replacing: old?.authorIds)
            + licenceErrors(item, replacing: old, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    /// What was made of something share-alike is shared alike.
    private func licenceErrors(
        _ item: SharedResource, replacing old: SharedResource?, _ transaction: WriteTransaction
    ) throws -> [FieldError] {
        guard item.licence != old?.licence,
            let source = try item.adaptedFromId.flatMap({ try transaction.find(SharedResource.self, id: $0) }),
            source.licence.isShareAlike, item.licence != source.licence
        else { return [] }
        return [
            FieldError(
                pointer: "/licence", code: "share-alike",
                detail: "must stay \(source.licence.rawValue), as what it was made from: \(source.id)", conflictsWith: source.id)
        ]
    }

    package func perform(
        _ action: SharedResource.Action, _ body: JSON, on item: SharedResource, _ transaction: WriteTransaction
    ) throws -> SharedResource {
        var item = item
        item.stateReason = body["reason"]?.stringValue
        return item
    }

    // MARK: Searching

    /// A page of what the query finds; with `q` and no order the best first.
    package func list(_ query: ListQuery, _ call: Call) async throws -> Page<Encoded> {
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            let page = try transaction.resourceSearch.page(query, visibleTo: visibility)
            return try transaction.expanding(page, of: SharedResource.self, query.expand, for: call.actor)
        }
    }

    // MARK: Adapting

    /// A resource of one's own, made of a published version of another, with that version as its first draft. Throws `notFound`, `forbidden`,
    /// `invalid`, and `conflict` where nothing is published, or the licence lets nobody adapt it.
    package func fork(_ id: String, _ body: JSON, _ call: Call) async throws -> SharedResource {
        let visibility = Visibility(of: call.actor)
        return try await store.write(call) { transaction in
            guard let source = try transaction.find(SharedResource.self, id: id, visibleTo: visibility) else { throw DomainError.notFound }
            let version = try transaction.version(toFork: source, body["versionId"]?.stringValue)
            var members = try JSONCodec.tree(source).objectValue?.filter { SharedResource.writableMembers.contains($0.key) } ?? [:]
            for own in ["authorIds", "authoringHours", "authoringBasis"] { members[own] = .null }
            for (name, value) in body.objectValue ?? [:] where name != "versionId" && value != .null { members[name] = value }
            members["adaptedFromId"] = .string(source.id)
            members["adaptedFromVersionId"] = .string(version.id)
            let adaptation = try insert(.object(members), transaction)
            guard source.licence.allowsAdaptation || source.schoolId == adaptation.schoolId else {
                throw DomainError.conflict("Its licence, \(source.licence.rawValue), lets nobody but its owner change it.")
            }
            try ResourceVersionService.draft(of: adaptation, saying: version, transaction)
            return adaptation
        }
    }
}

extension Scope {
    /// Of a school, or of the trust where there is none.
    static func owner(_ schoolId: String?) -> Scope { schoolId.map(Scope.school) ?? .trust }
}

extension WriteTransaction {
    /// Errors of who isn't a person, or nobody any more.
    func errors(authors: [String], replacing old: [String]?) throws -> [FieldError] {
        try authors.enumerated().flatMap { index, id in
            try errors(person: id, replacing: old?.first { $0 == id }, at: "/authorIds/\(index)")
        }
    }

    fileprivate func version(toFork source: SharedResource, _ wanted: String?) throws -> ResourceVersion {
        guard let id = wanted ?? source.latestVersionId else {
            throw DomainError.conflict("Nothing of it is published yet, so there is nothing to adapt.")
        }
        guard let version = try find(ResourceVersion.self, id: id), version.resourceId == source.id, version.state == .published else {
            throw DomainError.invalid([
                FieldError(pointer: "/versionId", code: "not-found", detail: "is not the id of a published version of this resource")
            ])
        }
        return version
    }
}
