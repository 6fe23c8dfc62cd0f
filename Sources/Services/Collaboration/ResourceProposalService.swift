package import Core
package import Domain
package import Repositories

/// Adaptations offered back to whose resource they were made from.
package struct ResourceProposalService: StatefulService {
    package typealias Item = ResourceProposal
    package let store: Store
    package let writing = Permission.sharedResourcesWrite
    private let versions: ResourceVersionService

    package init(store: Store, versions: ResourceVersionService) {
        self.store = store
        self.versions = versions
    }

    /// Of both sides; which of them an action is for is asked when it is done. A new one has yet to name them.
    package func places(of item: ResourceProposal, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        if item.adaptationId.isEmpty {
            return [.owner(try transaction.find(ResourceVersion.self, id: item.versionId)?.schoolId)]
        }
        return [.owner(item.offeredBySchoolId), .owner(item.schoolId)]
    }

    package func school(of item: ResourceProposal) -> String? { item.schoolId }

    package func prepare(
        _ item: ResourceProposal, replacing old: ResourceProposal?, _ transaction: WriteTransaction
    ) throws -> ResourceProposal {
        if old != nil {
            if item.note != old?.note { try transaction.authorise(writing, for: .owner(item.offeredBySchoolId)) }
            return item
        }
        let (version, adaptation) = try transaction.offered(item.versionId)
        guard let source = try adaptation.adaptedFromId.flatMap({ try transaction.find(SharedResource.self, id: $0) }) else {
            throw Self.refused("no-adaptation", "is a version of something that isn't an adaptation")
        }
        guard source.state == .published else { throw Self.refused("retired", "was made from something that is \(source.state.rawValue)") }
        var item = item
        item.adaptationId = adaptation.id
        item.offeredBySchoolId = adaptation.schoolId
        item.resourceId = source.id
        item.schoolId = source.schoolId
        try transaction.checkHasNotLeft(school: adaptation.schoolId, on: transaction.today())
        if let other = try transaction.all(ResourceProposal.self, where: "versionId", is: version.id).first(where: { $0.state == .offered })
        {
            throw DomainError.duplicate(
                FieldError(pointer: "/versionId", code: "duplicate", detail: "is offered already: \(other.id)", conflictsWith: other.id))
        }
        return item
    }

    package func checkDeletion(of item: ResourceProposal, _ transaction: WriteTransaction) throws {
        try transaction.authorise(writing, for: .owner(item.offeredBySchoolId))
    }

    fileprivate static func refused(_ code: String, _ detail: String) -> DomainError {
        .invalid([FieldError(pointer: "/versionId", code: code, detail: detail)])
    }

    package func perform(
        _ action: ResourceProposal.Action, _ body: JSON, on item: ResourceProposal, _ transaction: WriteTransaction
    ) throws -> ResourceProposal {
        var item = item
        // Each side its own.
        let side = action == .withdraw ? item.offeredBySchoolId : item.schoolId
        try transaction.authorise(ResourceProposal.transition(action).permission, for: .owner(side))
        try transaction.checkHasNotLeft(school: side, on: transaction.today())
        switch action {
        case .accept:
            guard let version = try transaction.find(ResourceVersion.self, id: item.versionId),
                let resource = try transaction.find(SharedResource.self, id: item.resourceId)
            else { throw DomainError.notFound }
            let step = body["step"]?.stringValue.flatMap(ResourceVersion.Step.init) ?? .minor
            let note = body["changeNote"]?.stringValue ?? item.note ?? "Taken over from an adaptation"
            item.acceptedVersionId = try versions.publish(version, asNextOf: resource, step, changeNote: note, transaction).id
        case .decline: item.stateReason = body["reason"]?.stringValue
        case .withdraw: break
        }
        return item
    }
}

extension WriteTransaction {
    /// A published version with its resource. Throws `invalid`.
    fileprivate func offered(_ versionId: String) throws -> (ResourceVersion, SharedResource) {
        guard let version = try find(ResourceVersion.self, id: versionId, visibleTo: Visibility(of: call.actor)),
            let adaptation = try find(SharedResource.self, id: version.resourceId)
        else { throw ResourceProposalService.refused("not-found", "is not the id of a version of a shared resource") }
        guard version.state == .published else {
            throw ResourceProposalService.refused("not-published", "is a version that isn't published: \(version.state.rawValue)")
        }
        return (version, adaptation)
    }
}
