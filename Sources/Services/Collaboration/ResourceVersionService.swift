package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What shared resources say, version by version.
package struct ResourceVersionService: StatefulService {
    package typealias Item = ResourceVersion
    package let store: Store
    package let writing = Permission.sharedResourcesWrite
    private let files: FileService

    package init(store: Store, files: FileService) {
        self.store = store
        self.files = files
    }

    /// A new one has yet to be given the resource's school.
    package func places(of item: ResourceVersion, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        [.owner(try transaction.find(SharedResource.self, id: item.resourceId)?.schoolId)]
    }

    package func school(of item: ResourceVersion) -> String? { item.schoolId }

    package func prepare(
        _ item: ResourceVersion, replacing old: ResourceVersion?, _ transaction: WriteTransaction
    ) throws -> ResourceVersion {
        // It never changes any more, whatever became of whom it names.
        if old?.state == .published { return item }
        var item = item
        let visibility = old == nil ? Visibility(of: transaction.call.actor) : .everything
        guard let resource = try transaction.find(SharedResource.self, id: item.resourceId, visibleTo: visibility) else {
            throw DomainError.invalid([FieldError(pointer: "/resourceId", code: "not-found", detail: "is not the id of a shared resource")])
        }
        if old == nil {
            item.schoolId = resource.schoolId
            item.basedOnId = item.basedOnId ?? resource.latestVersionId
            if item.authorIds.isEmpty { item.authorIds = transaction.call.actor.personId.map { [$0] } ?? resource.authorIds }
            try transaction.checkHasNotLeft(school: item.schoolId, on: transaction.today())
        }
        var errors = try transaction.errors(authors: item.authorIds, replacing: old?.authorIds)
        errors += try fileErrors(item, replacing: old, transaction)
        if let base = item.basedOnId, base != old?.basedOnId, try !transaction.isPublished(base, of: resource.id) {
            errors.append(
                FieldError(pointer: "/basedOnId", code: "not-found", detail: "is not the id of a published version of the resource"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    private func fileErrors(
        _ item: ResourceVersion, replacing old: ResourceVersion?, _ transaction: WriteTransaction
    ) throws -> [FieldError] {
        let visibility = Visibility(of: transaction.call.actor)
        return try item.fileIds.enumerated().compactMap { index, id in
            if old?.fileIds.contains(id) == true { return nil }
            guard try transaction.find(File.self, id: id, visibleTo: visibility) == nil else { return nil }
            return FieldError(pointer: "/fileIds/\(index)", code: "not-found", detail: "is not the id of a file you have")
        }
    }

    package func perform(
        _ action: ResourceVersion.Action, _ body: JSON, on item: ResourceVersion, _ transaction: WriteTransaction
    ) throws -> ResourceVersion {
        var item = item
        switch action {
        case .submit:
            item.stateReason = nil
            guard item.text != nil || !item.fileIds.isEmpty else {
                throw DomainError.refused(
                    "There is nothing to look at.", [FieldError(pointer: "/text", code: "required", detail: "or a file is needed")])
            }
        case .sendBack: item.stateReason = body["reason"]?.stringValue
        case .publish:
            let step = body["step"]?.stringValue.flatMap(ResourceVersion.Step.init) ?? .minor
            item = try transaction.numbered(item, step, changeNote: body["changeNote"]?.stringValue)
        }
        return item
    }

    // MARK: What follows

    package func stored(_ item: ResourceVersion, replacing old: ResourceVersion?, _ transaction: WriteTransaction) throws {
        guard let resource = try transaction.find(SharedResource.self, id: item.resourceId) else { return }
        let isPublished = item.state == .published && old?.state != .published
        if old == nil || old?.fileIds != item.fileIds || isPublished {
            for file in try item.fileIds.compactMap({ try transaction.find(File.self, id: $0) }) {
                var shared = file
                shared.share(with: isPublished ? .everyone : .school, of: item.schoolId)
                try transaction.update(from: file, to: shared, isTarget: false)
            }
        }
        if isPublished {
            try published(item, of: resource, transaction)
        } else {
            try follow(resource, transaction)
        }
    }

    package func deleted(_ item: ResourceVersion, _ transaction: WriteTransaction) throws {
        if let resource = try transaction.find(SharedResource.self, id: item.resourceId) { try follow(resource, transaction) }
    }

    /// A resource of which nothing is published is where the foremost of its versions is.
    private func follow(_ resource: SharedResource, _ transaction: WriteTransaction) throws {
        guard !resource.isOpen else { return }
        let versions = try transaction.all(ResourceVersion.self, where: "resourceId", is: resource.id)
        var followed = resource
        followed.state = versions.contains { $0.state == .inReview } ? .inReview : .draft
        try transaction.update(from: resource, to: followed, isTarget: false)
    }

    private func published(_ item: ResourceVersion, of resource: SharedResource, _ transaction: WriteTransaction) throws {
        var shared = resource
        shared.state = .published
        shared.latestVersionId = item.id
        shared.latestNumber = item.number
        shared.authorIds += item.authorIds.filter { !resource.authorIds.contains($0) }
        try transaction.update(from: resource, to: shared, verb: "published", isTarget: false)
        try transaction.sharedResources.index(resource.id, body: files.searchedText(of: item, transaction))
        for adoption in try transaction.sharedResources.running(of: resource.id, on: transaction.today()) {
            var behind = adoption
            behind.isBehind = adoption.versionId != item.id
            try transaction.update(from: adoption, to: behind, verb: "behind", isTarget: false)
        }
    }

    // MARK: Going back

    /// A draft that says what an earlier version said, to be published as the next. Throws `notFound`, `forbidden`, and `notInThisState` for
    /// what isn't published.
    package func revert(to id: String, _ body: JSON, _ call: Call) async throws -> ResourceVersion {
        try await store.write(call) { transaction in
            let version = try findForWriting(id, call.precondition, transaction)
            guard version.state == .published, let resource = try transaction.find(SharedResource.self, id: version.resourceId) else {
                throw DomainError.notInThisState(
                    "What was published can be gone back to; this one is \(version.state.rawValue).", allowedActions: version.allowedActions
                )
            }
            let note = body["changeNote"]?.stringValue ?? "As in \(version.number ?? "")"
            let draft = try Self.draft(of: resource, saying: version, changeNote: note, transaction)
            try follow(resource, transaction)
            return draft
        }
    }

    /// A draft of a resource that says what a version says.
    @discardableResult
    static func draft(
        of resource: SharedResource, saying version: ResourceVersion, changeNote: String? = nil, _ transaction: WriteTransaction
    ) throws -> ResourceVersion {
        let person = transaction.call.actor.personId
        var draft = try ResourceVersion.make(
            ["resourceId": .string(resource.id), "authorIds": .array((person.map { [$0] } ?? resource.authorIds).map(JSON.string))],
            by: transaction.call.actor, at: transaction.now)
        draft.schoolId = resource.schoolId
        draft.basedOnId = resource.latestVersionId
        draft.changeNote = changeNote
        draft.text = version.text
        draft.fileIds = version.fileIds
        return try transaction.insert(draft)
    }

    /// What another version says, published at once as the next one of a resource.
    func publish(
        _ taken: ResourceVersion, asNextOf resource: SharedResource, _ step: ResourceVersion.Step, changeNote: String?,
        _ transaction: WriteTransaction
    ) throws -> ResourceVersion {
        var version = try Self.draft(of: resource, saying: taken, transaction)
        let draft = version
        version.authorIds = taken.authorIds
        version.takenFromId = taken.id
        version = try transaction.numbered(version, step, changeNote: changeNote)
        version.state = .published
        let published = try transaction.update(from: draft, to: version, verb: "published", isTarget: false)
        try stored(published, replacing: draft, transaction)
        return published
    }
}

extension WriteTransaction {
    fileprivate func isPublished(_ id: String, of resourceId: String) throws -> Bool {
        let version = try find(ResourceVersion.self, id: id)
        return version?.resourceId == resourceId && version?.state == .published
    }

    /// A version with the next number of its resource. Throws `conflict` where it wasn't made from the latest, or the resource is retired.
    fileprivate func numbered(_ version: ResourceVersion, _ step: ResourceVersion.Step, changeNote: String?) throws -> ResourceVersion {
        var version = version
        guard let resource = try find(SharedResource.self, id: version.resourceId), resource.state != .retired else {
            throw DomainError.conflict("The resource is retired. Reinstate it first.")
        }
        let latest = try resource.latestVersionId.flatMap { try find(ResourceVersion.self, id: $0) }
        guard version.basedOnId == latest?.id else {
            throw DomainError.conflict(
                "\(latest?.number ?? "Another version") was published meanwhile (\(latest?.id ?? "")), and this one wasn't made from it. Send it back, "
                    + "take over what is new, and set basedOnId to it.")
        }
        let number = ResourceVersion.next(
            after: latest.flatMap { latest in latest.major.flatMap { major in latest.minor.map { (major, $0) } } }, step)
        (version.major, version.minor) = (number.major, number.minor)
        version.publishedAt = now
        version.changeNote = changeNote ?? version.changeNote
        guard latest == nil || version.changeNote != nil else {
            throw DomainError.invalid([
                FieldError(pointer: "/changeNote", code: "required", detail: "says what is new since \(latest?.number ?? "")")
            ])
        }
        return version
    }
}
